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
let stream: Stream
beforeEach(() => {
  vi.useFakeTimers()
  made = []
  stream = new Stream((url) => {
    const one = new Fake(url)
    made.push(one)
    return one as unknown as ReturnType<ConstructorParameters<typeof Stream>[0] & object>
  })
})
afterEach(() => vi.useRealTimers())

describe('the stream of events', () => {
  it('is taken up after the last event that came, when it breaks', () => {
    stream.follow('com_1')
    made[0]?.onopen?.()
    made[0]?.tell('evt_7')
    made[0]?.onerror?.()
    expect(stream.get().state).toBe('broken')
    vi.advanceTimersByTime(1000)
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
  it('begins anew where the events since are no longer kept', () => {
    stream.follow('com_1')
    made[0]?.tell('evt_1')
    for (let n = 0; n < 5; n += 1) {
      made.at(-1)?.onerror?.()
      vi.advanceTimersByTime(30_000)
    }
    expect(made.at(-1)?.url).toBe('/v1/events?community=com_1')
  })
  it('has one source at a time', () => {
    stream.follow('com_1')
    stream.follow('com_2')
    expect(made.map((one) => one.closed)).toEqual([true, false])
    stream.follow('')
    expect(made.every((one) => one.closed)).toBe(true)
  })
})
