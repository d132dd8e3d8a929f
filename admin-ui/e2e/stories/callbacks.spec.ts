// An app that fails is told again: the dead letter is found, looked at, and replayed.
import { isSigned, Receiver } from '../support/receiver'
import { expect, test as base } from '../support/story'
import { confirm, dialog, field, go, notice, row, text, title, wrong } from '../support/steps'
import { Town } from '../support/town'

const t = text.callbacks
const test = base.extend<{ receiver: Receiver }>({
  receiver: async ({}, use) => {
    const receiver = await Receiver.start()
    await use(receiver)
    await receiver.stop()
  },
})

test('a callback that failed until it was given up is replayed', async ({ page, broker, receiver, faults }) => {
  faults.expect(/status of 422/)
  const town = await Town.make(broker)
  receiver.status = 500

  await page.goto(town.page('/callbacks'))
  await title(page, t.title)
  await expect(page.getByText(t.empty)).toBeVisible()
  await page.getByRole('button', { name: t.add }).click()
  const add = dialog(page, t.add)
  await field(add, t.url).fill('ftp://example.org')
  await add.getByRole('button', { name: text.form.add }).click()
  await wrong(field(add, t.url), /url|http/i)
  await field(add, t.url).fill(receiver.url)
  await add.getByRole('button', { name: text.form.add }).click()
  const shown = dialog(page, t.secretTitle)
  const secret = await shown.locator('.secret').innerText()
  expect(secret).toMatch(/^whsec_/)
  await shown.getByRole('button', { name: text.form.close, exact: true }).click()

  await confirm(row(page, t.title, receiver.url), page, t.test, t.testAsk)
  await notice(page, t.tested)
  await expect.poll(() => receiver.hits.length, { message: 'the app was asked, and failed' }).toBeGreaterThan(0)
  await expect
    .poll(async () =>
      (await town.must<{ data: { state: string }[] }>('GET', '/deliveries')).data.map((one) => one.state),
    )
    .toEqual(['dead'])

  // The overview says that it needs attention, and leads to it.
  await go(page, text.nav.overview)
  await page.getByRole('link', { name: text.overview.dead(1, false) }).click()
  await title(page, t.deliveries)
  await expect(row(page, t.deliveries, 'endpoint.test')).toContainText('dead')
  await row(page, t.deliveries, 'endpoint.test').getByRole('link').click()
  await title(page, `${t.delivery}: endpoint.test`)
  await expect(page.getByText('dead', { exact: true })).toBeVisible()
  await page.getByRole('button', { name: new RegExp(`^${t.attempt(1)}: 500`) }).click()
  await expect(page.getByText('not today').first()).toBeVisible()

  // The app is mended; it gets the same event, under the same id, with a signature.
  const failed = receiver.hits.length
  receiver.status = 200
  await confirm(page.locator('main'), page, t.replay, t.replayOneAsk)
  await notice(page, t.replayedOne)
  await expect(page.getByText('delivered', { exact: true })).toBeVisible()
  expect(receiver.hits).toHaveLength(failed + 1)
  const [first, last] = [receiver.hits[0]!, receiver.hits.at(-1)!]
  expect(last.headers['webhook-id']).toBe(first.headers['webhook-id'])
  expect(last.body).toBe(first.body)
  expect(isSigned(last, secret)).toBe(true)
  expect(isSigned({ ...last, body: `${last.body} ` }, secret)).toBe(false)
  await page.getByRole('button', { name: new RegExp(`^${t.attempt(failed + 1)}: 200`) }).click()
  await expect(page.getByText('taken').first()).toBeVisible()
})

test('all dead letters of an endpoint are replayed at once', async ({ page, broker, receiver }) => {
  const town = await Town.make(broker)
  receiver.status = 500
  await town.must('POST', '/callback_endpoints', { url: receiver.url, description: '', events: ['message.received'] })
  const [ada, ben] = await town.members('Ada', 'Ben')
  const pair = await town.pair(ada, ben)
  for (const n of [1, 2, 3]) await town.text(ada.phone, pair.number, `Text ${n}`)
  const states = async () =>
    (await town.must<{ data: { state: string }[] }>('GET', '/deliveries')).data.map((one) => one.state)
  await expect.poll(states, { message: 'all are given up', timeout: 60_000 }).toEqual(['dead', 'dead', 'dead'])

  receiver.status = 200
  const before = receiver.hits.length
  await page.goto(town.page('/callbacks'))
  await confirm(row(page, t.title, receiver.url), page, t.replayDead, t.replayAsk)
  await notice(page, t.replayed(3, 0))
  await expect.poll(states).toEqual(['delivered', 'delivered', 'delivered'])
  const again = receiver.hits
    .slice(before)
    .map((hit) => (JSON.parse(hit.body) as { data: { message: { text: string } } }).data.message.text)
  expect(again).toEqual(['Text 1', 'Text 2', 'Text 3'])
})
