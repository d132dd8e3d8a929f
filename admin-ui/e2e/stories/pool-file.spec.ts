// A pool file makes a community be as it says, and what changed shows.
import { expect, test } from '../support/story'
import { applyPoolFile, go, row, text, title } from '../support/steps'

const FILE = `
[community]
name = "Harbour"
[community.policy]
cool_down_s = 3600
[[pools]]
name = "main"
[[numbers]]
pool = "main"
number = "+14155550101"
carrier = "loopback"
[[numbers]]
pool = "main"
number = "+14155550102"
carrier = "loopback"
[[members]]
name = "Robin"
phone = "+14155550161"
[[members]]
name = "Sam"
phone = "+14155550162"
[[contacts]]
member = "Robin"
contact = "Sam"
`

test('a pool file is applied, and applied again with a change', async ({ page, broker }) => {
  await applyPoolFile(broker, FILE)
  await page.goto('/admin/')
  await title(page, text.overview.title)
  await expect(page.getByLabel(text.nav.community, { exact: true }).locator('option:checked')).toHaveText('Harbour')
  await go(page, text.nav.pools)
  for (const number of ['+14155550101', '+14155550102'])
    await expect(row(page, text.pools.numbers, number)).toContainText('active')
  await go(page, text.nav.assignments)
  await expect(row(page, text.assignments.title, 'Robin').first()).toContainText('Sam')

  await applyPoolFile(
    broker,
    `${FILE}\n[[numbers]]\npool = "main"\nnumber = "+14155550103"\ncarrier = "loopback"\nstate = "draining"\n`,
  )
  await go(page, text.nav.pools)
  await page.getByRole('button', { name: text.table.refresh }).click()
  await expect(row(page, text.pools.numbers, '+14155550103')).toContainText('draining')
  await go(page, text.communities.policy)
  await expect(page.getByLabel(text.communities.fields['cool_down_s']?.[0] ?? '')).toHaveValue('3600')
})
