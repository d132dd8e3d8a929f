// Who has forgotten their password is given a link, once; until it is followed all stays as it is.
import { expect, follow, PASSWORD, stateOf, test } from '../support/story'
import { confirm, dialog, field, row, signIn, text, title, wrong } from '../support/steps'

const t = text.settings
const FRESH = 'battery horse correct'

test('an owner makes a link at which somebody chooses a new password, once', async ({
  page,
  browser,
  broker,
  faults,
}) => {
  faults.expect(/status of (401|422)/)
  const invited = await broker.must<{ link: string }>('POST', '/v1/admin_users', { name: 'Vic', role: 'viewer' })
  const cookie = await follow(broker, invited.link, 'Vic')

  // Vic is at work meanwhile.
  const theirs = await browser.newContext({ baseURL: broker.base, storageState: stateOf(broker, cookie) })
  const view = await theirs.newPage()
  faults.watch(view)
  await view.goto('/admin/#/communities')
  await title(view, text.communities.title)

  await page.goto('/admin/#/settings')
  await confirm(row(page, t.people, 'Vic'), page, t.reset, t.resetAsk('Vic'))
  const shown = dialog(page, t.linkTitle)
  const link = await shown.locator('.secret').innerText()
  expect(link).toContain('reset=Vic')
  await shown.getByRole('button', { name: text.form.close, exact: true }).click()

  // Nothing has changed by the link alone.
  await view.reload()
  await title(view, text.communities.title)

  const other = await browser.newContext({ baseURL: broker.base, storageState: { cookies: [], origins: [] } })
  const fresh = await other.newPage()
  faults.watch(fresh)
  await fresh.goto(link)
  await title(fresh, text.session.resetTitle)
  await expect(field(fresh, text.session.name)).toHaveValue('Vic')
  await expect(field(fresh, text.session.name)).not.toBeEditable()
  const choose = async (password: string, again: string) => {
    await field(fresh, t.fresh).fill(password)
    await field(fresh, text.session.again).fill(again)
    await fresh.getByRole('button', { name: text.session.resetButton }).click()
  }
  await choose(FRESH, PASSWORD)
  await wrong(field(fresh, text.session.again), text.session.differ)
  await choose(FRESH, FRESH)
  await title(fresh, text.communities.title)
  await expect(fresh.getByText(text.session.signedInAs('Vic', t.roles.viewer))).toBeVisible()

  // Where they were signed in before, they are no more, and the former password is good for nothing.
  await view.reload()
  await signIn(view, 'Vic', PASSWORD)
  await expect(view.getByRole('alert')).toContainText('the name or the password is wrong')
  await signIn(view, 'Vic', FRESH)
  await title(view, text.communities.title)

  // The link is used up.
  await fresh.getByRole('button', { name: text.session.signOut }).click()
  await expect(fresh.getByRole('button', { name: text.session.signIn })).toBeVisible()
  await fresh.goto(link)
  await choose(PASSWORD, PASSWORD)
  await expect(fresh.getByRole('alert')).toContainText(text.errors.title)
  const log = await broker.must<{ data: { what: string; name: string }[] }>('GET', '/v1/audit_log')
  expect(log.data.filter((one) => one.name === 'ann').map((one) => one.what)).toContainEqual(
    expect.stringMatching(/reset|password|link|user/),
  )
  await other.close()
  await theirs.close()
})
