// Two phones of the simulator call each other: neither shows the other's own number, and both legs are drawn.
import type { Page } from '@playwright/test'
import { expect, test } from '../support/story'
import { row, text, title } from '../support/steps'
import { Town } from '../support/town'

const t = text.phones.call
/** A call is recorded a moment after it rings, and asked for until it is. */
const NOT_YET = /status of 404 .*\/calls\/call_/

const phone = (page: Page, name: string) => page.getByRole('region', { name, exact: true })
const line = (page: Page, name: string) => phone(page, name).getByRole('group', { name: t.title, exact: true })
const press = (page: Page, name: string, button: string) =>
  line(page, name).getByRole('button', { name: button, exact: true }).click()

test('a phone dials, the other rings with the masked number, they talk, and both legs are drawn', async ({
  page,
  broker,
  faults,
}) => {
  faults.expect(NOT_YET)
  const town = await Town.make(broker)
  const [ada, ben] = await town.members('Ada', 'Ben')
  const pair = await town.pair(ada, ben)
  const [toBen, toAda] = [`${pair.number} Ben`, `${pair.mirror_number} Ada`]
  await page.goto(town.page(`/phones?phones=${ada.id}+${ben.id}`))
  await title(page, text.phones.title)

  // Whom one has as a contact is dialled, unless another number is typed.
  await press(page, 'Ada', t.dialTo(pair.number))
  await expect(line(page, 'Ben').getByRole('status')).toHaveText(t.rings(toAda))
  await expect(line(page, 'Ada').getByRole('status')).toHaveText(t.ringsThere(toBen))
  // The pair lights up while something goes over it.
  await expect(phone(page, 'Ada').getByRole('group', { name: text.phones.knows })).toContainText(text.phones.live)

  await press(page, 'Ben', t.answer)
  await expect(line(page, 'Ada').getByRole('status')).toHaveText(t.talks(toBen))
  await expect(line(page, 'Ben').getByRole('status')).toHaveText(t.talks(toAda))
  // Time goes on, and each hears the other.
  for (const name of ['Ada', 'Ben']) {
    await expect(line(page, name).getByRole('timer')).not.toHaveText('0:00')
    await expect(line(page, name)).toContainText(/[1-9]\d* with sound/)
  }
  // Nothing on a phone says whose the other really is.
  for (const [name, other] of [
    ['Ada', ben],
    ['Ben', ada],
  ] as const)
    await expect(line(page, name)).not.toContainText(other.phone)

  // The ladder of both legs grows while they talk.
  const legs = phone(page, t.bothLegs)
  await expect(legs.getByRole('row').filter({ hasText: '200' }).first()).toBeVisible()
  await expect(legs.getByRole('row').filter({ hasText: 'BYE' })).toHaveCount(0)

  await press(page, 'Ada', t.hangUp)
  await expect(line(page, 'Ada').getByRole('status')).toHaveText(t.over(toBen, t.cause['hung_up'] ?? ''))
  await expect(line(page, 'Ben').getByRole('status')).toHaveText(t.over(toAda, t.cause['other_hung_up'] ?? ''))

  // Then it is whole, on the page and on that of the call.
  const holds = async () => {
    const steps = page.getByRole('table', { name: text.calls.step, exact: true })
    for (const [what, leg, direction] of [
      ['INVITE', text.calls.caller, text.calls.inward],
      ['INVITE', text.calls.callee, text.calls.outward],
      ['200', text.calls.callee, text.calls.inward],
      ['200', text.calls.caller, text.calls.outward],
      ['BYE', text.calls.caller, text.calls.inward],
      ['BYE', text.calls.callee, text.calls.outward],
    ] as const) {
      const step = steps.getByRole('row').filter({ hasText: what }).filter({ hasText: leg })
      await expect(step.filter({ hasText: direction }).first(), `${what} ${leg} ${direction}`).toBeVisible()
    }
    await expect(page.getByRole('region', { name: text.calls.ladder, exact: true })).toBeVisible()
  }
  await expect(legs.getByRole('table', { name: text.calls.step, exact: true })).toBeVisible()
  await holds()
  await legs.getByRole('link', { name: t.wholeCall }).click()
  await title(page, text.calls.one)
  await holds()
  await page.goto(town.page('/calls'))
  await expect(row(page, text.calls.title, 'ended')).toHaveCount(1)
  await expect(row(page, text.calls.title, 'ended')).toContainText('Ada')
  await expect(row(page, text.calls.title, 'ended')).toContainText('Ben')
})

test('a call can be declined, by hand and by itself', async ({ page, broker, faults }) => {
  faults.expect(NOT_YET)
  const town = await Town.make(broker)
  const [ada, ben] = await town.members('Ada', 'Ben')
  const pair = await town.pair(ada, ben)
  const over = t.over(`${pair.number} Ben`, t.cause['declined'] ?? '')
  await page.goto(town.page(`/phones?phones=${ada.id}+${ben.id}`))
  await press(page, 'Ada', t.dialTo(pair.number))
  await press(page, 'Ben', t.decline)
  await expect(line(page, 'Ada').getByRole('status')).toContainText(over)

  await line(page, 'Ben').getByLabel(t.answering).selectOption(t.ways.busy)
  await expect
    .poll(async () => (await broker.must<{ answering: string }>('GET', `/v1/loopback/phones/${ben.phone}`)).answering)
    .toBe('busy')
  await press(page, 'Ada', t.dialTo(pair.number))
  await expect(line(page, 'Ada').getByRole('status')).toContainText(t.over(`${pair.number} Ben`, t.cause['busy'] ?? ''))
})
