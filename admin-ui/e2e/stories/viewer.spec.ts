// What a viewer may not do: no buttons for it, numbers masked, and the API refuses too.
import { expect, PASSWORD, test } from '../support/story'
import { dialog, field, loaded, row, text, title } from '../support/steps'
import { Town } from '../support/town'

test('a viewer is invited, sees, and can change and reveal nothing', async ({ page, browser, broker, faults }) => {
  const town = await Town.make(broker)
  const [ada, ben] = await town.members('Ada', 'Ben')
  const pair = await town.pair(ada, ben)
  await town.text(ada.phone, pair.number, 'Hello Ben')
  await town.arrived(ben.phone, 'Hello Ben')

  // The owner invites.
  await page.goto('/admin/#/settings')
  await page.getByRole('button', { name: text.settings.addUser }).click()
  const invite = dialog(page, text.settings.addUser)
  await field(invite, text.col.name).fill('Vic')
  await expect(invite.getByRole('combobox', { name: text.settings.role })).toHaveValue('viewer')
  await invite.getByRole('button', { name: text.form.add }).click()
  const link = await dialog(page, text.settings.linkTitle).locator('.secret').innerText()
  await page.keyboard.press('Escape')
  await expect(row(page, text.settings.people, 'Vic')).toContainText(text.settings.invited)

  // The viewer follows the link, in a browser of their own.
  const theirs = await browser.newContext({ baseURL: broker.base, storageState: { cookies: [], origins: [] } })
  const view = await theirs.newPage()
  faults.watch(view)
  faults.expect(/status of (401|403)/)
  await view.goto(link)
  await field(view, text.session.name).fill('Vic')
  await field(view, text.session.password).fill(PASSWORD)
  await field(view, text.session.again).fill(PASSWORD)
  await view.getByRole('button', { name: text.session.firstButton }).click()
  await title(view, text.overview.title)
  await expect(view.getByText(text.session.signedInAs('Vic', text.settings.roles.viewer))).toBeVisible()

  // No page of the community has a button that changes something.
  const changes: string[] = [
    text.members.add,
    text.members.addContact,
    text.members.addDevice,
    text.members.remove,
    text.members.release,
    text.members.block,
    text.members.freeze,
    text.members.show,
    text.members.edit,
    text.pools.addPool,
    text.pools.addNumber,
    text.pools.drain,
    text.pools.remove,
    text.swaps.plan,
    text.callbacks.add,
    text.callbacks.replayDead,
    text.quarantine.release,
    text.quarantine.discard,
    text.phones.send,
    text.form.save,
    text.communities.add,
    text.keys.add,
    text.keys.revoke,
    text.settings.addUser,
    text.messages.explain,
  ]
  const pages: [string, string][] = [
    ['/members', text.members.title],
    [`/members/${ada.id}`, 'Ada'],
    [`/members/${ada.id}?tab=devices`, 'Ada'],
    ['/pools', text.pools.title],
    ['/pools?tab=pools', text.pools.title],
    ['/swaps', text.swaps.title],
    ['/callbacks', text.callbacks.title],
    ['/quarantine', text.quarantine.title],
    ['/policy', text.communities.policyTitle],
    ['/messages', text.messages.title],
  ]
  for (const [path, name] of pages) {
    await view.goto(town.page(path))
    await title(view, name)
    await loaded(view)
    const buttons = await view.locator('main').getByRole('button').allTextContents()
    expect(
      buttons.filter((one) => changes.includes(one)),
      path,
    ).toEqual([])
  }

  // Real numbers are masked, wherever they stand; pool numbers are not.
  await view.goto(town.page('/members'))
  await expect(row(view, text.members.title, 'Ada')).toBeVisible()
  expect(await view.locator('main').innerText()).not.toContain(ada.phone)
  await view.goto(town.page(`/members/${ada.id}?tab=devices`))
  await expect(view.getByText('frozen').or(view.getByText('active')).first()).toBeVisible()
  expect(await view.locator('main').innerText()).not.toContain(ada.phone)
  await view.goto(town.page(`/members/${ada.id}`))
  await expect(row(view, text.members.contacts, 'Ben')).toContainText(pair.number)

  // And by the API, with the viewer's own cookie and token.
  const tried = await view.evaluate(
    async ([community, member]) => {
      const session = (await (await fetch('/v1/session')).json()) as { csrf: string; may_reveal: boolean }
      const ask = async (method: string, path: string, headers: Record<string, string> = {}, body?: string) =>
        (
          await fetch(path, {
            method,
            body,
            headers: {
              'X-CSRF-Token': session.csrf,
              ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
              ...headers,
            },
          })
        ).status
      const c = `/v1/communities/${community}`
      return {
        may_reveal: session.may_reveal,
        statuses: [
          await ask('POST', `${c}/members`, {}, '{"name":"Eve"}'),
          await ask('DELETE', `${c}/members/${member}`),
          await ask('POST', '/v1/communities', {}, '{"name":"Mine"}'),
          await ask('POST', '/v1/admin_users', {}, '{"name":"Eve","role":"owner"}'),
          await ask('GET', `${c}/members/${member}`, { 'X-Reveal': '1' }),
          await ask('GET', `${c}/members/${member}?reveal=true`),
          await ask('GET', '/v1/audit_log'),
          await ask('GET', '/v1/keys'),
        ],
        seen: await (await fetch(`${c}/members/${member}`)).text(),
      }
    },
    [town.id, ada.id] as const,
  )
  expect(tried.may_reveal).toBe(false)
  expect(tried.statuses).toEqual([403, 403, 403, 403, 403, 403, 403, 403])
  expect(tried.seen).not.toContain(ada.phone)
  const members = await town.must<{ data: { name: string }[] }>('GET', '/members')
  expect(members.data.map((one) => one.name).sort()).toEqual(['Ada', 'Ben'])

  // Pages that are not theirs are not offered; who opens one all the same is told why it is empty.
  const navigation = view.getByRole('navigation', { name: text.nav.label })
  await expect(navigation.getByRole('link', { name: text.nav.members, exact: true })).toBeVisible()
  for (const name of [text.nav.keys, text.nav.audit])
    await expect(navigation.getByRole('link', { name, exact: true })).toHaveCount(0)
  await view.goto('/admin/#/audit')
  await expect(view.getByRole('alert')).toContainText(/owner/)
  await theirs.close()
})
