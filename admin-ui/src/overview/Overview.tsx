// What happens now, and what needs attention.
import { Badge, Group, List, Paper, Progress, SimpleGrid, Stack, Text, Title } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useEffect, useMemo, useState, type ReactNode } from 'react'
import { api, ask, type Schema } from '../api/client'
import { useStream } from '../live/live'
import type { Second } from '../live/stream'
import { State } from '../parts/bits'
import { Go, useCommunity } from '../parts/links'
import { ErrorNote, Page } from '../parts/notes'
import { Time } from '../parts/time'
import { PageLoading } from '../shell/fallbacks'
import { useMay } from '../session/session'
import { text } from '../text'
import { EventList } from './EventList'

const Plot = lazy(() => import('../parts/Plot'))
const t = text.overview
const SECONDS = 120
/** From so many events a second on nobody reads them one by one. */
const BUSY = 10
const MOST_POOLS = 12
type Now = Schema['Overview']

export default function Overview() {
  const community = useCommunity()
  const live = useStream()
  const word = { live: t.live, connecting: t.connecting, broken: t.broken, off: t.off }[live.state]
  const colour = live.state === 'live' ? 'green' : live.state === 'broken' ? 'red' : 'gray'
  return (
    <Page
      title={t.title}
      actions={
        <Badge variant="dot" color={colour} tt="none" size="lg" aria-live="polite">
          {word}
        </Badge>
      }
    >
      <Figures community={community} />
      <SimpleGrid cols={{ base: 1, lg: 2 }}>
        <Rate seconds={live.seconds} />
        <Attention community={community} />
      </SimpleGrid>
      <SimpleGrid cols={{ base: 1, lg: 2 }}>
        <Pools community={community} />
        <Carriers community={community} />
      </SimpleGrid>
      <section>
        <Title order={2} size="h4" mb="xs">
          {t.events}
        </Title>
        <EventList community={community} events={live.events} busy={busy(live.seconds)} />
      </section>
    </Page>
  )
}

/** Whether more happened in the latest seconds than can be read. */
export function busy(seconds: Second[]): boolean {
  const latest = seconds.slice(-3)
  return (
    latest.reduce((all, one) => all + Object.values(one.counts).reduce((a, b) => a + b, 0), 0) >
    BUSY * Math.max(1, latest.length)
  )
}

const path = (community: string) => ({ params: { path: { community } } })

/** Asked for by itself, and no event touches it: however much happens, it costs the same. */
function useNow(community: string) {
  return useQuery({
    queryKey: ['overview', community],
    queryFn: () => ask(api.GET('/v1/communities/{community}/overview', path(community))),
    refetchInterval: 3000,
    placeholderData: keepPreviousData,
  })
}

function useCapacity(community: string) {
  return useQuery({
    queryKey: ['capacity', community],
    queryFn: () => ask(api.GET('/v1/communities/{community}/capacity', path(community))),
    refetchInterval: 60_000,
    staleTime: 30_000,
  })
}

function Figures({ community }: { community: string }) {
  const asked = useNow(community)
  const capacity = useCapacity(community)
  const now = asked.data
  const c = `/c/${community}`
  const known = (of: (now: Now) => ReactNode) => (now === undefined ? text.none : of(now))
  const ms = (value: number | null | undefined) => (value == null ? text.none : t.ms(value))
  const figures: [string, ReactNode, string, string?][] = [
    [t.rateTexts, known((now) => t.perSecond(now.texts_per_s)), `${c}/messages`, t.lastMinute],
    [t.rateCalls, known((now) => t.perSecond(now.calls_per_s)), `${c}/calls`, t.lastMinute],
    [
      t.deliveryRate,
      known((now) => (now.delivery_rate == null ? text.none : percent(now.delivery_rate))),
      `${c}/messages`,
      now && t.of(now.delivered, now.delivered + now.lost),
    ],
    [t.p50, known((now) => ms(now.p50_ms)), `${c}/messages`, t.lastHour],
    [t.p99, known((now) => ms(now.p99_ms)), `${c}/messages`, t.lastHour],
    [
      t.waitingNow,
      known((now) => now.waiting),
      `${c}/pools?tab=traffic`,
      now?.oldest_waiting_s == null ? undefined : t.oldest(now.oldest_waiting_s),
    ],
    [t.callsNow, known((now) => now.calls), `${c}/calls`],
    [t.sentToday, known((now) => now.sent_today), `${c}/messages`],
    [t.members, capacity.data?.members ?? text.none, `${c}/members`],
    [t.pairs, capacity.data?.contacts ?? text.none, `${c}/assignments`],
  ]
  return (
    <>
      <ErrorNote
        error={asked.error ?? capacity.error}
        retry={() => {
          void asked.refetch()
          void capacity.refetch()
        }}
      />
      <SimpleGrid cols={{ base: 2, sm: 3, lg: 5 }}>
        {figures.map(([name, value, to, note]) => (
          <Paper key={name} withBorder p="sm">
            <Text size="sm">
              <Go to={to.split('?')[0] ?? to} search={to.includes('?') ? { tab: 'traffic' } : undefined}>
                {name}
              </Go>
            </Text>
            <Text size="xl" fw={700} className="number">
              {value}
            </Text>
            <Text size="xs" className="soft">
              {note ?? '\u00a0'}
            </Text>
          </Paper>
        ))}
      </SimpleGrid>
      {now && (
        <Text size="xs" className="soft">
          {t.node(now.node)}
        </Text>
      )}
    </>
  )
}

/** Never 100 % where one was lost. */
export function percent(share: number): string {
  const exact = share * 100
  return `${share < 1 ? Math.min(99.9, Math.floor(exact * 10) / 10) : 100} %`
}

/** The two lines of the plot, of the seconds before `now`. */
export function lines(seconds: Second[], now: number): { texts: number[]; calls: number[] } {
  const by = new Map(seconds.map((one) => [one.at, one.counts]))
  const of = (kind: string) =>
    Array.from({ length: SECONDS }, (_, index) => by.get(now - SECONDS + 1 + index)?.[kind] ?? 0)
  return { texts: of('message.received'), calls: of('call.ringing') }
}

const AGO = Array.from({ length: SECONDS }, (_, index) => index - SECONDS + 1)

function Rate({ seconds }: { seconds: Second[] }) {
  // The second that goes on is not counted whole yet, and the stream tells of it a moment later.
  const [now, setNow] = useState(() => Math.floor(Date.now() / 1000) - 2)
  useEffect(() => {
    const timer = setInterval(() => !document.hidden && setNow(Math.floor(Date.now() / 1000) - 2), 1000)
    return () => clearInterval(timer)
  }, [])
  const { texts, calls } = useMemo(() => lines(seconds, now), [seconds, now])
  const most = (of: number[]) => Math.max(...of)
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h4">
        {t.rate}
      </Title>
      <Suspense fallback={<PageLoading />}>
        <Plot
          label={t.chart}
          x={AGO}
          y={texts}
          xLabel={t.seconds}
          yLabel={t.texts}
          second={{ label: t.calls, y: calls }}
          height={190}
          table={[
            [t.texts, texts.at(-1) ?? 0],
            [t.calls, calls.at(-1) ?? 0],
            [t.mostTexts, most(texts)],
            [t.mostCalls, most(calls)],
          ]}
        />
      </Suspense>
      <Group gap="lg" mt={4}>
        <Text size="sm">
          <span className="key texts" aria-hidden />
          {t.texts}
        </Text>
        <Text size="sm">
          <span className="key calls" aria-hidden />
          {t.calls}
        </Text>
      </Group>
    </Paper>
  )
}

function Pools({ community }: { community: string }) {
  const may = useMay()
  const pools = useNow(community).data?.pools
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h4" mb="xs">
        {t.pools}
      </Title>
      {pools === undefined ? (
        <PageLoading />
      ) : pools.length === 0 ? (
        <Text>{may.change ? <Go to="/pool-files">{t.noPools}</Go> : text.none}</Text>
      ) : (
        <Stack gap="sm">
          {pools.slice(0, MOST_POOLS).map((pool) => (
            <div key={pool.id}>
              <Group justify="space-between" gap="xs">
                <Text fw={600}>{pool.name}</Text>
                <Text
                  size="sm"
                  className="number"
                >{`${t.poolFill(pool.usable, pool.numbers)}${text.comma}${t.poolPairs(pool.assignments)}`}</Text>
              </Group>
              <Progress.Root size="sm" role="img" aria-label={`${pool.name}: ${t.poolRoom(pool.little, pool.none)}`}>
                <Progress.Section value={share(pool.plenty, pool.usable)} color="green" aria-hidden />
                <Progress.Section value={share(pool.little, pool.usable)} color="yellow" aria-hidden />
                <Progress.Section value={share(pool.none, pool.usable)} color="red" aria-hidden />
              </Progress.Root>
              <Text size="xs" className="soft">
                {t.poolRoom(pool.little, pool.none)}
              </Text>
            </div>
          ))}
          {pools.length > MOST_POOLS && (
            <Text size="sm">
              <Go to={`/c/${community}/pools`}>{t.morePools(pools.length - MOST_POOLS)}</Go>
            </Text>
          )}
        </Stack>
      )}
    </Paper>
  )
}

const share = (part: number, all: number) => (all === 0 ? 0 : (100 * part) / all)

function Carriers({ community }: { community: string }) {
  const carriers = useNow(community).data?.carriers
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h4" mb="xs">
        <Go to="/carriers">{t.carriers}</Go>
      </Title>
      {carriers === undefined ? (
        <PageLoading />
      ) : carriers.length === 0 ? (
        <Text>{t.noCarriers}</Text>
      ) : (
        <Stack gap={6}>
          {carriers.map((one) => (
            <Group key={`${one.kind} ${one.name}`} gap="xs" wrap="wrap">
              <State of={one.state} />
              <Text fw={600}>{one.name}</Text>
              <Text size="sm" className="soft">
                {text.carriers.kinds[one.kind] ?? one.kind}
              </Text>
              {one.since && (
                <Text size="xs" className="soft">
                  <Time at={one.since} />
                </Text>
              )}
            </Group>
          ))}
        </Stack>
      )}
    </Paper>
  )
}

function Attention({ community }: { community: string }) {
  const capacity = useCapacity(community)
  const now = useNow(community)
  const c = `/c/${community}`
  const dead = useQuery({
    queryKey: ['deliveries', community, 'dead'],
    queryFn: () =>
      ask(
        api.GET('/v1/communities/{community}/deliveries', {
          params: { path: { community }, query: { state: 'dead', limit: 100 } },
        }),
      ),
    refetchInterval: 60_000,
  })
  const held = useQuery({
    queryKey: ['quarantine', community, 'count'],
    queryFn: () =>
      ask(
        api.GET('/v1/communities/{community}/quarantine', { params: { path: { community }, query: { limit: 100 } } }),
      ),
    refetchInterval: 60_000,
  })
  const endpoints = useQuery({
    queryKey: ['endpoints', community, 'all'],
    queryFn: () =>
      ask(
        api.GET('/v1/communities/{community}/callback_endpoints', {
          params: { path: { community }, query: { limit: 500 } },
        }),
      ),
  })
  const { carriers = [], pools = [], waiting = 0, lost = 0, delivered = 0 } = now.data ?? {}
  const names = (...states: string[]) =>
    carriers
      .filter((one) => states.includes(one.state))
      .map((one) => one.name)
      .join(text.comma)
  const tight = pools.reduce((all, pool) => all + pool.none, 0)
  const usable = pools.reduce((all, pool) => all + pool.usable, 0)
  const disabled = (endpoints.data?.data ?? []).filter((one) => one.state === 'disabled').length
  const deadCount = dead.data?.data.length ?? 0
  const heldCount = held.data?.data.length ?? 0
  const down = names('down', 'not_configured')
  const degraded = names('degraded')
  const notes: [boolean, string, string][] = [
    [now.data !== undefined && usable === 0, t.noNumbers, `${c}/pools`],
    [down !== '', t.carrierDown(down), '/carriers'],
    [degraded !== '', t.carrierDegraded(degraded), '/carriers'],
    [lost * 50 > delivered + lost, t.lost(lost), `${c}/messages`],
    [(capacity.data?.full ?? 0) > 0, t.full(capacity.data?.full ?? 0), `${c}/planner`],
    [(capacity.data?.running_out ?? 0) > 0, t.running(capacity.data?.running_out ?? 0), `${c}/planner`],
    [tight > 0, t.tight(tight), `${c}/pools`],
    [waiting > 20, t.waiting(waiting), `${c}/pools`],
    [deadCount > 0, t.dead(deadCount, dead.data?.next_cursor != null), `${c}/deliveries`],
    [disabled > 0, t.disabled(disabled), `${c}/callbacks`],
    [heldCount > 0, t.held(heldCount, held.data?.next_cursor != null), `${c}/quarantine`],
  ]
  const shown = notes.filter(([is]) => is)
  const asked = [capacity, now, dead, held, endpoints]
  const pending = asked.some((one) => one.isPending)
  const failed = asked.filter((one) => one.isError)
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h4" mb="xs">
        {t.attention}
      </Title>
      {/* What could not be asked may need attention just as well. */}
      <ErrorNote error={failed[0]?.error} retry={() => failed.forEach((one) => void one.refetch())} />
      {pending ? (
        <PageLoading />
      ) : shown.length === 0 ? (
        failed.length === 0 && <Text>{t.calm}</Text>
      ) : (
        <List>
          {shown.map(([, what, to]) => (
            <List.Item key={what}>
              <Go to={to}>{what}</Go>
            </List.Item>
          ))}
        </List>
      )}
    </Paper>
  )
}
