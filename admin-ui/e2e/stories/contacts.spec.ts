// Contacts: both sides get a number, a full table says whose it is, a block keeps texts away.
import { expect, test } from '../support/story'
import { choose, confirm, dialog, notice, row, text, title } from '../support/steps'
import { Town } from '../support/town'

const t = text.members

test('a contact is added, blocked and let go, and a full table says whose it is', async ({ page, broker, faults }) => {
  faults.expect(/status of 409/)
  const town = await Town.make(broker, { numbers: 1 })
  const [ada, ben, cleo] = await town.members('Ada', 'Ben', 'Cleo')
  const pick = async (name: string) => {
    await page.getByRole('button', { name: t.addContact }).click()
    const add = dialog(page, t.addContact)
    await choose(page, add, t.contactWith, name)
    await add.getByRole('button', { name: text.form.add }).click()
    return add
  }
  await page.goto(town.page(`/members/${ada.id}`))
  await title(page, 'Ada')
  await pick('Ben')
  const line = row(page, t.contacts, 'Ben')
  await expect(line).toContainText('chosen')
  const [pair] = (
    await town.must<{ data: { number: string; mirror_number: string }[] }>('GET', `/members/${ada.id}/contacts`)
  ).data
  await expect(line).toContainText(pair?.number ?? 'none')
  await expect(line).toContainText(pair?.mirror_number ?? 'none')

  // There is one number, and it is Ben.
  const full = await pick('Cleo')
  await expect(full.getByText(/table/).first()).toBeVisible()
  await full.getByRole('button', { name: text.form.cancel }).click()
  expect((await town.must<{ data: unknown[] }>('GET', `/members/${cleo.id}/contacts`)).data).toEqual([])

  await confirm(line, page, t.block, t.blockAsk)
  await notice(page, text.form.saved)
  await expect(line).toContainText('blocked')
  await town.text(ben.phone, pair?.mirror_number ?? '', 'Let me in')
  await confirm(line, page, t.unblock, t.unblockAsk)
  await expect(line.getByRole('button', { name: t.block, exact: true })).toBeVisible()
  await town.text(ben.phone, pair?.mirror_number ?? '', 'Thank you')
  expect((await town.arrived(ada.phone, 'Thank you')).map((one) => one.text)).toEqual(['Thank you'])

  await line.getByRole('button', { name: t.history }).click()
  await expect(dialog(page, t.historyOf).getByRole('row').filter({ hasText: 'blocked' }).first()).toBeVisible()
})
