// Every page as a viewer sees it: a picture of each, looked at as an owner's, and nothing on it that the API would refuse. What a
// viewer may press or fill in is named here: a control that comes new to a page is either for others, or named too.
import type { Page } from '@playwright/test'
import { addressOf, Album, EXTRAS, nameOf, paths, SIZES } from '../support/album'
import { populate, trunk } from '../support/populated'
import { dialog, text, title } from '../support/steps'
import { expect, follow, stateOf, test } from '../support/story'
import type { Town } from '../support/town'

const { settings, table } = text
/** What only looks, on whichever page. Filters are no controls here: what they ask is in the address, and asked for at once. */
const LOOKS: string[] = [
  ...[table.refresh, table.csv, table.rows, table.clear, text.errors.retry, text.form.close],
  ...[text.members.searchName, text.members.find, text.members.history, text.assignments.matrix],
]
/** What is of the viewer alone. */
const OWN: string[] = [
  ...[
    settings.old,
    settings.fresh,
    text.session.again,
    settings.password,
    settings.totpBegin,
    text.session.eye,
    text.phone.region,
  ],
]
/** Pages that are not offered, for owners alone or of no use to who only reads. */
const NOT_OFFERED = ['/pool-files', '/keys', '/audit', '/c/$community/explain', '/c/$community/phones']

/** The names of what can be pressed, chosen or filled in, but tabs and what opens and closes a group of fields. */
const controls = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const labelOf = (one: HTMLElement) =>
      'labels' in one ? [...((one as HTMLInputElement).labels ?? [])].map((label) => label.innerText).join(' ') : ''
    const all = document.querySelectorAll<HTMLElement>(
      ':is(main, [role=dialog]) :is(button, input, textarea, select):not(:disabled, [type=hidden], [aria-hidden=true], [role=tab], [data-accordion-control], section[role=search] *)',
    )
    const open = [...all].filter(
      (one) => one.checkVisibility() && (!('readOnly' in one) || !one.readOnly || one.role === 'combobox'),
    )
    const names = open.map((one) => one.ariaLabel ?? (labelOf(one) || one.innerText))
    return names.map((name) => name.trim().split('\n')[0] ?? '')
  })

const strays = async (page: Page, where: string, more: string[] = []) => {
  const allowed = new Set([...LOOKS, ...more])
  return (await controls(page)).filter((name) => !allowed.has(name)).map((name) => `${where}: ${name}`)
}

/** Where the pages lead, as the router has it. */
async function offered(page: Page, town: Town): Promise<Set<string>> {
  const links = page.getByRole('navigation', { name: text.nav.label }).getByRole('link')
  await expect(links.first()).toBeVisible()
  const all = await links.evaluateAll((found) => found.map((one) => one.getAttribute('href') ?? ''))
  return new Set(all.map((href) => href.slice(href.indexOf('#') + 1).replace(town.id, '$community')))
}

test.use({ settings: { signedIn: true, toml: trunk } })

test('a viewer sees every page, and nothing that the API would refuse', async ({ browser, broker, faults }) => {
  test.setTimeout(600_000)
  // Members who are gone, and pages that are for owners alone.
  faults.expect(/status of 404/, /status of 403 .*\/v1\/(keys|audit_log)\?/)
  const town = await populate(broker)
  const vera = { name: 'vera', role: 'viewer', communities: [town.id] }
  const { link } = await broker.must<{ link: string }>('POST', '/v1/admin_users', vera)
  const context = await browser.newContext({
    baseURL: broker.base,
    storageState: stateOf(broker, await follow(broker, link, vera.name)),
    viewport: { width: SIZES[0][1], height: SIZES[0][2] },
    colorScheme: 'light',
    reducedMotion: 'reduce',
  })
  const page = await context.newPage()
  faults.watch(page)
  const changes: string[] = []
  page.on('request', (asked) => {
    if (asked.method() !== 'GET') changes.push(`${asked.method()} ${asked.url()}`)
  })
  Album.empty('viewer')
  const album = new Album(page, 'light', 'viewer', [SIZES[0]])
  await page.goto('/admin/')
  await title(page, text.overview.title)
  const there = await offered(page, town)
  expect(paths.filter((path) => !/\/\$(?!community)/.test(path) && !there.has(path))).toEqual(NOT_OFFERED)

  const found: string[] = []
  for (const [name, path] of [...paths.map((path) => [nameOf(path), path] as const), ...EXTRAS]) {
    await page.goto(`/admin/#${await addressOf(path, town)}`)
    await album.look(name)
    found.push(...(await strays(page, name, path === '/settings' ? OWN : [])))
    // Whoever opens its address all the same is told.
    if (NOT_OFFERED.includes(path))
      await expect(page.getByText(text.session.closed).or(page.getByRole('alert'))).toBeVisible()
  }
  await page.goto(`/admin/#${await addressOf('/c/$community/members/$member', town)}`)
  await page.getByRole('button', { name: text.members.history, exact: true }).first().click()
  await expect(dialog(page, text.members.historyOf)).toBeVisible()
  await album.look('dialog-history')
  found.push(...(await strays(page, 'dialog-history')))
  expect(found).toEqual([])
  expect(changes).toEqual([])
  expect(album.faults).toEqual([])
  await context.close()
})

test('what a viewer may not do is seen where it is shown', async ({ page, broker }) => {
  const town = await populate(broker)
  await page.goto(`/admin/#${await addressOf('/c/$community/members/$member', town)}`)
  await expect(page.getByRole('button', { name: text.members.remove })).toBeVisible()
  const found = await strays(page, 'member')
  for (const one of [text.members.remove, text.members.addContact, text.members.release])
    expect(found).toContain(`member: ${one}`)
})
