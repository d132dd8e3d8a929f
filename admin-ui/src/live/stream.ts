// One stream for the whole page, in short: how much happened in each second, and the latest of it. It is taken up again
// after a break where it ended. However much happens, the page reads one message a second.
export type Told = { id: string; type: string; timestamp: string; community: string; data: Record<string, unknown> }
export type State = 'off' | 'connecting' | 'live' | 'broken'
export type Counts = Record<string, number>
export type Second = { at: number; counts: Counts }
type Digest = { counts: Counts; seconds: { at: string; counts: Counts }[]; latest: Told[] }

const KEPT = 20
const SECONDS = 120
const FIRST_WAIT_MS = 1000
const LONGEST_WAIT_MS = 10_000
/** The broker says something every 15 s, be it that nothing happened: a connection that is silent for longer has died. */
const SILENCE_MS = 40_000

export type Snapshot = { state: State; events: Told[]; seconds: Second[] }
type Source = Pick<EventSource, 'close' | 'addEventListener' | 'readyState'> & { onopen: unknown; onerror: unknown }
type Make = (url: string) => Source
/** What the broker would answer; 0 where it does not. */
type Look = (url: string) => Promise<number>

const lookNow: Look = async (url) => {
  try {
    const answer = await fetch(url, { credentials: 'same-origin', signal: AbortSignal.timeout(LONGEST_WAIT_MS) })
    void answer.body?.cancel()
    return answer.status
  } catch {
    return 0
  }
}

export class Stream {
  private snapshot: Snapshot = { state: 'off', events: [], seconds: [] }
  private listeners = new Set<() => void>()
  private takers = new Set<(counts: Counts) => void>()
  private source: Source | null = null
  private community = ''
  private last: string | null = null
  private again: ReturnType<typeof setTimeout> | undefined
  private silence: ReturnType<typeof setTimeout> | undefined
  private failures = 0

  /** Called when the broker no longer knows who asks. */
  onRefused: () => void = () => {}

  constructor(
    private readonly make: Make = (url) => new EventSource(url) as unknown as Source,
    private readonly look: Look = lookNow,
  ) {}

  /** Follows this community; '' ends it. */
  follow(community: string): void {
    if (community === this.community) return
    this.stop()
    this.community = community
    this.last = null
    this.change({ state: 'off', events: [], seconds: [] })
    if (community !== '') this.open()
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  get = (): Snapshot => this.snapshot

  /** Is told what kinds of things happened, once for all that came together. */
  onCounts(taker: (counts: Counts) => void): () => void {
    this.takers.add(taker)
    return () => this.takers.delete(taker)
  }

  private stop(): void {
    clearTimeout(this.again)
    clearTimeout(this.silence)
    this.again = undefined
    this.source?.close()
    this.source = null
    this.failures = 0
  }

  private url(also: Record<string, string> = {}): string {
    const asked = { community: this.community, digest_s: '1', latest: String(KEPT), ...also }
    return `/v1/events?${new URLSearchParams({ ...asked, ...(this.last === null ? {} : { after: this.last }) })}`
  }

  private open(): void {
    this.change({ ...this.snapshot, state: this.failures === 0 ? 'connecting' : 'broken' })
    const source = this.make(this.url())
    this.source = source
    // The browser would try again by itself after a break, but not after a refusal; so this does, always.
    const lost = () => {
      source.close()
      if (this.source !== source) return
      this.source = null
      this.wait()
    }
    // A network that went away without a word breaks nothing that the browser would tell of.
    const heard = () => {
      if (this.source !== source) return
      clearTimeout(this.silence)
      this.silence = setTimeout(lost, SILENCE_MS)
    }
    heard()
    source.onopen = () => {
      heard()
      this.failures = 0
      this.change({ ...this.snapshot, state: 'live' })
    }
    source.onerror = lost
    source.addEventListener('digest', (event) => {
      heard()
      this.take(event as MessageEvent<string>)
    })
  }

  private wait(): void {
    clearTimeout(this.silence)
    this.failures += 1
    this.change({ ...this.snapshot, state: 'broken' })
    this.again = setTimeout(
      () => void this.retry(),
      Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (this.failures - 1)),
    )
  }

  /** A source does not say why it failed, so the broker is asked: it is away, knows nobody, or keeps too little. */
  private async retry(): Promise<void> {
    const [timer, community] = [this.again, this.community]
    const status = await this.look(this.url({ for_s: '0' }))
    // Meanwhile it was told to follow another, or to stop.
    if (timer !== this.again || community !== this.community) return
    if (status === 401) return this.onRefused()
    if (status === 0 || status === 429 || status >= 500) return this.wait()
    // What is no longer kept cannot be caught up with: begin anew.
    if (status >= 400) this.last = null
    this.open()
  }

  private take(event: MessageEvent<string>): void {
    if (event.lastEventId !== '') this.last = event.lastEventId
    let digest: Digest
    try {
      digest = JSON.parse(event.data) as Digest
    } catch {
      return
    }
    // A sign of life in a quiet time.
    if (Object.keys(digest.counts).length === 0) return
    const known = new Set(this.snapshot.events.map((told) => told.id))
    const fresh = digest.latest.filter((told) => !known.has(told.id)).reverse()
    const events = fresh.length === 0 ? this.snapshot.events : [...fresh, ...this.snapshot.events].slice(0, KEPT)
    const seconds = merged(
      this.snapshot.seconds,
      digest.seconds.map(({ at, counts }) => ({ at: Math.floor(Date.parse(at) / 1000), counts })),
    )
    this.change({ ...this.snapshot, events, seconds })
    for (const taker of this.takers) taker(digest.counts)
  }

  private change(next: Snapshot): void {
    this.snapshot = next
    for (const listener of this.listeners) listener()
  }
}

/** Both, each second once, the last two minutes of them. */
export function merged(before: Second[], more: Second[]): Second[] {
  const by = new Map(before.map((one) => [one.at, one.counts]))
  for (const { at, counts } of more) {
    const sum = { ...by.get(at) }
    for (const [kind, n] of Object.entries(counts)) sum[kind] = (sum[kind] ?? 0) + n
    by.set(at, sum)
  }
  const latest = Math.max(...by.keys())
  return [...by]
    .filter(([at]) => at > latest - SECONDS)
    .map(([at, counts]) => ({ at, counts }))
    .sort((a, b) => a.at - b.at)
}

export const stream = new Stream()
