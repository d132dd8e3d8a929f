// A broker of a story's own: the real binary, on an address of loopback that nobody else has, with an SQLite file and
// settings in a folder that goes with it.
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect } from '@playwright/test'

const run = promisify(execFile)
/** Where cargo puts what it builds. */
export const TARGET = resolve(import.meta.dirname, '../../..', process.env['CARGO_TARGET_DIR'] ?? 'target')
const PROGRAM = process.env['PARTYLINE_PROGRAM'] ?? join(TARGET, 'debug/partyline')
const START_MS = 60_000
const END_MS = 30_000

export type Answer<Data> = { status: number; body: Data }

/** What every story may do with the loopback carrier and with a receiver on this machine. */
const settings = (ip: string, dir: string, more: string) => `
[http]
listen = "${ip}:8080"
[smpp]
listen = "${ip}:2775"
[sip]
listen = "${ip}:5060"
drain_s = 1
[media]
address = "${ip}"
[database]
url = "sqlite:${dir}/partyline.db"
[loopback]
enabled = true
[callbacks]
allowed_hosts = ["127.0.0.1"]
retry_s = [1]
give_up_after_s = 1
poll_ms = 50
${more}
`

export class Broker {
  private process: ChildProcess | null = null
  /** The link for the first admin, as it was printed at the latest start; none once somebody can sign in. */
  link: string | null = null
  private token = ''

  private constructor(
    readonly ip: string,
    private readonly dir: string,
    private readonly demo: boolean,
  ) {}

  static async start({
    toml = () => '',
    demo = false,
  }: { toml?: (ip: string) => string; demo?: boolean } = {}): Promise<Broker> {
    const dir = mkdtempSync(join(tmpdir(), 'partyline-story-'))
    const broker = new Broker(await freeAddress(), dir, demo)
    writeFileSync(join(dir, 'partyline.toml'), settings(broker.ip, dir, toml(broker.ip)))
    await broker.serve()
    broker.token = (
      JSON.parse(await broker.cli('key', 'create', '--scope', 'admin', '--json')) as { token: string }
    ).token
    return broker
  }

  get base(): string {
    return `http://${this.ip}:8080`
  }

  get log(): string {
    return ['out', 'err'].map((one) => readFileSync(join(this.dir, one), 'utf8')).join('\n')
  }

  /** Starts it (again), and waits until it takes requests. */
  async serve(): Promise<void> {
    const files = ['out', 'err'].map((one) => openSync(join(this.dir, one), 'a'))
    const before = readFileSync(join(this.dir, 'out'), 'utf8').length
    const args = ['--config', join(this.dir, 'partyline.toml'), 'serve', ...(this.demo ? ['--demo'] : [])]
    // Were this program killed, the kernel would end the broker too.
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', PROGRAM, ...args], {
      cwd: this.dir,
      stdio: ['ignore', files[0]!, files[1]!],
    })
    files.forEach((one) => closeSync(one))
    let failed = ''
    child.on('error', (error) => {
      failed = String(error)
    })
    this.process = child
    const ready = async () => {
      if (failed !== '' || child.exitCode !== null)
        throw new Error(`the broker did not start (${failed === '' ? child.exitCode : failed})\n${this.log}`)
      return fetch(`${this.base}/readyz`).then(
        (answer) => answer.status,
        () => 0,
      )
    }
    await expect.poll(ready, { message: 'the broker is ready', timeout: START_MS, intervals: [50] }).toBe(200)
    // Both lines are printed before the first request is answered, or a moment later.
    const printed = () => readFileSync(join(this.dir, 'out'), 'utf8').slice(before)
    await expect
      .poll(printed, { message: 'the broker says where it listens', timeout: START_MS, intervals: [20] })
      .toContain('listening http=')
    const { signed_in } = await this.anybody()
    if (!signed_in)
      await expect
        .poll(printed, { message: 'the first link', timeout: START_MS, intervals: [20] })
        .toContain('to make the first admin')
    this.link = /^open (\S+) to make the first admin$/m.exec(printed())?.[1] ?? null
  }

  /** Whether somebody has followed the first link already: then none is printed. */
  private async anybody(): Promise<{ signed_in: boolean }> {
    if (this.token === '') return { signed_in: false }
    const { body } = await this.api<{ data: unknown[] }>('GET', '/v1/admin_users')
    return { signed_in: body.data.length > 0 }
  }

  /** SIGTERM by its process id; it has to end in order. */
  async stop(): Promise<void> {
    const status = await this.end('SIGTERM')
    if (status !== 0) throw new Error(`the broker ended with ${status}\n${this.log}`)
  }

  /** kill -9: nothing is flushed, nothing is said. */
  async kill(): Promise<void> {
    await this.end('SIGKILL')
  }

  private async end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.process
    this.process = null
    if (child === null) return 0
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
    const ended = new Promise<number | null>((done) => child.once('exit', (code) => done(code)))
    const late = setTimeout(() => child.kill('SIGKILL'), END_MS)
    child.kill(signal)
    const status = await ended
    clearTimeout(late)
    return status
  }

  async close(): Promise<void> {
    try {
      await this.stop()
    } finally {
      rmSync(this.dir, { recursive: true, force: true })
    }
  }

  async cli(...args: string[]): Promise<string> {
    return (await run(PROGRAM, ['--config', join(this.dir, 'partyline.toml'), ...args], { cwd: this.dir })).stdout
  }

  /** As an app would, with a key of scope admin. */
  async api<Data>(method: string, path: string, body?: unknown): Promise<Answer<Data>> {
    const answer = await fetch(this.base + path, {
      method,
      headers: {
        Authorization: `Bearer ${this.token}`,
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    })
    const said = await answer.text()
    return { status: answer.status, body: (said === '' ? undefined : JSON.parse(said)) as Data }
  }

  /** The same where nothing but success is of use. */
  async must<Data>(method: string, path: string, body?: unknown): Promise<Data> {
    const answer = await this.api<Data>(method, path, body)
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
    return answer.body
  }

  /** Runs SQL on the broker's file, for what only time would bring. */
  async sql(statement: string): Promise<void> {
    const program =
      'import sqlite3, sys; db = sqlite3.connect(sys.argv[1], timeout=20); db.execute(sys.argv[2]); db.commit()'
    await run('python3', ['-c', program, join(this.dir, 'partyline.db'), statement])
  }
}

let last = 0

/** An address of 127.0.0.0/8 with all its ports: each process has a stripe of its own. */
async function freeAddress(): Promise<string> {
  const stripe = process.pid % (64 * 256)
  for (;;) {
    last += 1
    if (last > 250) throw new Error('no free address of loopback')
    const ip = `127.${64 + (stripe >> 8)}.${stripe & 255}.${last}`
    if (await isFree(ip)) return ip
  }
}

const isFree = (ip: string) =>
  new Promise<boolean>((done) => {
    const server = createServer()
    server.once('error', () => done(false))
    server.listen(8080, ip, () => server.close(() => done(true)))
  })
