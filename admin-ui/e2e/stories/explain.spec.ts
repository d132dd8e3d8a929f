// Two numbers, and the way of the text is drawn: as it is now, and as it was.
import { expect, test } from '../support/story'
import { text, title } from '../support/steps'
import { Town } from '../support/town'

const t = text.explain

test('the way of a text is drawn, now and at a past moment', async ({ page, broker }) => {
  const town = await Town.make(broker)
  const [ada, ben] = await town.members('Ada', 'Ben')
  const pair = await town.pair(ada, ben)
  const links = page.getByRole('list').filter({ hasText: t.phone }).locator('.link')
  const link = (name: string) => links.filter({ hasText: name })

  await page.goto(town.page('/explain'))
  await title(page, t.title)
  await expect(page.getByText(t.empty)).toBeVisible()
  await page.getByLabel(t.from).fill('(415) 555-0151')
  await page.getByLabel(t.to).fill(pair.number)
  await page.getByRole('button', { name: t.go, exact: true }).click()
  await expect(page.getByRole('heading', { name: t.outcomes.bridge })).toBeVisible()
  await expect(links).toHaveCount(6)
  await expect(link(t.phone).first()).toContainText(ada.phone)
  await expect(links.nth(1)).toContainText(pair.number)
  await expect(links.nth(2)).toContainText('Ada')
  await expect(links.nth(3)).toContainText('Ben')
  await expect(links.nth(3)).toContainText(t.shows(pair.mirror_number))
  await expect(links.nth(5)).toContainText('loopback')
  await expect(page.locator('.link.stop')).toHaveCount(0)

  // A stranger's text to the same number goes no further.
  await page.getByLabel(t.from).fill('+14155550199')
  await page.getByRole('button', { name: t.go, exact: true }).click()
  await expect(page.getByRole('heading', { name: t.outcomes.refuse })).toBeVisible()
  await expect(page.locator('.link.stop')).toHaveCount(1)
  await expect(page.locator('.link.stop')).toContainText(t.stops)

  // A moment, in whole seconds as one types it, at which the pair was there; then it is released.
  await town.text(ada.phone, pair.number, 'Hello Ben')
  await town.arrived(ben.phone, 'Hello Ben')
  const then = Math.floor(Date.now() / 1000) + 1
  await expect.poll(() => Date.now()).toBeGreaterThan((then + 1) * 1000)
  await town.release(ada, ben)

  await page.getByLabel(t.from).fill(ada.phone)
  await page.getByRole('button', { name: t.go, exact: true }).click()
  await expect(page.getByRole('heading', { name: t.outcomes.quarantine })).toBeVisible()
  await expect(page.locator('.link.stop')).toHaveCount(1)
  const local = await page.evaluate(
    (at) => new Date(at - new Date(at).getTimezoneOffset() * 60_000).toISOString().slice(0, 19),
    then * 1000,
  )
  await page.getByLabel(t.at).fill(local)
  await page.getByRole('button', { name: t.go, exact: true }).click()
  await expect(page.getByRole('heading', { name: t.outcomes.bridge })).toBeVisible()
  await expect(links.nth(3)).toContainText('Ben')
  await expect(page.locator('.link.stop')).toHaveCount(0)

  // The address says it all, and says it again.
  await page.reload()
  await expect(page.getByRole('heading', { name: t.outcomes.bridge })).toBeVisible()
  await expect(page.getByLabel(t.at)).toHaveValue(local)

  // A message leads to the way that it took.
  await page.goto(town.page('/messages'))
  await page.getByRole('table', { name: text.messages.title }).getByRole('link').first().click()
  await page.getByRole('button', { name: text.messages.explain }).click()
  await title(page, t.title)
  await expect(page.getByRole('heading', { name: t.outcomes.bridge })).toBeVisible()
})
