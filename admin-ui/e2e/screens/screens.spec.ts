// Every page of the router, wide and narrow, light and dark: a picture of each is kept in target/screens, and axe, the
// policy, the console and the width of the page are looked at. A page that is new comes by itself; one that needs
// something to show gets it in support/populated.ts.
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { addressOf, Album, EXTRAS, nameOf, OUT, paths, SIZES, type Scheme } from '../support/album'
import type { Broker } from '../support/broker'
import { populate, trunk } from '../support/populated'
import { expect, test, type Faults } from '../support/story'
import { chooseFile, later, text, title } from '../support/steps'

/** Dialogs, by the buttons that open them. */
const DIALOGS: [string, string, string][] = [
  ['dialog-community', '/communities', text.communities.add],
  ['dialog-member', '/c/$community/members', text.members.add],
  ['dialog-contact', '/c/$community/members/$member', text.members.addContact],
  ['dialog-remove', '/c/$community/members/$member', text.members.remove],
  ['dialog-history', '/c/$community/members/$member', text.members.history],
  ['dialog-phone', '/c/$community/members/$member?tab=devices', later.replace.label],
  ['dialog-block', '/c/$community/members/$member?tab=blocks', later.blocks.add],
  ['dialog-book', '/c/$community/members/$member?tab=book', later.book.add],
  ['dialog-erase', '/c/$community/members/$member?tab=data', later.data.eraseLabel],
  ['dialog-number', '/c/$community/pools', text.pools.addNumber],
  ['dialog-edit-number', '/c/$community/pools', later.number.edit],
  ['dialog-campaign', '/c/$community/campaigns', later.campaigns.add],
  ['dialog-assign', '/c/$community/campaigns', later.campaigns.assign],
  ['dialog-opt-in', '/c/$community/opt-ins', later.optIns.add],
  ['dialog-re-pair', '/c/$community/releases', later.releases.pair],
  ['dialog-release', '/c/$community/quarantine', text.quarantine.release],
  ['dialog-endpoint', '/c/$community/callbacks', text.callbacks.add],
  ['dialog-key', '/keys', text.keys.add],
  ['dialog-person', '/settings', text.settings.addUser],
  ['dialog-reset', '/settings', text.settings.reset],
]

async function all(page: Page, broker: Broker, faults: Faults, scheme: Scheme): Promise<string[]> {
  faults.expect(/status of (401|404|409)/)
  const town = await populate(broker)
  Album.empty(scheme)
  const album = new Album(page, scheme)
  await page.goto('/admin/')
  // The start leads on, to the community.
  await title(page, text.overview.title)
  const open = async (path: string) => page.goto(`/admin/#${await addressOf(path, town)}`)
  for (const path of paths) {
    await open(path)
    await album.look(nameOf(path))
  }
  for (const [name, path] of EXTRAS) {
    await open(path)
    await album.look(name)
  }
  const [pair] = (
    await town.must<{ data: { number: string }[] }>(
      'GET',
      `/members/${await addressOf('/members/$member', town).then((one) => one.split('/')[2])}/contacts`,
    )
  ).data
  for (const [name, from] of [
    ['explain-bridged', '+14155550151'],
    ['explain-refused', '+14155550198'],
  ] as const) {
    await page.goto(
      `/admin/#/c/${town.id}/explain?from=${encodeURIComponent(from)}&to=${encodeURIComponent(pair?.number ?? '')}`,
    )
    await album.look(name)
  }
  // The overview while something happens, and a list of events.
  await open('/c/$community')
  await expect(page.getByText(text.overview.live, { exact: true })).toBeVisible()
  for (const one of ['The boat is on the water', 'Who has the key?'])
    await town.text('+14155550151', pair?.number ?? '', one)
  await expect(page.getByRole('table', { name: text.overview.events }).locator('tbody tr').first()).toBeVisible()
  await album.look('overview-live')
  const people = (await town.must<{ data: { id: string }[] }>('GET', '/members?limit=2')).data.map((one) => one.id)
  await page.goto(`/admin/#/c/${town.id}/phones?phones=${people.join('+')}`)
  await album.look('phones-two')
  for (const [name, path, button] of DIALOGS) {
    await open(path)
    await page.locator('main').getByRole('button', { name: button, exact: true }).first().click()
    await expect(page.getByRole('dialog')).toBeVisible()
    await album.look(name)
    await page.keyboard.press('Escape')
    await expect(page.getByRole('dialog')).toHaveCount(0)
  }
  await policy(page, album, () => open('/c/$community/policy'))
  await imports(page, album, () => open('/c/$community/imports'))
  await page.setViewportSize({ width: 390, height: 844 })
  await page.getByRole('button', { name: text.nav.open }).click()
  await expect(page.getByRole('navigation', { name: text.nav.label })).toBeInViewport()
  await album.look('menu')
  await page.goto('/admin/#/communities')
  await page.getByRole('button', { name: text.session.signOut }).click()
  await expect(page.getByRole('button', { name: text.session.signIn })).toBeVisible()
  await album.look('sign-in')
  await page.goto('/admin/#/first?token=none')
  await album.look('first')
  await page.goto('/admin/#/first?token=none&reset=ann')
  await album.look('reset')
  return album.faults
}

/** All groups of the policy, and all of it as JSON. */
async function policy(page: Page, album: Album, open: () => Promise<unknown>): Promise<void> {
  await open()
  const groups = page.locator('main [data-accordion-control]')
  await expect(groups.first()).toBeVisible()
  for (const one of await groups.all()) if ((await one.getAttribute('aria-expanded')) === 'false') await one.click()
  await album.look('policy-all')
  await page.getByRole('tab', { name: text.communities.json }).click()
  await album.look('policy-json')
}

/** A file that lacks something, one that is tried, and one that is imported. */
async function imports(page: Page, album: Album, open: () => Promise<unknown>): Promise<void> {
  const t = later.imports
  await open()
  await chooseFile(page, 'wrong.csv', 'Full name,phone,phone\nAnn,+14155557001,1\n')
  await expect(page.getByRole('alert')).toContainText(t.cannot)
  await album.look('import-wrong')
  const rows = ['Eve,+14155550183,s4', 'Nobody,,', '"Doe, Jane",12,s5', 'Eve,+14155550183,s4']
  await chooseFile(page, 'seen.csv', ['name,phone,reference', ...rows, ''].join('\n'))
  await page.getByRole('button', { name: t.try, exact: true }).click()
  await expect(page.getByRole('region', { name: t.outcomeDry }).getByRole('status')).toBeVisible()
  await album.look('import-tried')
  await page.getByRole('button', { name: t.go(rows.length), exact: true }).click()
  await expect(page.getByRole('region', { name: t.outcome, exact: true }).getByRole('status')).toBeVisible()
  await album.look('import-done')
}

for (const scheme of ['light', 'dark'] as const)
  test.describe(scheme, () => {
    test.use({
      settings: { signedIn: true, toml: trunk },
      colorScheme: scheme,
      contextOptions: { reducedMotion: 'reduce' },
    })
    test(`every page is fit to be seen, ${scheme}`, async ({ page, broker, faults }) => {
      test.setTimeout(600_000)
      expect(paths.length).toBeGreaterThan(20)
      expect(await all(page, broker, faults, scheme)).toEqual([])
    })
  })

test('what is unfit is seen', async ({ page, faults }) => {
  faults.expect(/Content Security Policy/)
  const album = new Album(page, 'light')
  await page.goto('/admin/')
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await album.look('unfit')
  expect(album.faults).toEqual([])
  await page.evaluate(() => {
    const [wide, button, script] = ['div', 'button', 'script'].map((kind) => document.createElement(kind))
    if (wide === undefined || button === undefined || script === undefined) return
    Object.assign(wide.style, { width: '3000px', color: '#eee', background: '#fff' })
    wide.textContent = 'Hardly to be seen'
    script.textContent = 'window.taken = 1'
    document.querySelector('main')?.append(wide, button, script)
  })
  await album.look('unfit')
  const found = album.faults.join('\n')
  for (const one of [/wide: \d+ pixels wider/, /narrow: \d+ pixels wider/, /axe color-contrast/, /axe button-name/])
    expect(found).toMatch(one)
  expect(faults.all.join('\n')).toMatch(/Content Security Policy/)
  expect(await page.evaluate(() => 'taken' in window)).toBe(false)
  for (const [size] of SIZES) {
    expect(existsSync(join(OUT, `unfit-${size}-light.png`))).toBe(true)
    rmSync(join(OUT, `unfit-${size}-light.png`))
  }
})
