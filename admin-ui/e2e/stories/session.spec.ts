// A session that has expired signs out without losing where one was.
import { expect, NAME, PASSWORD, test } from '../support/story'
import { dialog, field, loaded, row, signIn, text, title } from '../support/steps'
import { Town } from '../support/town'

/** What 12 hours would bring. */
const EXPIRE = 'update admin_sessions set last_used_at = last_used_at - 13 * 3600 * 1000'

test('after a session has expired the page asks to sign in, and comes back as it was', async ({
  page,
  broker,
  faults,
}) => {
  faults.expect(/status of 401/)
  const town = await Town.make(broker)
  const [ada, ben] = await town.members('Ada', 'Ben')
  const pair = await town.pair(ada, ben)
  await town.text(ada.phone, pair.number, 'Hello Ben')
  await town.arrived(ben.phone, 'Hello Ben')

  await page.goto(town.page('/messages?status=delivered'))
  await expect(row(page, text.messages.title, 'Hello Ben')).toBeVisible()
  await broker.sql(EXPIRE)
  await page.getByRole('button', { name: text.table.refresh }).click()
  await expect(page.getByText(text.session.expired)).toBeVisible()
  // Nothing of what was seen is left on the page.
  await expect(page.getByText('Hello Ben')).toHaveCount(0)
  expect(page.url()).toContain(`#/c/${town.id}/messages?status=delivered`)

  await signIn(page)
  await expect(row(page, text.messages.title, 'Hello Ben')).toBeVisible()
  await title(page, text.messages.title)
  expect(page.url()).toContain(`#/c/${town.id}/messages?status=delivered`)
  await expect(page.getByText(text.session.expired)).toHaveCount(0)
  // It is signed in again for all that follows, changes too.
  await page.goto(town.page('/members'))
  await page.getByRole('button', { name: text.members.add }).click()
  await field(dialog(page, text.members.add), text.col.name).fill('Cleo')
  await dialog(page, text.members.add).getByRole('button', { name: text.form.add }).click()
  await expect(row(page, text.members.title, 'Cleo')).toBeVisible()
})

for (const [name, path, heading] of [
  ['the audit log', '/admin/#/audit', text.audit.title],
  ['a change', '/admin/#/settings', text.settings.title],
] as const)
  test(`the end of a session is noticed by ${name}`, async ({ page, broker, faults }) => {
    faults.expect(/status of 401/)
    await page.goto(path)
    await title(page, heading)
    await loaded(page)
    await broker.sql(EXPIRE)
    if (heading === text.audit.title) await page.getByRole('button', { name: text.table.refresh }).click()
    else {
      const form = page.locator('form').filter({ has: field(page, text.settings.fresh) })
      await field(form, text.settings.old).fill(PASSWORD)
      await field(page, text.settings.fresh).fill('battery horse correct')
      await field(page, text.session.again).fill('battery horse correct')
      await page.getByRole('button', { name: text.settings.password }).click()
    }
    await expect(page.getByText(text.session.expired)).toBeVisible()
    await signIn(page)
    await title(page, heading)
  })

test('a page that only watches notices the end of the session too', async ({ page, broker, faults }) => {
  faults.expect(/status of 401/)
  const town = await Town.make(broker)
  await page.goto(town.page('/planner'))
  await title(page, text.planner.title)
  await loaded(page)
  await broker.sql(EXPIRE)
  // The stream is ended by the broker within its heartbeat, and nobody touches anything.
  await expect(page.getByText(text.session.expired)).toBeVisible({ timeout: 60_000 })
  await signIn(page)
  await title(page, text.planner.title)
})

test('who signs out is out, in every window', async ({ page, context, broker, faults }) => {
  faults.expect(/status of 401/)
  const town = await Town.make(broker)
  await page.goto(town.page('/members'))
  const other = await context.newPage()
  await other.goto(town.page('/pools'))
  await title(other, text.pools.title)
  await page.getByRole('button', { name: text.session.signOut }).click()
  await expect(page.getByRole('button', { name: text.session.signIn })).toBeVisible()
  // It was their own wish: nothing has expired.
  await expect(page.getByText(text.session.expired)).toHaveCount(0)
  await other.getByRole('tab', { name: text.pools.pools }).click()
  await expect(other.getByRole('button', { name: text.session.signIn })).toBeVisible()
  await page.reload()
  await expect(field(page, text.session.name)).toBeVisible()
  await page.goto(town.page('/members'))
  await expect(field(page, text.session.name)).toBeVisible()
  const status = await page.evaluate(async (at) => (await fetch(at)).status, `/v1/communities/${town.id}/members`)
  expect(status).toBe(401)
  await signIn(page, NAME)
  await title(page, text.members.title)
})
