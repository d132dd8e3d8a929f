import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { merged, Stream, type Second } from '../src/live/stream'

class Fake {
  onopen: (() => void) | null = null
  onerror: (() => void) | null = null
  readyState = 0
  closed = false
  takers = new Map<string, (event: unknown) => void>()
  constructor(readonly url: string) {}
  close() {
    this.closed = true
  }
  addEventListener(kind: string, taker: unknown) {
    this.takers.set(kind, taker as (event: unknown) => void)
  }
  quiet() {
    this.takers.get('digest')?.({ lastEventId: '', data: JSON.stringify({ counts: {}, seconds: [], latest: [] }) })
  }
  tell(
    lastEventId: string,
    counts: Record<string, number>,
    latest: string[] = [lastEventId],
    at = '2026-01-01T00:00:07.000Z',
  ) {
    const told = latest.map((id) => ({ id, type: 'message.received', timestamp: at, community: 'com_1', data: {} }))
    this.takers.get('digest')?.({
      lastEventId,
      data: JSON.stringify({ counts, seconds: [{ at, counts }], latest: told }),
    })
  }
}

let made: Fake[]
let looked: string[]
let answer: number
let stream: Stream
beforeEach(() => {
  vi.useFakeTimers()
  made = []
  looked = []
  answer = 200
  stream = new Stream(
    (url) => {
      const one = new Fake(url)
      made.push(one)
      return one as unknown as ReturnType<ConstructorParameters<typeof Stream>[0] & object>
    },
    async (url) => {
      looked.push(url)
      return answer
    },
  )
})
afterEach(() => vi.useRealTimers())

describe('the stream of events', () => {
  it('is taken up after the last event that was counted, when it breaks', async () => {
    stream.follow('com_1')
    expect(made[0]?.url).toBe('/v1/events?community=com_1&digest_s=1&latest=20')
    made[0]?.onopen?.()
    made[0]?.tell('evt_7', { 'message.received': 3 })
    made[0]?.onerror?.()
    expect(stream.get().state).toBe('broken')
    await vi.advanceTimersByTimeAsync(1000)
    expect(made[1]?.url).toBe('/v1/events?community=com_1&digest_s=1&latest=20&after=evt_7')
    made[1]?.onopen?.()
    expect(stream.get().state).toBe('live')
  })
  it('shows each event once, though it comes twice', () => {
    stream.follow('com_1')
    made[0]?.tell('evt_1', { 'message.received': 1 })
    made[0]?.tell('evt_2', { 'message.received': 2 }, ['evt_1', 'evt_2'])
    expect(stream.get().events.map((told) => told.id)).toEqual(['evt_2', 'evt_1'])
  })
  it('is drawn once for each digest and keeps little, however much it counts', () => {
    const [drawn, counted] = [vi.fn(), vi.fn()]
    stream.follow('com_1')
    stream.subscribe(drawn)
    stream.onCounts(counted)
    for (let n = 0; n < 300; n += 1) {
      const latest = Array.from({ length: 20 }, (_, index) => `evt_${n * 20 + index}`)
      made[0]?.tell(`evt_${n}`, { 'message.received': 3000 }, latest, new Date(n * 1000).toISOString())
    }
    expect(drawn).toHaveBeenCalledTimes(300)
    expect(counted).toHaveBeenLastCalledWith({ 'message.received': 3000 })
    expect(stream.get().events).toHaveLength(20)
    expect(stream.get().seconds).toHaveLength(120)
  })
  it('is taken up there however long the broker was away', async () => {
    stream.follow('com_1')
    made[0]?.tell('evt_1', { 'message.received': 1 })
    made[0]?.onerror?.()
    answer = 0
    await vi.advanceTimersByTimeAsync(300_000)
    expect(looked.length).toBeGreaterThan(8)
    expect([made.length, stream.get().state]).toEqual([1, 'broken'])
    answer = 200
    await vi.advanceTimersByTimeAsync(30_000)
    expect(made.at(-1)?.url).toBe('/v1/events?community=com_1&digest_s=1&latest=20&after=evt_1')
  })
  it('begins anew where the events since are no longer kept', async () => {
    stream.follow('com_1')
    made[0]?.tell('evt_1', { 'message.received': 1 })
    made[0]?.onerror?.()
    answer = 410
    await vi.advanceTimersByTimeAsync(1000)
    expect(looked).toEqual(['/v1/events?community=com_1&digest_s=1&latest=20&for_s=0&after=evt_1'])
    expect(made.at(-1)?.url).toBe('/v1/events?community=com_1&digest_s=1&latest=20')
  })
  it('says that the broker knows nobody any more, and asks no further', async () => {
    const refused = vi.fn()
    stream.onRefused = refused
    stream.follow('com_1')
    made[0]?.onerror?.()
    answer = 401
    await vi.advanceTimersByTimeAsync(300_000)
    expect(refused).toHaveBeenCalledOnce()
    expect([looked.length, made.length]).toEqual([1, 1])
  })
  it('does not go on with one that it was told to leave', async () => {
    stream.follow('com_1')
    made[0]?.onerror?.()
    stream.follow('com_2')
    await vi.advanceTimersByTimeAsync(39_000)
    expect(made.map((one) => one.url)).toEqual([
      '/v1/events?community=com_1&digest_s=1&latest=20',
      '/v1/events?community=com_2&digest_s=1&latest=20',
    ])
  })
  it('is taken up anew where nothing at all was heard for 40 s, and stays where a quiet broker says so', async () => {
    stream.follow('com_1')
    made[0]?.onopen?.()
    made[0]?.tell('evt_1', { 'message.received': 1 })
    const [counted, before] = [vi.fn(), stream.get().seconds]
    stream.onCounts(counted)
    for (let quiet = 0; quiet < 20; quiet += 1) {
      await vi.advanceTimersByTimeAsync(15_000)
      made[0]?.quiet()
    }
    expect([made.length, stream.get().state]).toEqual([1, 'live'])
    expect(counted).not.toHaveBeenCalled()
    expect(stream.get().seconds).toBe(before)
    await vi.advanceTimersByTimeAsync(39_000)
    expect(stream.get().state).toBe('live')
    await vi.advanceTimersByTimeAsync(1_500)
    expect([made[0]?.closed, stream.get().state]).toEqual([true, 'broken'])
    await vi.advanceTimersByTimeAsync(1_000)
    expect(made[1]?.url).toBe('/v1/events?community=com_1&digest_s=1&latest=20&after=evt_1')
    // What the dead one says late keeps no other alive.
    await vi.advanceTimersByTimeAsync(30_000)
    made[0]?.quiet()
    await vi.advanceTimersByTimeAsync(11_000)
    expect(made[1]?.closed).toBe(true)
  })
  it('that was left counts no silence', async () => {
    stream.follow('com_1')
    made[0]?.onopen?.()
    stream.follow('')
    await vi.advanceTimersByTimeAsync(300_000)
    expect([made.length, stream.get().state]).toEqual([1, 'off'])
  })
  it('has one source at a time', () => {
    stream.follow('com_1')
    stream.follow('com_2')
    expect(made.map((one) => one.closed)).toEqual([true, false])
    stream.follow('')
    expect(made.every((one) => one.closed)).toBe(true)
  })
})

describe('the seconds', () => {
  it('of two digests are added up, a second that both tell of once', () => {
    const before: Second[] = [
      { at: 1, counts: { a: 1 } },
      { at: 2, counts: { a: 2 } },
    ]
    const more: Second[] = [
      { at: 2, counts: { a: 3, b: 1 } },
      { at: 3, counts: { b: 5 } },
    ]
    expect(merged(before, more)).toEqual([
      { at: 1, counts: { a: 1 } },
      { at: 2, counts: { a: 5, b: 1 } },
      { at: 3, counts: { b: 5 } },
    ])
    expect(before[1]).toEqual({ at: 2, counts: { a: 2 } })
  })
})
