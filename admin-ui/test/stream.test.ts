import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Stream } from '../src/live/stream'

class Fake {
  onopen: (() => void) | null = null
  onerror: (() => void) | null = null
  readyState = 0
  closed = false
  takers = new Map<string, (event: unknown) => void>()
  constructor(readonly url: string) {}
  close() { this.closed = true }
  addEventListener(kind: string, taker: unknown) { this.takers.set(kind, taker as (event: unknown) => void) }
  tell(id: string, type = 'message.received') {
    this.takers.get(type)?.({ lastEventId: id, data: JSON.stringify({ id, type, timestamp: '2026-01-01T00:00:00.000Z', community: 'com_1', data: {} }) })
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
  it('is taken up after the last event that came, when it breaks', async () => {
    stream.follow('com_1')
    made[0]?.onopen?.()
    made[0]?.tell('evt_7')
    made[0]?.onerror?.()
    expect(stream.get().state).toBe('broken')
    await vi.advanceTimersByTimeAsync(1000)
    expect(made[1]?.url).toBe('/v1/events?community=com_1&after=evt_7')
    made[1]?.onopen?.()
    expect(stream.get().state).toBe('live')
  })
  it('tells each event once, though it comes twice', () => {
    const told = vi.fn()
    stream.onEvent(told)
    stream.follow('com_1')
    made[0]?.tell('evt_1')
    made[0]?.tell('evt_1')
    vi.advanceTimersByTime(500)
    expect(told).toHaveBeenCalledOnce()
    expect(stream.get().events).toHaveLength(1)
  })
  it('draws at most twice a second and keeps little, however much happens', () => {
    const drawn = vi.fn()
    stream.follow('com_1')
    stream.subscribe(drawn)
    for (let n = 0; n < 5000; n += 1) made[0]?.tell(`evt_${n}`)
    vi.advanceTimersByTime(500)
    expect(drawn).toHaveBeenCalledOnce()
    expect(stream.get().events).toHaveLength(100)
    expect(stream.get().seconds.at(-1)?.counts).toEqual({ 'message.received': 5000 })
  })
  it('is taken up there however long the broker was away', async () => {
    stream.follow('com_1')
    made[0]?.tell('evt_1')
    made[0]?.onerror?.()
    answer = 0
    await vi.advanceTimersByTimeAsync(300_000)
    expect(looked.length).toBeGreaterThan(8)
    expect([made.length, stream.get().state]).toEqual([1, 'broken'])
    answer = 200
    await vi.advanceTimersByTimeAsync(30_000)
    expect(made.at(-1)?.url).toBe('/v1/events?community=com_1&after=evt_1')
  })
  it('begins anew where the events since are no longer kept', async () => {
    stream.follow('com_1')
    made[0]?.tell('evt_1')
    made[0]?.onerror?.()
    answer = 410
    await vi.advanceTimersByTimeAsync(1000)
    expect(looked).toEqual(['/v1/events?community=com_1&after=evt_1&for_s=0'])
    expect(made.at(-1)?.url).toBe('/v1/events?community=com_1')
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
    await vi.advanceTimersByTimeAsync(60_000)
    expect(made.map((one) => one.url)).toEqual(['/v1/events?community=com_1', '/v1/events?community=com_2'])
  })
  it('has one source at a time', () => {
    stream.follow('com_1')
    stream.follow('com_2')
    expect(made.map((one) => one.closed)).toEqual([true, false])
    stream.follow('')
    expect(made.every((one) => one.closed)).toBe(true)
  })
})
