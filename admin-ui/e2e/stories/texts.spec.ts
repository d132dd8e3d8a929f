// Two phones of the simulator text each other, and what arrives shows by itself, as text.
import type { Page } from '@playwright/test'
import { expect, test } from '../support/story'
import { choose, mark, row, still, text, title } from '../support/steps'
import { Town } from '../support/town'

const phone = (page: Page, name: string) => page.getByRole('region', { name, exact: true })
const said = (page: Page, name: string) => phone(page, name).getByRole('log').locator('.bubble')

async function write(page: Page, name: string, what: string): Promise<void> {
  await phone(page, name).getByLabel(text.phones.text, { exact: true }).fill(what)
  await phone(page, name).getByRole('button', { name: text.phones.send, exact: true }).click()
}

test('a text goes from phone to phone, and is seen to arrive without a reload', async ({
  page,
  context,
  broker,
  faults,
}) => {
  const town = await Town.make(broker)
  const [ada, ben] = await town.members('Ada', 'Ben')
  const pair = await town.pair(ada, ben)

  // Somebody else watches the messages.
  const watcher = await context.newPage()
  faults.watch(watcher)
  await watcher.goto(town.page('/messages'))
  await expect(watcher.getByText(text.messages.empty)).toBeVisible()
  await mark(watcher)

  await page.goto(town.page('/phones'))
  await title(page, text.phones.title)
  for (const name of ['Ada', 'Ben']) {
    await choose(page, page, text.phones.addMember, name)
    await page.getByRole('button', { name: text.phones.add }).first().click()
    await expect(phone(page, name)).toBeVisible()
  }
  await expect(said(page, 'Ben')).toHaveCount(0)
  await mark(page)
  await write(page, 'Ada', 'Rowing at six?')
  await expect(said(page, 'Ada').filter({ hasText: 'Rowing at six?' })).toContainText(text.phones.sent(pair.number))
  await expect(said(page, 'Ben').filter({ hasText: 'Rowing at six?' })).toContainText(
    text.phones.from(pair.mirror_number),
  )
  // Ben answers to the number that he sees, and neither phone shows the other's own number.
  await write(page, 'Ben', 'See you there')
  await expect(said(page, 'Ada').filter({ hasText: 'See you there' })).toContainText(text.phones.from(pair.number))
  expect(await said(page, 'Ben').allTextContents()).not.toContainEqual(expect.stringContaining(ada.phone))
  expect(await said(page, 'Ada').allTextContents()).not.toContainEqual(expect.stringContaining(ben.phone))

  // What is sent elsewhere arrives here too.
  await town.text(ada.phone, pair.number, 'Bring the oars')
  await expect(said(page, 'Ben').filter({ hasText: 'Bring the oars' })).toHaveCount(1)
  await still(page)

  for (const one of ['Rowing at six?', 'See you there', 'Bring the oars'])
    await expect(row(watcher, text.messages.title, one)).toContainText('delivered')
  await still(watcher)
})

test('STOP ends it, START lifts it, and a stranger reaches nobody', async ({ page, broker }) => {
  const town = await Town.make(broker)
  const [ada, ben] = await town.members('Ada', 'Ben')
  const pair = await town.pair(ada, ben)
  await town.text(ada.phone, pair.number, 'Hello Ben')
  await town.arrived(ben.phone, 'Hello Ben')

  await page.goto(town.page(`/phones?phones=${ada.id}+${ben.id}+%2B14155550199`))
  await expect(said(page, 'Ben').filter({ hasText: 'Hello Ben' })).toBeVisible()
  await phone(page, 'Ben').getByRole('button', { name: 'STOP', exact: true }).click()
  await expect(said(page, 'Ben').filter({ hasText: 'You will get no more texts from this number' })).toBeVisible()
  await write(page, 'Ada', 'Are you there?')
  await expect(said(page, 'Ada').filter({ hasText: 'Are you there?' })).toContainText(
    text.phones.verdict['refused'] ?? '',
  )
  await phone(page, 'Ben').getByRole('button', { name: 'START', exact: true }).click()
  await expect(said(page, 'Ben').filter({ hasText: 'You will get texts from this number again' })).toBeVisible()
  await write(page, 'Ada', 'Welcome back')
  await expect(said(page, 'Ben').filter({ hasText: 'Welcome back' })).toBeVisible()
  await expect(said(page, 'Ben').filter({ hasText: 'Are you there?' })).toHaveCount(0)

  const stranger = '+14155550199'
  await phone(page, stranger).getByLabel(text.phones.to).fill(pair.number)
  await write(page, stranger, 'Buy my boat')
  await expect(said(page, stranger).filter({ hasText: 'Buy my boat' })).toContainText(
    text.phones.verdict['refused'] ?? '',
  )
  await expect(said(page, stranger).filter({ hasText: 'not taking texts from you' })).toBeVisible()
  await expect(said(page, 'Ada').filter({ hasText: 'Buy my boat' })).toHaveCount(0)
})

test('what a text holds is shown as text, never as a page', async ({ page, broker }) => {
  const town = await Town.make(broker)
  const [ada, ben] = await town.members('Ada', '<b id="bold">Ben</b>')
  const pair = await town.pair(ada, ben)
  const nasty = '<img id="nasty" src=x onerror="window.taken=1"><script>window.taken=1</script>'
  await town.text(ben.phone, pair.mirror_number, nasty)
  await town.arrived(ada.phone, nasty)

  const clean = async () => {
    await expect(page.getByText(nasty).first()).toBeVisible()
    expect(await page.evaluate(() => [document.querySelectorAll('#nasty, #bold').length, 'taken' in window])).toEqual([
      0,
      false,
    ])
  }
  await page.goto(town.page(`/phones?phones=${ada.id}`))
  await clean()
  await page.goto(town.page('/messages'))
  await clean()
  await page.getByRole('table', { name: text.messages.title }).getByRole('link').first().click()
  await title(page, text.messages.one)
  await clean()
  await page.getByRole('link', { name: '<b id="bold">Ben</b>' }).click()
  await title(page, '<b id="bold">Ben</b>')
})
