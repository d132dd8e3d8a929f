// A request that had no answer may have been done all the same. Sent once more it bears the key of before, so that the
// broker does it once, and answers as it did the first time.
const KEPT_MS = 10 * 60_000
const MOST = 20
// Sign-in takes no keys; what only asks may be asked again; an import has a key of its own.
const WITHOUT = /^\/v1\/session(\/|$)|\/(plan|what_if|imports)$/
const HEADER = 'Idempotency-Key'

// Not crypto.randomUUID: that is only there over TLS and on the machine itself.
const fresh = () =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((one) => one.toString(16).padStart(2, '0')).join('')

type Attempt = { what: string; key: string }
const open = new Map<string, { key: string; at: number }>()

/** Gives the request the key of its attempt: that of the same request which had no answer, or a new one. */
export async function take(request: Request, now = Date.now()): Promise<Attempt | null> {
  const { pathname, search } = new URL(request.url, 'http://here')
  if (request.method !== 'POST' || WITHOUT.test(pathname) || request.headers.has(HEADER)) return null
  const what = `${pathname}${search} ${await request.clone().text()}`
  const before = open.get(what)
  const key = before !== undefined && now - before.at < KEPT_MS ? before.key : fresh()
  open.delete(what)
  open.set(what, { key, at: now })
  for (const oldest of open.keys()) {
    if (open.size <= MOST) break
    open.delete(oldest)
  }
  request.headers.set(HEADER, key)
  return { what, key }
}

/** Whether it is not known if it was done: no time, too much to do, a proxy in the broker's place, or under way still. */
export async function unsure(response: Response): Promise<boolean> {
  if (response.status === 408 || response.status === 429 || response.status >= 500) return true
  if (response.status !== 409) return false
  const said: unknown = await response
    .clone()
    .json()
    .catch(() => null)
  return (said as { code?: unknown } | null)?.code === 'in_flight'
}

/** The attempt has its answer, and its key is used up; all of them, where none is given. */
export function settle(attempt?: Attempt): void {
  if (attempt === undefined) open.clear()
  else if (open.get(attempt.what)?.key === attempt.key) open.delete(attempt.what)
}
