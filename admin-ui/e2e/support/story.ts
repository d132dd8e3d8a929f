// What a story has: a broker of its own, a browser in which somebody is signed in, and an eye on what must not happen.
import { test as base, expect, type Page } from '@playwright/test'
import { Broker } from './broker'

export { expect }
export const NAME = 'ann'
export const PASSWORD = 'correct horse battery'

/** Sentences of the browser's console that a story expects. */
export class Faults {
  private readonly seen: string[] = []
  private readonly expected: RegExp[] = []

  expect(...sentences: RegExp[]): void {
    this.expected.push(...sentences)
  }

  watch(page: Page): void {
    page.on('pageerror', (error) => this.seen.push(`${error.message}\n${error.stack}`))
    page.on('console', (line) => {
      if (line.type() === 'error') this.seen.push(`${line.text()} (${line.location().url})`)
    })
  }

  get all(): readonly string[] {
    return this.seen
  }

  get unexpected(): string[] {
    return this.seen.filter((one) => !this.expected.some((sentence) => sentence.test(one)))
  }
}

type Settings = { toml?: (ip: string) => string; demo?: boolean; signedIn: boolean }
type Given = { settings: Settings; broker: Broker; faults: Faults }

/** What is said to nobody but the broker that it was started with. */
export async function follow(broker: Broker, link: string, name = NAME, password = PASSWORD): Promise<string> {
  const token = /token=(\w+)/.exec(link)?.[1]
  const answer = await fetch(`${broker.base}/v1/session/first`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ token, name, password }),
  })
  const cookie = /partyline_session=([^;]+)/.exec(answer.headers.get('set-cookie') ?? '')?.[1]
  if (cookie === undefined) throw new Error(`nobody could sign in: ${answer.status} ${await answer.text()}`)
  return cookie
}

/** A browser's state in which this session goes on. */
export const stateOf = (broker: Broker, session: string) => ({
  origins: [],
  cookies: [
    {
      name: 'partyline_session',
      value: session,
      domain: broker.ip,
      path: '/',
      expires: -1,
      httpOnly: true,
      secure: false,
      sameSite: 'Strict' as const,
    },
  ],
})

export const test = base.extend<Given>({
  settings: [{ signedIn: true }, { option: true }],
  broker: async ({ settings }, use, info) => {
    const broker = await Broker.start(settings)
    try {
      await use(broker)
    } finally {
      if (info.status !== info.expectedStatus)
        await info.attach('the broker said', { body: broker.log, contentType: 'text/plain' })
      await broker.close()
    }
  },
  baseURL: async ({ broker }, use) => use(broker.base),
  storageState: async ({ broker, settings }, use) => {
    if (!settings.signedIn || broker.link === null) return use({ origins: [], cookies: [] })
    await use(stateOf(broker, await follow(broker, broker.link)))
  },
  faults: async ({ settings }, use) => {
    const faults = new Faults()
    // The page asks who is there.
    if (!settings.signedIn) faults.expect(/status of 401 .*\/v1\/session\)$/)
    await use(faults)
    expect(faults.unexpected, 'what the browser complained of').toEqual([])
  },
  page: async ({ page, faults }, use) => {
    faults.watch(page)
    await use(page)
  },
})
