// Leaves the overview open in Chromium while texts go through the broker, and measures what the page costs: memory of its
// process, its script heap, and CPU-seconds. The broker is started here, with the loopback carrier and a folder of its own.
// Nobody listens to the page meanwhile: tools that do have it keep what it hears, and are measured with it.
//   node e2e/left-open.mjs --broker ../target/release/partyline [--rate 1000] [--minutes 60] [--out ../target/bench/admin_page.json]
import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { cpus, tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { chromium } from '@playwright/test'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const { values } = parseArgs({
  options: {
    broker: { type: 'string', default: here('../../target/release/partyline') },
    rate: { type: 'string', default: '1000' },
    minutes: { type: 'string', default: '60' },
    out: { type: 'string', default: here('../../target/bench/admin_page.json') },
    browser: { type: 'string', default: '/usr/bin/chromium' },
  },
})
const RATE = Number(values.rate)
const MINUTES = Number(values.minutes)
/** The bars: megabytes of the page's process, and the share of a core. */
const BAR_MB = 200
const BAR_CORE = 0.1
const MEMBERS = 200
const NUMBERS = 40
const TICK_MS = 20
/** The first minute is not counted: scripts are compiled and caches filled in it. */
const WARM_S = 60
const SAMPLE_S = 15

const folder = await mkdtemp(join(tmpdir(), 'partyline-left-open-'))
const FLAGS = [
  '--headless',
  '--remote-debugging-port=0',
  '--window-size=1280,900',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
const agent = new Agent({ keepAlive: true, maxSockets: 32 })
let base = ''
let key = ''

/** Asks the API with the admin key. */
function ask(method, path, body) {
  const sent = body === undefined ? '' : JSON.stringify(body)
  return new Promise((done, fail) => {
    const headers = {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(sent),
    }
    const asked = request(base + path, { method, agent, headers }, (answer) => {
      const parts = []
      answer.on('data', (part) => parts.push(part))
      answer.on('end', () => {
        const text = Buffer.concat(parts).toString()
        if (answer.statusCode >= 400) fail(new Error(`${method} ${path}: ${answer.statusCode} ${text}`))
        else done(text === '' ? null : JSON.parse(text))
      })
    })
    asked.on('error', fail)
    asked.end(sent)
  })
}

/** Starts the broker; gives its process, its address, and the token of the first admin's link. */
async function startBroker() {
  const settings = {
    PARTYLINE__DATABASE__URL: join(folder, 'partyline.db'),
    PARTYLINE__HTTP__LISTEN: '127.0.0.1:0',
    PARTYLINE__LOOPBACK__ENABLED: 'true',
    PARTYLINE__SMPP__LISTEN: '',
    PARTYLINE__SIP__LISTEN: '',
    PARTYLINE__HTTP__REQUESTS_PER_S: '0',
  }
  const child = spawn(resolve(values.broker), ['serve', '--demo'], {
    cwd: folder,
    env: { ...process.env, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const errors = []
  child.stderr.on('data', (part) => errors.push(part) > 50 && errors.shift())
  const found = {}
  const lines = createInterface({ input: child.stdout })
  const timer = setTimeout(() => child.kill('SIGKILL'), 30_000)
  child.once('exit', () => lines.close())
  for await (const line of lines) {
    found.port ??= /http=127\.0\.0\.1:(\d+)/.exec(line)?.[1]
    found.first ??= /first\?token=([\w-]+)/.exec(line)?.[1]
    found.key ??= /Bearer (pl_\w+)/.exec(line)?.[1]
    if (found.port && found.first && found.key) break
  }
  clearTimeout(timer)
  if (!found.key || !found.first) throw new Error(`the broker did not start: ${Buffer.concat(errors)}`)
  child.stdout.resume()
  return { child, ...found }
}

/** A community of its own, in which each member texts the next. */
async function makeCommunity() {
  const community = (await ask('POST', '/v1/communities', { name: 'Left open' })).id
  const c = `/v1/communities/${community}`
  const pool = (await ask('POST', `${c}/pools`, { name: 'main' })).id
  for (let n = 0; n < NUMBERS; n += 1)
    await ask('POST', `${c}/numbers`, { pool, number: `+1415555${1000 + n}`, carrier: 'loopback', rate_per_s: 1000 })
  const members = []
  for (let n = 0; n < MEMBERS; n += 1) {
    const phone = `+1415555${3000 + n}`
    members.push({ phone, id: (await ask('POST', `${c}/members`, { name: `Member ${n}`, phone })).id })
  }
  const pairs = []
  for (const [n, { id, phone }] of members.entries()) {
    const made = await ask('POST', `${c}/members/${id}/contacts`, { contact: members[(n + 1) % MEMBERS].id })
    pairs.push({ phone, number: made.number })
  }
  return { community, pairs }
}

/** Texts from the members' phones at the rate until it is told to stop; what the broker is behind with is not posted twice. */
function traffic({ pairs }) {
  const begun = performance.now()
  const counts = { posted: 0, accepted: 0, failed: 0, under_way: 0 }
  let last = ''
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - begun) / 1000) * RATE)
    while (counts.posted < due) {
      counts.posted += 1
      if (counts.under_way >= 500) {
        counts.failed += 1
        continue
      }
      counts.under_way += 1
      const { phone, number } = pairs[counts.posted % pairs.length]
      ask('POST', `/v1/loopback/phones/${encodeURIComponent(phone)}/texts`, {
        to: number,
        text: `Text ${counts.posted}`,
      })
        .then(
          () => (counts.accepted += 1),
          (error) => {
            counts.failed += 1
            last = error.message
          },
        )
        .finally(() => (counts.under_way -= 1))
    }
  }, TICK_MS)
  return { counts, last: () => last, stop: () => clearInterval(timer) }
}

/** CPU-seconds and resident megabytes of a process, as the kernel counts them. */
async function cost(pid) {
  const stat = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1].split(' ')
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '')
  return {
    cpu_s: (Number(stat[11]) + Number(stat[12])) / 100,
    pss_mb: Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0) / 1024,
    rss_mb: (Number(stat[21]) * 4096) / 1048576,
  }
}

/** The processes of the browser by what they do: the one with this profile, and all that descend from it. */
async function processes(profile) {
  const all = []
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    // Chromium joins the words of its children by spaces.
    const words = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split(/[\0 ]/)
    const stat = (await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')).split(') ')[1]
    if (stat === undefined) continue
    const kind = words.find((word) => word.startsWith('--type='))?.slice(7) ?? 'browser'
    all.push({
      pid,
      kind,
      parent: stat.split(' ')[1],
      root: kind === 'browser' && words.some((word) => word.endsWith(`=${profile}`)),
    })
  }
  const found = all.filter((one) => one.root)
  for (const one of found) found.push(...all.filter((child) => child.parent === one.pid && !found.includes(child)))
  return found
}

/** Ends a program, which may have ended before, or never have begun. */
async function end(child) {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((done) => child.once('exit', done))
  child.kill('SIGTERM')
  await ended
}

/** Does something with the page, and leaves it alone again. */
async function withPage(act) {
  const told = join(profile, 'DevToolsActivePort')
  let port
  for (let tries = 0; port === undefined && tries < 300; tries += 1) {
    port = (await readFile(told, 'utf8').catch(() => '')).split('\n')[0] || undefined
    if (port === undefined) await new Promise((done) => setTimeout(done, 100))
  }
  if (port === undefined) throw new Error('the browser did not start')
  const connected = await chromium.connectOverCDP(`http://127.0.0.1:${port}`)
  try {
    return await act(connected.contexts()[0].pages()[0])
  } finally {
    // That takes leave of the browser, and does not end it.
    await connected.close()
  }
}

const broker = await startBroker()
base = `http://127.0.0.1:${broker.port}`
key = broker.key
const profile = join(folder, 'chromium')
const browser = spawn(values.browser, [...FLAGS, `--user-data-dir=${profile}`, 'about:blank'], { stdio: 'ignore' })
// Where it cannot be started at all, nobody finds its port, and says so.
browser.once('error', (error) => console.error(error.message))
let running
try {
  const town = await makeCommunity()
  await withPage(async (page) => {
    await page.goto(`${base}/admin/#/first?token=${broker.first}`)
    await page.getByLabel('Name').fill('ann')
    for (const field of await page.locator('input[type=password]').all()) await field.fill('correct horse battery')
    await page.locator('button[type=submit]').click()
    await page.waitForURL(/#\/c\//)
    await page.goto(`${base}/admin/#/c/${town.community}`)
    await page.getByText('Live', { exact: true }).waitFor()
  })
  const sample = async () => {
    const of = {}
    for (const { pid, kind } of await processes(profile))
      of[kind] = [...(of[kind] ?? []), { pid, ...(await cost(pid)) }]
    const page = of.renderer.reduce((a, b) => (a.cpu_s > b.cpu_s ? a : b))
    const rest = Object.values(of)
      .flat()
      .filter((one) => one !== page)
    return {
      page,
      rest_cpu_s: rest.reduce((sum, one) => sum + one.cpu_s, 0),
      broker: await cost(broker.child.pid),
      at: performance.now() / 1000,
    }
  }
  running = traffic(town)
  await new Promise((done) => setTimeout(done, WARM_S * 1000))
  const first = await sample()
  const accepted = running.counts.accepted
  const rows = []
  let before = first
  console.log(`${cpus().length} cores; ${RATE} texts/s for ${MINUTES} min after a minute of warm-up`)
  console.log('minute  texts/s  page MB (PSS)  (RSS)  page core  browser core  broker core')
  while (before.at - first.at < MINUTES * 60) {
    await new Promise((done) => setTimeout(done, SAMPLE_S * 1000))
    const now = await sample()
    const core = (of) => (of(now) - of(before)) / (now.at - before.at)
    const row = {
      minute: (now.at - first.at) / 60,
      texts_per_s: (running.counts.accepted - accepted) / (now.at - first.at),
      pss_mb: now.page.pss_mb,
      rss_mb: now.page.rss_mb,
      page_core: core((one) => one.page.cpu_s),
      rest_core: core((one) => one.rest_cpu_s),
      broker_core: core((one) => one.broker.cpu_s),
    }
    if (!(row.pss_mb > 0 && row.page_core > 0.001))
      throw new Error(`the page has not been at work: ${JSON.stringify(row)}`)
    rows.push(row)
    if (rows.length % 4 === 1)
      console.log(
        `${row.minute.toFixed(1).padStart(6)}  ${row.texts_per_s.toFixed(0).padStart(7)}  ${row.pss_mb.toFixed(0).padStart(13)}  ${row.rss_mb.toFixed(0).padStart(5)}  ${row.page_core.toFixed(3).padStart(9)}  ${row.rest_core.toFixed(3).padStart(12)}  ${row.broker_core.toFixed(2).padStart(11)}`,
      )
    before = now
  }
  const ending = await withPage(async (page) => {
    if (!page.url().includes(town.community)) throw new Error(`the page went to ${page.url()}`)
    await page.getByText('Live', { exact: true }).waitFor()
    const devtools = await page.context().newCDPSession(page)
    await devtools.send('Performance.enable')
    const { metrics } = await devtools.send('Performance.getMetrics')
    await page.screenshot({ path: values.out.replace(/json$/, 'png'), fullPage: true })
    const metric = (name) => metrics.find((one) => one.name === name).value
    return { heap_mb: metric('JSHeapUsedSize') / 1048576, nodes: metric('Nodes') }
  })
  running.stop()
  const seconds = before.at - first.at
  const result = {
    cores: cpus().length,
    asked_texts_per_s: RATE,
    minutes: seconds / 60,
    ...running.counts,
    texts_per_s: rows.at(-1).texts_per_s,
    most_pss_mb: Math.max(...rows.map((row) => row.pss_mb)),
    most_rss_mb: Math.max(...rows.map((row) => row.rss_mb)),
    page_core: (before.page.cpu_s - first.page.cpu_s) / seconds,
    rest_core: (before.rest_cpu_s - first.rest_cpu_s) / seconds,
    broker_core: (before.broker.cpu_s - first.broker.cpu_s) / seconds,
    ...ending,
    rows,
  }
  if (result.failed > 0)
    console.log(`${result.failed} texts were not accepted: ${running.last() || 'the broker was behind'}`)
  const holds = result.most_pss_mb < BAR_MB && result.page_core < BAR_CORE
  console.log(
    `The page: at most ${result.most_pss_mb.toFixed(0)} MB (bar ${BAR_MB}), ${result.page_core.toFixed(3)} of a core (bar ${BAR_CORE}): ${holds ? 'holds' : 'MISSED'}`,
  )
  await mkdir(dirname(values.out), { recursive: true })
  await writeFile(values.out, `${JSON.stringify(result, null, 2)}\n`)
  process.exitCode = holds ? 0 : 1
} finally {
  running?.stop()
  agent.destroy()
  await end(browser)
  await end(broker.child)
  await rm(folder, { recursive: true, force: true })
}
