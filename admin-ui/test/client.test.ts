import { afterEach, describe, expect, it, vi } from 'vitest'
import { api, ApiError, ask, onSessionEnd, raw, setCsrf } from '../src/api/client'
import { fieldOf, taken } from '../src/parts/form'

const answer = (status: number, body: unknown) =>
  new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/problem+json' } })
const problem = {
  type: 'urn:partyline:problem:phone_taken',
  title: 'Taken',
  status: 409,
  code: 'phone_taken',
  detail: 'this phone is that of mem_1',
  field: 'phone',
  request_id: 'r1',
}

function fetching(status: number, body: unknown) {
  const asked = vi.fn(async (_: Request) => answer(status, body))
  vi.stubGlobal('fetch', asked)
  return asked
}

afterEach(() => {
  vi.unstubAllGlobals()
  setCsrf(null)
  onSessionEnd(() => {})
})

describe('the client', () => {
  it('sends the CSRF token with what changes something, and not with what reads', async () => {
    const asked = fetching(200, { data: [], next_cursor: null })
    setCsrf('secret-1')
    await ask(api.GET('/v1/communities', { params: { query: { limit: 1 } } }))
    await ask(api.POST('/v1/communities', { body: { name: 'Rowing' } }))
    await raw('DELETE', '/v1/session')
    expect(asked.mock.calls.map(([request]) => [request.method, request.headers.get('x-csrf-token')])).toEqual([
      ['GET', null],
      ['POST', 'secret-1'],
      ['DELETE', 'secret-1'],
    ])
  })
  it('throws what the API said, with the field that it meant', async () => {
    fetching(409, problem)
    const failed = await ask(api.POST('/v1/communities', { body: { name: 'x' } })).catch((thrown: unknown) => thrown)
    expect(failed).toBeInstanceOf(ApiError)
    expect(failed).toMatchObject({
      status: 409,
      code: 'phone_taken',
      message: problem.detail,
      field: 'phone',
      requestId: 'r1',
    })
  })
  it('tells when the session has ended', async () => {
    fetching(401, { ...problem, status: 401, code: 'unauthorized' })
    const ended = vi.fn()
    onSessionEnd(ended)
    await ask(api.GET('/v1/communities')).catch(() => undefined)
    expect(ended).toHaveBeenCalledOnce()
    await raw('GET', '/v1/audit_log').catch(() => undefined)
    expect(ended).toHaveBeenCalledTimes(2)
  })
  it('does not take a wrong password for the end of a session', async () => {
    fetching(401, { ...problem, status: 401, code: 'sign_in_failed' })
    const ended = vi.fn()
    onSessionEnd(ended)
    await raw('POST', '/v1/session', {}).catch(() => undefined)
    expect(ended).not.toHaveBeenCalled()
  })
  it('says it in a sentence where nothing answers', async () => {
    vi.stubGlobal(
      'fetch',
      vi.fn(async () => Promise.reject(new TypeError('Failed to fetch'))),
    )
    await expect(ask(api.GET('/v1/communities'))).rejects.toThrow('The broker does not answer')
  })
})

describe('the field of an error', () => {
  it('is the one that is taken', () => expect([taken('phone_taken'), taken('table_full')]).toEqual(['phone', null]))
  it('is the one in the sentence where the API names the whole', () => {
    expect(fieldOf('policy', ['time_zone', 'name'], '`time_zone` is wrong: `Mars` is no time zone')).toBe('time_zone')
    expect(fieldOf('policy', ['name'], '`time_zone` is wrong')).toBeNull()
  })
  it.each([
    ['policy.cool_down_s', 'cool_down_s'],
    ['phone', 'phone'],
    ['events[0]', 'events'],
    ['add_numbers/0/count', 'count'],
    ['other', null],
    [null, null],
  ])('%s is %s', (named, own) => expect(fieldOf(named, ['phone', 'cool_down_s', 'events', 'count'])).toBe(own))
})
