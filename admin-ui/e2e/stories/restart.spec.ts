// The broker restarts under an open page: the stream is taken up where it broke, what happened meanwhile shows, and
// nothing shows twice.
import type { Page } from '@playwright/test'
import { expect, test } from '../support/story'
import { mark, row, still, text, title } from '../support/steps'
import { Town, type Person } from '../support/town'

const badge = (page: Page, said: string) => page.locator('[aria-live=polite]').filter({ hasText: said })
const events = (page: Page) => page.getByRole('table', { name: text.overview.events }).locator('tbody tr')
/** Each line of the list with what it leads to: no event has two. */
const lines = (page: Page) =>
  events(page).evaluateAll((rows) =>
    rows.map(
      (one) =>
        [...one.querySelectorAll('td')]
          .slice(1, 5)
          .map((cell) => cell.textContent)
          .join(' ') + (one.querySelector('a')?.getAttribute('href') ?? ''),
    ),
  )

for (const how of ['in order', 'by kill -9'] as const)
  test(`what happens while the broker restarts ${how} shows once`, async ({ page, broker, faults }) => {
    faults.expect(
      /ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_CONNECTION_RESET|ERR_FAILED|status of 503/,
    )
    const town = await Town.make(broker)
    const [ada, ben] = await town.members('Ada', 'Ben')
    const pair = await town.pair(ada, ben)
    const text_ = (to: Person, what: string) =>
      to === ben ? town.text(ada.phone, pair.number, what) : town.text(ben.phone, pair.mirror_number, what)

    await page.goto(town.page())
    await title(page, text.overview.title)
    await expect(badge(page, text.overview.live)).toBeVisible()
    await mark(page)
    await text_(ben, 'Before')
    await town.arrived(ben.phone, 'Before')
    const received = events(page).filter({ hasText: 'message.received' })
    await expect(received).toHaveCount(1)

    // The page stays cut off until all has happened, however soon the broker is back.
    await page.route('**/v1/events*', (route) => route.abort('connectionrefused'))
    await (how === 'in order' ? broker.stop() : broker.kill())
    await expect(badge(page, text.overview.broken)).toBeVisible()
    await broker.serve()
    for (const n of [1, 2, 3]) await text_(n % 2 === 0 ? ada : ben, `Meanwhile ${n}`)
    await town.arrived(ben.phone, 'Meanwhile 3')
    await expect(received).toHaveCount(1)
    await page.unroute('**/v1/events*')

    await expect(badge(page, text.overview.live)).toBeVisible({ timeout: 60_000 })
    await expect(received).toHaveCount(4)
    await text_(ben, 'After')
    await expect(received).toHaveCount(5)
    const told = await lines(page)
    expect(told).toEqual([...new Set(told)])
    await still(page)
    // What failed while it was away is mended by itself.
    await expect(page.getByRole('alert')).toHaveCount(0)
    await page.goto(town.page('/messages'))
    for (const one of ['Before', 'Meanwhile 1', 'Meanwhile 2', 'Meanwhile 3', 'After'])
      await expect(row(page, text.messages.title, one)).toHaveCount(1)
  })

test('a list that is open while the broker is long away shows what came since', async ({ page, broker, faults }) => {
  faults.expect(/ERR_|status of 503/)
  const town = await Town.make(broker)
  const [ada, ben] = await town.members('Ada', 'Ben')
  const pair = await town.pair(ada, ben)
  const streams: string[] = []
  page.on('request', (asked) => void (asked.url().includes('/v1/events') && streams.push(asked.url())))
  await page.goto(town.page('/messages'))
  await expect(page.getByText(text.messages.empty)).toBeVisible()
  await town.text(ada.phone, pair.number, 'Before')
  await expect(row(page, text.messages.title, 'Before')).toContainText('delivered')
  await mark(page)

  await broker.stop()
  const tried = streams.length
  // Away for some tries, each later than the one before.
  await expect.poll(() => streams.length - tried, { timeout: 90_000 }).toBeGreaterThan(3)
  await broker.serve()
  await town.text(ada.phone, pair.number, 'Meanwhile')
  await expect(row(page, text.messages.title, 'Meanwhile')).toContainText('delivered', { timeout: 60_000 })
  expect(streams.at(-1)).toContain('after=evt_')
  await still(page)
})
