// Opens every page in Chromium, light and dark, wide and narrow; keeps a screenshot of each, and fails where axe finds
// something serious or critical, where the policy is broken, where a script fails, or where a page is wider than the screen.
//   node e2e/screens.mjs --base http://127.0.0.1:8080 --name ann --password '…' [--token FIRST] [--out e2e/shots] [--only members]
import { mkdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { chromium } from 'playwright-core'

const { values } = parseArgs({ options: {
  base: { type: 'string', default: 'http://127.0.0.1:8095' }, name: { type: 'string', default: 'ann' }, password: { type: 'string', default: 'correct horse battery' },
  token: { type: 'string' }, out: { type: 'string', default: 'e2e/shots' }, only: { type: 'string', default: '' }, browser: { type: 'string', default: '/usr/bin/chromium' },
} })
const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const profile = mkdtempSync(join(tmpdir(), 'partyline-admin-'))
await mkdir(values.out, { recursive: true })
const context = await chromium.launchPersistentContext(profile, { executablePath: values.browser, args: FLAGS, viewport: { width: 1280, height: 900 }, bypassCSP: false })
const page = context.pages()[0] ?? (await context.newPage())
const faults = []
let where = 'sign-in'
page.on('pageerror', (error) => faults.push(`${where}: ${error.message}`))
page.on('console', (line) => {
  if (line.type() === 'error' && !/status of (401|404|409)/.test(line.text())) faults.push(`${where}: ${line.text()}`)
})

const admin = `${values.base}/admin/`
const ask = (path) => page.evaluate(async (path) => (await fetch(path)).json(), path)
const settle = async () => {
  await page.waitForTimeout(350)
  await page.waitForFunction(() => document.querySelector('.mantine-Loader-root') === null, null, { timeout: 10_000 }).catch(() => faults.push(`${where}: still loading after 10 s`))
  await page.waitForTimeout(250)
}

async function look(name) {
  where = name
  await settle()
  for (const [size, width, height] of [['wide', 1280, 900], ['narrow', 390, 844]])
    for (const scheme of ['light', 'dark']) {
      await page.setViewportSize({ width, height })
      await page.emulateMedia({ colorScheme: scheme })
      await page.waitForTimeout(150)
      const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
      if (over > 1) faults.push(`${name} ${size}: ${over} pixels wider than the screen`)
      await page.screenshot({ path: join(values.out, `${name}-${size}-${scheme}.png`), fullPage: true })
      const found = await check()
      for (const one of found) faults.push(`${name} ${size} ${scheme}: axe ${one}`)
    }
  await page.setViewportSize({ width: 1280, height: 900 })
}

/** What axe finds, run in a world of its own, which the policy of the page does not bind. */
async function check() {
  const session = await context.newCDPSession(page)
  const { frameTree } = await session.send('Page.getFrameTree')
  const { executionContextId } = await session.send('Page.createIsolatedWorld', { frameId: frameTree.frame.id, worldName: 'axe' })
  await session.send('Runtime.evaluate', { contextId: executionContextId, expression: axe })
  const { result } = await session.send('Runtime.evaluate', {
    contextId: executionContextId, awaitPromise: true, returnByValue: true,
    expression: `axe.run(document, { resultTypes: ['violations'] }).then((r) => r.violations.filter((v) => v.impact === 'serious' || v.impact === 'critical').map((v) => v.id + ': ' + v.nodes.slice(0, 3).map((n) => n.target.join(' ') + ' (' + (n.any[0]?.message ?? '') + ')').join('; ')))`,
  })
  await session.detach()
  return result.value ?? []
}

try {
  await page.goto(values.token === undefined ? admin : `${admin}#/first?token=${values.token}`)
  await settle()
  if (values.only === '') await look(values.token === undefined ? 'sign-in' : 'first')
  const began = Date.now()
  await page.getByLabel('Name').fill(values.name)
  for (const field of await page.locator('input[type=password]').all()) await field.fill(values.password)
  await page.locator('button[type=submit]').click()
  await page.waitForURL(/#\/(c\/|communities)/, { timeout: 10_000 })
  await page.getByRole('heading', { level: 1 }).waitFor()
  console.log(`Signed in, and the first page was there after ${Date.now() - began} ms`)

  const community = (await ask('/v1/communities')).data[0]?.id
  const c = `/c/${community}`
  const firstOf = async (list) => (await ask(`/v1/communities/${community}/${list}?limit=1`)).data[0]?.id
  const [member, second] = (await ask(`/v1/communities/${community}/members?limit=2`)).data.map((one) => one.id)
  const [message, call, delivery, swap] = await Promise.all(['messages', 'calls', 'deliveries', 'swaps'].map(firstOf))
  const imported = (await ask(`/v1/communities/${community}/imports?limit=50`)).data.sort((a, b) => b.refused - a.refused)[0]?.id
  // Of whom there is the most to see: somebody who blocks.
  const many = (await ask(`/v1/communities/${community}/members?limit=50`)).data.map((one) => one.id)
  let withMost = member
  for (const one of many) if ((await ask(`/v1/communities/${community}/members/${one}/blocks?limit=1`)).data.length > 0) withMost = one
  const contact = (await ask(`/v1/communities/${community}/members/${member}/contacts?limit=1`)).data[0]
  const phone = (await ask(`/v1/communities/${community}/members/${member}?reveal=true`).then((one) => one.devices ?? one.code === 'bad_query' ? one : null))?.devices?.[0]?.phone
    ?? (await ask(`/v1/communities/${community}/members/${member}`)).devices?.[0]?.phone
  const pages = [
    ['overview', c], ['communities', '/communities'], ['carriers', '/carriers'], ['pool-files', '/pool-files'], ['policy', `${c}/policy`], ['members', `${c}/members`], ['member', member && `${c}/members/${member}`], ['member-devices', member && `${c}/members/${member}?tab=devices`],
    ['member-timeline', member && `${c}/members/${member}?tab=timeline`], ...['blocks', 'book', 'released', 'data'].map((tab) => [`member-${tab}`, withMost && `${c}/members/${withMost}?tab=${tab}`]), ['member-gone', `${c}/members/mem_0000000000001`],
    ['imports', `${c}/imports`], ['import-rows', imported && `${c}/imports/${imported}`], ['campaigns', `${c}/campaigns`], ['desk', `${c}/desk`], ['releases', `${c}/releases`], ['opt-ins', `${c}/opt-ins`],
    ['pools', `${c}/pools`], ['traffic', `${c}/pools?tab=traffic`], ['swaps', `${c}/swaps`], ['swap', swap && `${c}/swaps/${swap}`],
    ['messages', `${c}/messages`], ['message', message && `${c}/messages/${message}`], ['calls', `${c}/calls`], ['call', call && `${c}/calls/${call}`],
    ['explain', contact && phone ? `${c}/explain?from=${encodeURIComponent(phone)}&to=${encodeURIComponent(contact.number)}` : `${c}/explain`],
    ['explain-refused', contact ? `${c}/explain?from=%2B14155559999&to=${encodeURIComponent(contact.number)}` : undefined],
    ['quarantine', `${c}/quarantine`], ['opt-outs', `${c}/opt-outs`], ['callbacks', `${c}/callbacks`], ['deliveries', `${c}/deliveries`], ['delivery', delivery && `${c}/deliveries/${delivery}`], ['keys', '/keys'], ['planner', `${c}/planner`],
    ['assignments', `${c}/assignments`], ['matrix', `${c}/assignments?as=matrix`], ['hubs', `${c}/hubs`], ['phones', second && `${c}/phones?phones=${member}+${second}`], ['audit', '/audit'], ['settings', '/settings'], ['reset', '/first?token=none&reset=ann'], ['missing', '/nowhere'],
  ]
  for (const [name, path] of pages) {
    if (!path || !name.includes(values.only)) continue
    where = name
    await page.goto(`${admin}#${path}`)
    await look(name)
  }
  if ('dialogs'.includes(values.only)) {
    const dialogs = [
      ['dialog-campaign', `${c}/campaigns`, 'Make a campaign'], ['dialog-assign', `${c}/campaigns`, 'Numbers'], ['dialog-opt-in', `${c}/opt-ins`, 'Record an opt-in'], ['dialog-edit-number', `${c}/pools`, 'Edit'],
      ['dialog-re-pair', `${c}/releases`, 'Pair again'], ['dialog-erase', `${c}/members/${withMost}?tab=data`, 'Erase for good'], ['dialog-book', `${c}/members/${withMost}?tab=book`, 'Make a link'], ['dialog-phone', `${c}/members/${withMost}?tab=devices`, 'New phone'],
      ['dialog-endpoint', `${c}/callbacks`, 'Add an endpoint'],
    ]
    for (const [name, path, button] of [...dialogs, ['dialog-member', `${c}/members`, 'Add a member'], ['dialog-number', `${c}/pools`, 'Add a number'], ['dialog-remove', `${c}/members/${member}`, 'Remove the member']]) {
      await page.goto(`${admin}#${path}`)
      await settle()
      await page.getByRole('button', { name: button, exact: true }).first().click()
      await look(name)
      await page.keyboard.press('Escape')
    }
    // A file that lacks something, one that is tried, and one that is imported.
    const choose = (name, content) => page.getByLabel('Choose a file').setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(content) })
    await page.goto(`${admin}#${c}/imports`)
    await settle()
    await choose('wrong.csv', 'Full name,phone,phone\nAnn,+14155557001,1\n')
    await look('import-wrong')
    await choose('seen.csv', 'name,phone,reference\nIda,+14155557001,s1\nNobody,,\n"Doe, Jane",12,s3\nIda,+14155557001,s1\n')
    await page.getByRole('button', { name: 'Try it first' }).click()
    await page.getByText('would be added').waitFor()
    await look('import-tried')
    await page.getByRole('button', { name: /^Import \d/ }).click()
    await page.getByText(/\d added/).waitFor()
    await look('import-done')
    await page.setViewportSize({ width: 390, height: 844 })
    await page.getByRole('button', { name: 'Show the pages' }).click()
    await page.waitForTimeout(400)
    await page.screenshot({ path: join(values.out, 'menu-narrow-light.png') })
  }
} catch (error) {
  faults.push(`${where}: ${error.stack}`)
} finally {
  await context.close()
  rmSync(profile, { recursive: true, force: true })
}
for (const fault of new Set(faults)) console.error(fault)
console.log(`${new Set(faults).size} faults; screenshots in ${values.out}`)
process.exitCode = faults.length === 0 ? 0 : 1
