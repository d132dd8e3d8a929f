// What is typed is understood or said to be wrong, beside its field, before and after the server has answered.
import { expect, test } from '../support/story'
import { dialog, field, notice, row, text, title, wrong } from '../support/steps'
import { Town } from '../support/town'

test('a number is pasted as people write it, and becomes E.164', async ({ page, context, broker, faults }) => {
  faults.expect(/status of 409/)
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: broker.base })
  const town = await Town.make(broker)
  await page.goto(town.page('/members'))
  await title(page, text.members.title)
  const add = dialog(page, text.members.add)
  const phone = field(add, text.phone.label)
  const open = () => page.getByRole('button', { name: text.members.add }).click()
  const paste = async (what: string) => {
    await page.evaluate((what) => navigator.clipboard.writeText(what), what)
    await phone.clear()
    await phone.press('Control+v')
    await expect(phone).toHaveValue(what)
  }

  await open()
  for (const written of [
    '(415) 555-0161',
    '415.555.0161',
    ' 1 415 555 0161',
    '+1 (415) 555-0161',
    'tel:+14155550161',
    '001 415 555 0161',
  ]) {
    await paste(written)
    await expect(phone, written).toHaveAccessibleDescription(
      new RegExp(text.phone.understood('').trim() + ' \\+14155550161'),
    )
  }
  await field(add, text.col.name).fill('Ada')
  await add.getByRole('button', { name: text.form.add }).click()
  await notice(page, text.members.added('Ada'))
  const sent = async () =>
    (await town.must<{ data: { name: string; devices: { phone: string }[] }[] }>('GET', '/members')).data.map((one) => [
      one.name,
      one.devices[0]?.phone,
    ])
  expect(await sent()).toEqual([['Ada', '+14155550161']])

  // In another country the same digits are another number.
  await page.goto('/admin/#/settings')
  await page.getByRole('combobox', { name: text.phone.region }).fill('Germany')
  await page.getByRole('option', { name: 'Germany (DE)' }).click()
  await page.goto(town.page('/members'))
  await open()
  await expect(phone).toHaveAccessibleDescription(text.phone.help('DE'))
  await paste('030 12345678')
  await expect(phone).toHaveAccessibleDescription(text.phone.understood('+493012345678'))
  await field(add, text.col.name).fill('Bea')
  await add.getByRole('button', { name: text.form.add }).click()
  await expect(row(page, text.members.title, 'Bea')).toBeVisible()
  expect((await sent()).sort()).toEqual([
    ['Ada', '+14155550161'],
    ['Bea', '+493012345678'],
  ])
})

test('what is wrong is said beside its field, before and after the server has answered', async ({
  page,
  broker,
  faults,
}) => {
  faults.expect(/status of (409|422)/)
  const town = await Town.make(broker)
  await town.members('Ada')
  await page.goto(town.page('/members'))
  await page.getByRole('button', { name: text.members.add }).click()
  const add = dialog(page, text.members.add)
  const [name, phone, zone] = [
    field(add, text.col.name),
    field(add, text.phone.label),
    field(add, text.members.timeZone),
  ]
  const send = () => add.getByRole('button', { name: text.form.add }).click()

  await phone.fill('call me')
  await send()
  await wrong(name, text.errors.required)
  await wrong(phone, text.phone.notUnderstood)
  await expect(zone).not.toHaveAttribute('aria-invalid', 'true')
  // What is mended is no longer called wrong.
  await name.fill('Ben')
  await expect(name).not.toHaveAttribute('aria-invalid', 'true')

  await phone.fill('+1 415 555 0152')
  await zone.fill('Mars/Olympus')
  await send()
  await wrong(zone, /Mars\/Olympus|time zone/)
  await expect(phone).not.toHaveAttribute('aria-invalid', 'true')
  await expect(add.getByRole('alert')).toHaveCount(0)

  await zone.fill('Europe/Berlin')
  await phone.fill('415 555 0151')
  await send()
  await wrong(phone, /already|another/)
  await phone.fill('+1 415 555 0152')
  await send()
  await notice(page, text.members.added('Ben'))
  await expect(row(page, text.members.title, 'Ben')).toBeVisible()
})

test('an address that leads nowhere says so, and leads back', async ({ page, broker, faults }) => {
  faults.expect(/status of 404/)
  const town = await Town.make(broker)
  await page.goto('/admin/#/nowhere')
  await expect(page.getByText(text.errors.notFound)).toBeVisible()
  await page.getByRole('link', { name: text.errors.home }).click()
  await title(page, text.overview.title)
  await page.goto(town.page('/members/mem_0000000000000'))
  await expect(page.getByRole('alert')).toContainText(text.errors.title)
  await expect(page.getByRole('alert')).toContainText(/member/)
})
