// A pool file makes a community be as it says, and what changed shows.
import { expect, test } from '../support/story'
import { applyPoolFile, field, go, later, row, text, title } from '../support/steps'

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

test('a pool file is applied, and applied again with a change', async ({ page, broker, faults }) => {
  faults.expect(/status of 422/)
  await page.goto('/admin/')
  await title(page, text.communities.title)
  // What is wrong with a file is said before anything is done.
  await go(page, text.nav.poolFiles)
  await field(page, text.poolFiles.label).fill(FILE.replace('+14155550102', 'nonsense'))
  await page.getByRole('button', { name: text.poolFiles.plan }).click()
  await expect(page.getByRole('alert')).toContainText('nonsense')
  expect((await broker.must<{ data: unknown[] }>('GET', '/v1/communities')).data).toEqual([])

  await applyPoolFile(page, FILE, 'Harbour', '+14155550101', 'Robin', 'Sam')
  await page.getByRole('link', { name: text.poolFiles.open }).click()
  await expect(page.getByLabel(text.nav.community, { exact: true }).locator('option:checked')).toHaveText('Harbour')
  for (const number of ['+14155550101', '+14155550102'])
    await expect(row(page, text.pools.numbers, number)).toContainText('active')
  await go(page, text.nav.assignments)
  await expect(row(page, text.assignments.title, 'Robin').first()).toContainText('Sam')

  await applyPoolFile(
    page,
    `${FILE}\n[[numbers]]\npool = "main"\nnumber = "+14155550103"\ncarrier = "loopback"\nstate = "draining"\n`,
    '+14155550103',
  )
  await go(page, text.nav.pools)
  await expect(row(page, text.pools.numbers, '+14155550103')).toContainText('draining')
  await go(page, text.communities.policy)
  await expect(field(page, later.policy.fields['cool_down_s']?.[0] ?? '')).toHaveValue('3600')
})
