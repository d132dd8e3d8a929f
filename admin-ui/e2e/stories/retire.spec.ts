// A number that is drained keeps the pairs that it has and takes no new ones.
import { expect, test } from '../support/story'
import { confirm, dialog, notice, row, text, title } from '../support/steps'
import { Town } from '../support/town'

const t = text.pools

test('a number is retired: what is on it stays, nothing new comes, and it can be removed once it is empty', async ({
  page,
  broker,
  faults,
}) => {
  faults.expect(/status of 409/)
  const town = await Town.make(broker, { numbers: 2, policy: { cool_down_s: 0 } })
  const [ada, ben, cleo] = await town.members('Ada', 'Ben', 'Cleo')
  const pair = await town.pair(ada, ben)

  await page.goto(town.page('/pools'))
  await title(page, t.title)
  const old = row(page, t.numbers, pair.number)
  // To ask is not to do.
  await old.getByRole('button', { name: t.drain, exact: true }).click()
  await dialog(page, t.drainAsk(pair.number)).getByRole('button', { name: text.form.cancel }).click()
  await expect(dialog(page, t.drainAsk(pair.number))).toHaveCount(0)
  await expect(old).toContainText('active')

  await confirm(old, page, t.drain, t.drainAsk(pair.number))
  await notice(page, t.drained)
  await expect(old).toContainText('draining')

  // Its pair goes on; another gets another number.
  await town.text(ada.phone, pair.number, 'Still you?')
  await town.arrived(ben.phone, 'Still you?')
  const fresh = await town.pair(cleo, ada)
  expect([fresh.number, fresh.mirror_number]).not.toContain(pair.number)

  // With pairs on it it cannot be removed, and the API says why.
  await old.getByRole('button', { name: t.remove, exact: true }).click()
  const remove = dialog(page, t.removeAsk(pair.number))
  await remove.getByRole('button', { name: t.remove, exact: true }).click()
  await expect(remove.getByRole('alert')).toContainText(/pair|assignment/)
  await remove.getByRole('button', { name: text.form.cancel }).click()
  await town.release(ada, ben)
  await page.getByRole('button', { name: text.table.refresh }).click()
  await confirm(old, page, t.remove, t.removeAsk(pair.number))
  await notice(page, t.removed)
  await expect(old).toHaveCount(0)
})

test('a drained number takes pairs again when it is activated', async ({ page, broker }) => {
  const town = await Town.make(broker, { numbers: 1 })
  await page.goto(town.page('/pools'))
  const only = row(page, t.numbers, town.numbers[0] ?? '')
  await confirm(only, page, t.drain, t.drainAsk(town.numbers[0] ?? ''))
  await expect(only).toContainText('draining')
  await page.goto(town.page())
  await expect(page.getByRole('link', { name: text.overview.noNumbers })).toBeVisible()
  await page.getByRole('link', { name: text.overview.noNumbers }).click()
  await confirm(only, page, t.activate, t.activateAsk(town.numbers[0] ?? ''))
  await notice(page, t.activated)
  await expect(only).toContainText('active')
  const [ada, ben] = await town.members('Ada', 'Ben')
  expect((await town.pair(ada, ben)).number).toBe(town.numbers[0])
})
