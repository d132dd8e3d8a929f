// One stream of events for the whole page, taken up again after a break where it ended.
export type Told = { id: string; type: string; timestamp: string; community: string; data: Record<string, unknown> }
export type State = 'off' | 'connecting' | 'live' | 'broken'

export const KINDS = [
  'message.received', 'message.held', 'message.status', 'assignment.created', 'assignment.released', 'assignment.moved', 'opt_out.changed', 'quarantine.held',
  'call.ringing', 'call.answered', 'call.ended', 'stranger.not_connected', 'member.table_nearly_full', 'member.erased',
]
const KEPT = 100
const SECONDS = 120
const FIRST_WAIT_MS = 1000
const LONGEST_WAIT_MS = 10_000

export type Snapshot = { state: State; events: Told[]; seconds: { at: number; counts: Record<string, number> }[] }
type Source = Pick<EventSource, 'close' | 'addEventListener' | 'readyState'> & { onopen: unknown; onerror: unknown }
type Make = (url: string) => Source
/** What the broker would answer; 0 where it does not. */
type Look = (url: string) => Promise<number>

const lookNow: Look = async (url) => {
  try {
    const answer = await fetch(url, { credentials: 'same-origin' })
    void answer.body?.cancel()
    return answer.status
  } catch {
    return 0
  }
}

export class Stream {
  private snapshot: Snapshot = { state: 'off', events: [], seconds: [] }
  private listeners = new Set<() => void>()
  private takers = new Set<(told: Told) => void>()
  private source: Source | null = null
  private community = ''
  private last: string | null = null
  private seen = new Set<string>()
  private fresh: Told[] = []
  private flushing: ReturnType<typeof setTimeout> | undefined
  private again: ReturnType<typeof setTimeout> | undefined
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
    this.seen.clear()
    this.change({ state: 'off', events: [], seconds: [] })
    if (community !== '') this.open()
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  get = (): Snapshot => this.snapshot

  onEvent(taker: (told: Told) => void): () => void {
    this.takers.add(taker)
    return () => this.takers.delete(taker)
  }

  private stop(): void {
    clearTimeout(this.again)
    this.again = undefined
    clearTimeout(this.flushing)
    this.flushing = undefined
    this.fresh = []
    this.source?.close()
    this.source = null
    this.failures = 0
  }

  private url(also: Record<string, string> = {}): string {
    return `/v1/events?${new URLSearchParams({ community: this.community, ...(this.last === null ? {} : { after: this.last }), ...also })}`
  }

  private open(): void {
    this.change({ ...this.snapshot, state: this.failures === 0 ? 'connecting' : 'broken' })
    const source = this.make(this.url())
    this.source = source
    source.onopen = () => {
      this.failures = 0
      this.change({ ...this.snapshot, state: 'live' })
    }
    // The browser would try again by itself after a break, but not after a refusal; so this does, always.
    source.onerror = () => {
      source.close()
      if (this.source !== source) return
      this.source = null
      this.wait()
    }
    for (const kind of KINDS) source.addEventListener(kind, (event) => this.take(event as MessageEvent<string>))
  }

  private wait(): void {
    this.failures += 1
    this.change({ ...this.snapshot, state: 'broken' })
    this.again = setTimeout(() => void this.retry(), Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (this.failures - 1)))
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
    let told: Told
    try {
      told = JSON.parse(event.data) as Told
    } catch {
      return
    }
    if (this.seen.has(told.id)) return
    this.seen.add(told.id)
    if (this.seen.size > 5000) this.seen = new Set([...this.seen].slice(-2000))
    this.fresh.push(told)
    // Pages are drawn at most twice a second, however much happens.
    this.flushing ??= setTimeout(() => this.flush(), 500)
  }

  private flush(): void {
    this.flushing = undefined
    const fresh = this.fresh
    this.fresh = []
    const now = Math.floor(Date.now() / 1000)
    const counts: Record<string, number> = {}
    for (const told of fresh) counts[told.type] = (counts[told.type] ?? 0) + 1
    const seconds = this.snapshot.seconds.filter((one) => one.at > now - SECONDS)
    const latest = seconds.at(-1)
    if (latest?.at === now) for (const [kind, n] of Object.entries(counts)) latest.counts[kind] = (latest.counts[kind] ?? 0) + n
    else seconds.push({ at: now, counts })
    const events = [...fresh.slice(-KEPT).reverse(), ...this.snapshot.events].slice(0, KEPT)
    this.change({ ...this.snapshot, events, seconds })
    for (const told of fresh) for (const taker of this.takers) taker(told)
  }

  private change(next: Snapshot): void {
    this.snapshot = next
    for (const listener of this.listeners) listener()
  }
}

export const stream = new Stream()
