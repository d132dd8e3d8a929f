// A late reply reaches nobody until somebody lets it go.
import { expect, test } from '../support/story'
import { confirm, dialog, notice, row, text, title } from '../support/steps'
import { Town } from '../support/town'

const t = text.quarantine

test('a late reply is held, and released to whom it was for', async ({ page, broker, faults }) => {
  faults.expect(/status of 409/)
  const town = await Town.make(broker)
  const [ada, ben] = await town.members('Ada', 'Ben')
  const pair = await town.pair(ada, ben)

  // The pair is released on the page.
  await page.goto(town.page(`/members/${ada.id}`))
  await title(page, 'Ada')
  await confirm(row(page, text.members.contacts, 'Ben'), page, text.members.release, text.members.releaseAsk)
  await notice(page, text.members.released)
  await expect(page.getByText(text.members.noContacts)).toBeVisible()

  await page.goto(town.page('/quarantine'))
  await title(page, t.title)
  await expect(page.getByText(t.empty)).toBeVisible()
  // It comes while the page is open, and shows by itself.
  await town.text(ben.phone, pair.mirror_number, 'See you there')
  await town.text(ben.phone, pair.mirror_number, 'Forget it')
  const held = row(page, t.title, 'See you there')
  await expect(held).toBeVisible()
  await expect(row(page, t.title, 'Forget it')).toBeVisible()
  await town.arrived(ben.phone, 'This number no longer reaches the contact it used to. Your text was not delivered.')

  // Without the pair it could not be answered, so it is not sent.
  await held.getByRole('button', { name: t.release, exact: true }).click()
  const release = dialog(page, t.releaseAsk)
  await release.getByRole('button', { name: t.release, exact: true }).click()
  await expect(release.getByRole('alert')).toBeVisible()
  await release.getByLabel(t.rePair).check()
  await release.getByRole('button', { name: t.release, exact: true }).click()
  await notice(page, t.released)
  await expect(held).toHaveCount(0)
  const got = await town.arrived(ada.phone, 'See you there')
  expect(got.map((one) => one.text)).toEqual(['See you there'])

  await confirm(row(page, t.title, 'Forget it'), page, t.discard, t.discardAsk)
  await notice(page, t.discarded)
  await expect(page.getByText(t.empty)).toBeVisible()
  await page.goto(town.page('/messages'))
  await expect(row(page, text.messages.title, 'See you there')).toContainText('delivered')
  await expect(row(page, text.messages.title, 'Forget it')).toContainText('discarded')
  expect((await town.arrived(ada.phone, 'See you there')).map((one) => one.text)).toEqual(['See you there'])
})
