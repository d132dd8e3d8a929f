// People come from a file; a row that cannot be taken does not keep the others out.
import { expect, test } from '../support/story'
import { chooseFile, go, importMembers, later, row, text, title } from '../support/steps'
import { Town } from '../support/town'

const t = later.imports

test('members are imported from a file, and found by their phones', async ({ page, broker }) => {
  const town = await Town.make(broker)
  const rows = Array.from({ length: 40 }, (_, n) => `Member ${n},+1415555${String(2000 + n)},ref-${n},false`)
  await page.goto(town.page())
  await title(page, text.overview.title)
  const file = ['name,phone,reference,guest', ...rows, 'Nobody,nonsense,ref-x,false', ''].join('\n')
  await importMembers(page, file, 40, 1)
  // Which row it was, and why, stands beside the outcome, and again on the page of the import.
  await expect(row(page, t.refusedRows, 'Nobody,nonsense')).toContainText('42')
  const [imported, tried] = [0, 1].map((n) => page.getByRole('table', { name: t.earlier }).locator('tbody tr').nth(n))
  await expect(tried!).toContainText(t.dry)
  await expect(imported!).not.toContainText(t.dry)
  await imported!.getByRole('link').click()
  await title(page, 'members.csv')
  await expect(row(page, t.refusedRows, '42')).toContainText(/phone/)

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

test('what a file lacks is said before anything is sent', async ({ page, broker }) => {
  const town = await Town.make(broker)
  await page.goto(town.page('/imports'))
  await title(page, t.title)
  await expect(page.getByText(t.empty)).toBeVisible()
  await chooseFile(page, 'wrong.csv', 'Full name,phone,phone\nAnn,+14155557001,1\n')
  const alert = page.getByRole('alert')
  await expect(alert).toContainText(t.wrong({ why: 'column_lacking', column: 'name' }, ''))
  await expect(alert).toContainText(t.wrong({ why: 'column_twice', column: 'phone' }, ''))
  await expect(page.getByRole('button', { name: t.try, exact: true })).toHaveCount(0)

  // The mended file is another file; contacts are understood to be contacts.
  const [ada, ben] = await town.members('Ada', 'Ben')
  await chooseFile(page, 'contacts.csv', `member,contact\n${ada.phone},${ben.phone}\n`)
  await expect(alert).toHaveCount(0)
  await expect(page.getByRole('combobox', { name: t.kind })).toHaveValue(t.kinds.contacts)
  await page.getByRole('button', { name: t.try, exact: true }).click()
  await expect(page.getByRole('region', { name: t.outcomeDry })).toContainText(t.figures(1, 0, 0, true))
  expect((await town.must<{ data: unknown[] }>('GET', `/members/${ada.id}/contacts`)).data).toEqual([])
  await page.getByRole('button', { name: t.go(1), exact: true }).click()
  await expect(page.getByRole('region', { name: t.outcome, exact: true })).toContainText(t.figures(1, 0, 0, false))
  const contacts = await town.must<{ data: { contact: string }[] }>('GET', `/members/${ada.id}/contacts`)
  expect(contacts.data.map((one) => one.contact)).toEqual([ben.id])
})
