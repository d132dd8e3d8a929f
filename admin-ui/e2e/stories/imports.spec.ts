// Members come from a file; a row that cannot be taken does not keep the others out.
import { expect, test } from '../support/story'
import { go, importMembers, row, text, title } from '../support/steps'
import { Town } from '../support/town'

test('members are imported from a file, and found by their phones', async ({ page, broker }) => {
  const town = await Town.make(broker)
  const rows = Array.from({ length: 40 }, (_, n) => `Member ${n},+1415555${String(2000 + n)},ref-${n},false`)
  const done = await importMembers(
    broker,
    town.id,
    ['name,phone,reference,guest', ...rows, 'Nobody,nonsense,ref-x,false', ''].join('\n'),
  )
  expect(done).toMatchObject({ added: 40, refused: 1 })

  await page.goto(town.page())
  await title(page, text.overview.title)
  await go(page, text.nav.members)
  // A page at a time, and all of them.
  const names = page.getByRole('table', { name: text.members.title }).getByRole('link')
  await expect(names).toHaveCount(25)
  const seen = await names.allTextContents()
  await page.getByRole('button', { name: text.table.next, exact: true }).click()
  await expect(names).toHaveCount(15)
  seen.push(...(await names.allTextContents()))
  expect(new Set(seen)).toEqual(new Set(rows.map((one) => one.split(',')[0])))

  await page.getByLabel(text.members.search).fill('415 555 2037')
  await page.getByRole('button', { name: text.members.find }).click()
  await expect(names).toHaveText(['Member 37'])
  await expect(row(page, text.members.title, 'Member 37')).toContainText('ref-37')
  // The address is a deep link.
  await page.reload()
  await expect(names).toHaveText(['Member 37'])
})
