import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { settle, take } from '../src/api/attempts'
import { api, ask, raw, setCsrf } from '../src/api/client'

type Answer = () => Promise<Response>
const says =
  (status: number, body: unknown = {}): Answer =>
  () =>
    Promise.resolve(new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } }))
const silence: Answer = () => Promise.reject(new TypeError('Failed to fetch'))

/** Answers in turn; what is returned grows by the key of each request. */
function fetching(...answers: Answer[]): (string | null)[] {
  const keys: (string | null)[] = []
  vi.stubGlobal('fetch', async (request: Request) => {
    keys.push(request.headers.get('idempotency-key'))
    return (answers[keys.length - 1] ?? silence)()
  })
  return keys
}
const make = (name: string) => ask(api.POST('/v1/communities', { body: { name } })).catch(() => undefined)

beforeEach(() => settle())
afterEach(() => vi.unstubAllGlobals())

describe('a request that makes something', () => {
  it.each([
    ['nothing answers', silence],
    ['the broker had no time', says(408)],
    ['a proxy speaks in its place', says(502)],
    ['the first is under way still', says(409, { code: 'in_flight', detail: 'x' })],
  ])('bears the same key once more where %s', async (_, first) => {
    const keys = fetching(first, says(201))
    await make('Rowing')
    await make('Rowing')
    expect(keys[0]).toMatch(/^[0-9a-f]{32}$/)
    expect(keys[1]).toBe(keys[0])
  })
  it.each([
    ['was done', says(201)],
    ['was refused', says(409, { code: 'table_full', detail: 'x' })],
    ['was wrong', says(422)],
  ])('bears another key once it %s', async (_, first) => {
    const keys = fetching(first, says(201))
    await make('Rowing')
    await make('Rowing')
    expect(keys[1]).not.toBe(keys[0])
  })
  it('bears another key where it says something else, or somebody else signed in', async () => {
    const keys = fetching(silence, silence, silence)
    await make('Rowing')
    await make('Riding')
    setCsrf('another')
    await make('Rowing')
    expect(new Set(keys).size).toBe(3)
    setCsrf(null)
  })
  it('bears one by the other way to the API too; sign-in, plans and what reads bear none', async () => {
    const keys = fetching(says(201), says(200), says(200), says(200))
    await raw('POST', '/v1/admin_users', { name: 'ben', role: 'viewer' })
    await raw('POST', '/v1/session', {})
    await raw('POST', '/v1/pool_files/plan', {})
    await ask(api.GET('/v1/communities'))
    expect(keys.map((one) => one !== null)).toEqual([true, false, false, false])
  })
  it('is a new one after ten minutes', async () => {
    const asked = () => new Request('http://x/v1/keys', { method: 'POST', body: '{}' })
    const first = await take(asked(), 0)
    expect((await take(asked(), 599_999))?.key).toBe(first?.key)
    expect((await take(asked(), 1_300_000))?.key).not.toBe(first?.key)
  })
})
