// A member has a new phone: contacts keep their numbers, and what stands against it is settled before anything changes.
import { expect, test } from '../support/story'
import { dialog, field, later, notice, text, title } from '../support/steps'
import { Town } from '../support/town'

const t = later.replace

test('a phone is replaced, and nobody who texts notices', async ({ page, broker }) => {
  const town = await Town.make(broker)
  const [ada, ben] = await town.members('Ada', 'Ben')
  const pair = await town.pair(ada, ben)
  await page.goto(town.page(`/members/${ada.id}?tab=devices`))
  await title(page, 'Ada')
  await page.getByRole('button', { name: t.label, exact: true }).click()
  const replace = dialog(page, t.title)
  await field(replace, t.fresh).fill('(415) 555-0188')
  await replace.getByRole('button', { name: t.look, exact: true }).click()
  await expect(replace.getByText(t.nothing)).toBeVisible()
  await expect(replace.getByText(t.kept(1))).toBeVisible()
  // To look is not to do.
  await town.text(ada.phone, pair.number, 'Still the old one')
  await town.arrived(ben.phone, 'Still the old one')
  await replace.getByRole('button', { name: t.go, exact: true }).click()
  await notice(page, t.done(1))
  await expect(page.getByText('+1 415 ••• ••88')).toBeVisible()

  await town.text('+14155550188', pair.number, 'Now the new one')
  const got = await town.arrived(ben.phone, 'Now the new one')
  expect(new Set(got.map((one) => one.from))).toEqual(new Set([pair.mirror_number]))
})

test('a phone that somebody else has is taken only after it was said whose it is, and what they lose', async ({
  page,
  broker,
  faults,
}) => {
  faults.expect(/status of 409/)
  // There is one number: on Cleo's phone it is Dan, on Ada's it is Ben.
  const town = await Town.make(broker, { numbers: 1 })
  const [ada, ben, cleo, dan] = await town.members('Ada', 'Ben', 'Cleo', 'Dan')
  await town.pair(ada, ben)
  const other = await town.pair(cleo, dan)
  await page.goto(town.page(`/members/${ada.id}?tab=devices`))
  await page.getByRole('button', { name: t.label, exact: true }).click()
  const replace = dialog(page, t.title)
  await field(replace, t.fresh).fill(cleo.phone)
  await replace.getByRole('button', { name: t.look, exact: true }).click()
  const owner = replace.getByRole('radiogroup', { name: `${t.ownerIs} Cleo` })
  const conflict = replace.getByRole('radiogroup', { name: `Ben ${other.number}` })
  await expect(owner).toHaveAccessibleDescription(t.ownerHas(1, true))
  await expect(conflict).toHaveAccessibleDescription(new RegExp(t.kinds['in_use'] ?? 'none'))
  const go = replace.getByRole('button', { name: t.go, exact: true })
  await expect(go).toBeDisabled()
  await owner.getByLabel(t.take).check()
  await expect(go).toBeDisabled()
  // No other number is free, which is said before anything is done.
  await conflict.getByLabel(t.move).check()
  await expect(replace.getByRole('alert')).toBeVisible()
  await expect(go).toBeDisabled()
  await conflict.getByLabel(t.drop).check()
  await expect(go).toBeEnabled()
  await expect(replace.getByRole('alert')).toHaveCount(0)
  const contacts = async (of: { id: string }) =>
    (await town.must<{ data: { contact: string }[] }>('GET', `/members/${of.id}/contacts`)).data.map(
      (one) => one.contact,
    )
  expect([await contacts(ada), await contacts(cleo)]).toEqual([[ben.id], [dan.id]])
  await go.click()
  await notice(page, t.done(0))

  await page.goto(town.page(`/members/${ada.id}`))
  await expect(page.getByText(text.members.noContacts)).toBeVisible()
  await page.goto(town.page(`/members/${cleo.id}?tab=devices`))
  await title(page, 'Cleo')
  await expect(page.getByText(text.members.noDevices)).toBeVisible()
  expect([await contacts(ada), await contacts(cleo)]).toEqual([[], []])
})
