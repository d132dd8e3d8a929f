// From nothing to two people who can text each other, by hand.
import { expect, test } from '../support/story'
import { choose, dialog, field, go, notice, row, text, title, wrong } from '../support/steps'

test('a community is made, with a pool, numbers, members and a contact', async ({ page, broker, faults }) => {
  faults.expect(/status of (409|422)/)
  await page.goto('/admin/')
  await title(page, text.communities.title)
  await page.getByRole('button', { name: text.communities.add }).click()
  const make = dialog(page, text.communities.add)
  await make.getByRole('button', { name: text.form.add }).click()
  await wrong(field(make, text.col.name), text.errors.required)
  await field(make, text.col.name).fill('Rowing Club')
  await make.getByRole('button', { name: text.form.add }).click()
  await notice(page, text.communities.added)

  // What comes next is said where it is to be done.
  await title(page, text.pools.title)
  await expect(page.getByText(text.pools.noNumbers)).toBeVisible()
  await expect(page.getByLabel(text.nav.community, { exact: true }).locator('option:checked')).toHaveText('Rowing Club')

  await page.getByRole('button', { name: text.pools.addPool }).click()
  await field(dialog(page, text.pools.addPool), text.col.name).fill('main')
  await dialog(page, text.pools.addPool).getByRole('button', { name: text.form.add }).click()
  await notice(page, text.pools.poolAdded)
  for (const [typed, number] of [
    ['(415) 555-0101', '+14155550101'],
    ['+1 415.555.0102', '+14155550102'],
  ] as const) {
    await page.getByRole('button', { name: text.pools.addNumber }).click()
    const add = dialog(page, text.pools.addNumber)
    await add.getByLabel(text.col.number).fill(typed)
    await expect(add.getByText(text.phone.understood(number))).toBeVisible()
    await add.getByRole('button', { name: text.form.add }).click()
    await notice(page, text.pools.numberAdded(number))
    await expect(row(page, text.pools.numbers, number)).toContainText('active')
  }
  // The same once more: the API's own sentence, beside the number.
  await page.getByRole('button', { name: text.pools.addNumber }).click()
  const twice = dialog(page, text.pools.addNumber)
  await twice.getByLabel(text.col.number).fill('+14155550101')
  await twice.getByRole('button', { name: text.form.add }).click()
  await wrong(twice.getByLabel(text.col.number), /is already a pool number of this community/)
  await twice.getByRole('button', { name: text.form.cancel }).click()

  await go(page, text.nav.members)
  await expect(page.getByText(text.members.empty)).toBeVisible()
  for (const [name, phone] of [
    ['Eve', '415-555-0171'],
    ['Fay', '415-555-0172'],
  ] as const) {
    await page.getByRole('button', { name: text.members.add }).click()
    const add = dialog(page, text.members.add)
    await field(add, text.col.name).fill(name)
    await add.getByLabel(text.phone.label).fill(phone)
    await add.getByRole('button', { name: text.form.add }).click()
    await notice(page, text.members.added(name))
    await expect(row(page, text.members.title, name)).toBeVisible()
  }

  await page.getByRole('link', { name: 'Eve', exact: true }).click()
  await title(page, 'Eve')
  await expect(page.getByText(text.members.noContacts)).toBeVisible()
  await page.getByRole('button', { name: text.members.addContact }).click()
  const add = dialog(page, text.members.addContact)
  await choose(page, add, text.members.contactWith, 'Fay')
  await add.getByRole('button', { name: text.form.add }).click()
  const contact = row(page, text.members.contacts, 'Fay')
  await expect(contact).toContainText('chosen')
  await expect(contact).toContainText(/\+141555501\d\d/)

  // Both sides have a number for the other.
  await contact.getByRole('link', { name: 'Fay' }).click()
  await title(page, 'Fay')
  await expect(row(page, text.members.contacts, 'Eve')).toContainText('received')

  // It is not only on the page.
  const communities = await broker.must<{ data: { name: string }[] }>('GET', '/v1/communities')
  expect(communities.data.map((one) => one.name)).toEqual(['Rowing Club'])
  await page.reload()
  await title(page, 'Fay')
})
