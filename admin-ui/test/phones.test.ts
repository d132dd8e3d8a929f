import { afterEach, describe, expect, it, vi } from 'vitest'
import { inside } from '../src/parts/links'
import { alight, current, display, invented, newest, nobodys, rings, talked, type PhoneCall } from '../src/phones/calls'
import { fill } from '../src/phones/FullTable'

const base: PhoneCall = {
  id: 'leg_1',
  direction: 'incoming',
  number: '+14155550101',
  state: 'ringing',
  cause: null,
  sip_status: null,
  reason: null,
  call: null,
  community: null,
  started_at: '2026-01-01T00:00:00.000Z',
  answered_at: null,
  ended_at: null,
  packets_sent: 0,
  packets_received: 0,
  packets_heard: 0,
}
const at = Date.parse('2026-01-01T00:01:10.000Z')

describe('a virtual phone', () => {
  it('is on the call that is not over', () => {
    const over: PhoneCall = { ...base, id: 'leg_2', state: 'ended' }
    expect(current([over])).toBeUndefined()
    expect(current([base, over])?.id).toBe('leg_1')
  })
  it('can be answered only where it is called and rings', () => {
    expect(rings(base)).toBe(true)
    expect(rings({ ...base, direction: 'outgoing' })).toBe(false)
    expect(rings({ ...base, state: 'answered' })).toBe(false)
  })
  it('says whose call it is and how it stands', () => {
    expect(display(base, '+1 Ada')).toBe('Rings. It shows +1 Ada')
    expect(display({ ...base, direction: 'outgoing' }, '+1 Ben')).toBe('+1 Ben: it rings there')
    expect(display({ ...base, state: 'answered' }, '+1')).toBe('On a call with +1')
    expect(display({ ...base, state: 'ended', cause: 'other_hung_up', answered_at: base.started_at }, '+1')).toBe(
      'Last call: +1, the other side hung up',
    )
  })
  it('says why the broker refused, by its reason before its status', () => {
    const refused: PhoneCall = { ...base, direction: 'outgoing', state: 'ended', cause: 'refused', sip_status: 404 }
    expect(display(refused, '+1')).toBe('Last call: +1, refused (404)')
    expect(display({ ...refused, reason: 'unknown_sender' }, '+1')).toBe('Last call: +1, refused (unknown sender)')
  })
  it('counts the time on the call, until now or its end', () => {
    expect(talked(base, at)).toBeNull()
    const answered: PhoneCall = { ...base, answered_at: '2026-01-01T00:00:05.000Z' }
    expect(talked(answered, at)).toBe('1:05')
    expect(talked({ ...answered, ended_at: '2026-01-01T00:00:07.900Z' }, at)).toBe('0:02')
    expect(talked({ ...answered, answered_at: '2026-01-01T00:02:00.000Z' }, at)).toBe('0:00')
  })
})

describe('a pair', () => {
  it('is alight while a call goes over it, and for a moment after a text', () => {
    const texts = [
      { with: '+2', at: new Date(at - 3000).toISOString() },
      { with: '+3', at: new Date(at - 5000).toISOString() },
    ]
    expect([...alight([base, { ...base, number: '+9', state: 'ended' }], texts, at)]).toEqual(['+14155550101', '+2'])
  })
  it('is shown with the newest call that the broker has made', () => {
    const first: PhoneCall = { ...base, call: 'call_1' }
    const second: PhoneCall = { ...base, call: 'call_2', started_at: '2026-01-01T00:00:09.000Z' }
    const refused: PhoneCall = { ...base, started_at: '2026-01-01T00:00:20.000Z' }
    expect(newest([second, first, refused])?.call).toBe('call_2')
    expect(newest([refused])).toBeUndefined()
  })
})

describe('a stranger', () => {
  it('has a phone that is no member’s', async () => {
    const taken = new Set([invented(0), invented(1)])
    expect(await nobodys(async (phone) => taken.has(phone))).toBe('+12025550102')
    expect(await nobodys(async () => true)).toBeNull()
  })
})

describe('the table', () => {
  afterEach(() => vi.unstubAllGlobals())
  const told = (room: number) => {
    let guests = 0
    vi.stubGlobal(
      'fetch',
      vi.fn(async (request: Request) => {
        const answer = (status: number, body: unknown) =>
          new Response(JSON.stringify(body), {
            status,
            headers: { 'Content-Type': status < 400 ? 'application/json' : 'application/problem+json' },
          })
        if (request.method === 'GET') return answer(200, { data: [], next_cursor: null })
        if (request.url.endsWith('/members')) return answer(201, { id: `mem_${++guests}` })
        return guests > room
          ? answer(409, { status: 409, code: 'table_full', detail: 'the table of mem_0 is full' })
          : answer(201, {})
      }),
    )
  }
  it('is filled until the broker says that it is full, in the broker’s sentence', async () => {
    told(2)
    const noted: string[][] = []
    const found = await fill(
      'com_1',
      'mem_0',
      (n) => `Guest ${n}`,
      (made) => noted.push(made),
    )
    expect(found).toEqual({ made: ['mem_1', 'mem_2', 'mem_3'], said: 'the table of mem_0 is full', isFull: true })
    expect(noted.at(-1)).toEqual(found.made)
  })
  it('is left as it is after a number of guests', async () => {
    told(1000)
    const found = await fill(
      'com_1',
      'mem_0',
      (n) => `Guest ${n}`,
      () => {},
    )
    expect([found.made.length, found.isFull]).toEqual([40, false])
  })
})

describe('where the first link leads', () => {
  it('is a page inside', () => {
    expect(inside('/c/com_1/phones?phones=mem_1+mem_2')).toEqual({
      to: '/c/com_1/phones',
      search: { phones: 'mem_1 mem_2' },
    })
  })
  it.each([
    undefined,
    '',
    'phones',
    '//evil.example',
    '/\\evil.example',
    '/a\\b',
    'https://evil.example/',
    'javascript:alert(1)',
    ' /c',
    '/\t/evil.example',
  ])('is never elsewhere: %s', (asked) => {
    expect(inside(asked)).toEqual({ to: '/', search: {} })
  })
})
