// What happens now, and what needs attention.
import { Badge, Group, List, Paper, SimpleGrid, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useEffect, useMemo, useState } from 'react'
import { api, ask, type Schema } from '../api/client'
import { useStream } from '../live/live'
import type { Snapshot } from '../live/stream'
import { Go, useCommunity } from '../parts/links'
import { ErrorNote, Page } from '../parts/notes'
import { PageLoading } from '../shell/fallbacks'
import { text } from '../text'
import { EventList } from './EventList'

const Plot = lazy(() => import('../parts/Plot'))
const t = text.overview
const SECONDS = 120

export default function Overview() {
  const community = useCommunity()
  const live = useStream()
  const word = { live: t.live, connecting: t.connecting, broken: t.broken, off: t.off }[live.state]
  const colour = live.state === 'live' ? 'green' : live.state === 'broken' ? 'red' : 'gray'
  return (
    <Page title={t.title} actions={<Badge variant="dot" color={colour} tt="none" size="lg" aria-live="polite">{word}</Badge>}>
      <Figures community={community} />
      <SimpleGrid cols={{ base: 1, lg: 2 }}>
        <Rate live={live} />
        <Attention community={community} />
      </SimpleGrid>
      <section>
        <Title order={2} size="h4" mb="xs">{t.events}</Title>
        <EventList community={community} events={live.events} />
      </section>
    </Page>
  )
}

function useFacts(community: string) {
  const path = { community }
  const capacity = useQuery({ queryKey: ['capacity', community], queryFn: () => ask(api.GET('/v1/communities/{community}/capacity', { params: { path } })), refetchInterval: 60_000, staleTime: 30_000 })
  const traffic = useQuery({ queryKey: ['traffic', community, 'all'], queryFn: () => ask(api.GET('/v1/communities/{community}/traffic', { params: { path, query: { limit: 500 } } })), refetchInterval: 10_000 })
  return { capacity, traffic }
}

function Figures({ community }: { community: string }) {
  const { capacity, traffic } = useFacts(community)
  const numbers = traffic.data?.data ?? []
  const sum = (of: (one: Schema['NumberTraffic']) => number) => numbers.reduce((all, one) => all + of(one), 0)
  const p99 = Math.max(-1, ...numbers.map((one) => one.latency.p99_ms ?? -1))
  const c = `/c/${community}`
  const figures: [string, string | number, string][] = [
    [t.members, capacity.data?.members ?? text.none, `${c}/members`],
    [t.pairs, capacity.data?.contacts ?? text.none, `${c}/assignments`],
    [t.usable, capacity.data?.usable ?? text.none, `${c}/pools`],
    [t.sentToday, traffic.data ? sum((one) => one.sent_today) : text.none, `${c}/messages`],
    [t.waitingNow, traffic.data ? sum((one) => one.waiting) : text.none, `${c}/pools`],
    [t.p99, p99 < 0 ? text.none : t.ms(p99), `${c}/pools`],
  ]
  return (
    <>
      <ErrorNote error={capacity.error ?? traffic.error} retry={() => { void capacity.refetch(); void traffic.refetch() }} />
      <SimpleGrid cols={{ base: 2, sm: 3, lg: 6 }}>
        {figures.map(([name, value, to]) => (
          <Paper key={name} withBorder p="sm"><Text size="sm"><Go to={to}>{name}</Go></Text><Text size="xl" fw={700} className="number">{value}</Text></Paper>
        ))}
      </SimpleGrid>
    </>
  )
}

function Rate({ live }: { live: Snapshot }) {
  const [now, setNow] = useState(() => Math.floor(Date.now() / 1000))
  useEffect(() => {
    const timer = setInterval(() => !document.hidden && setNow(Math.floor(Date.now() / 1000)), 1000)
    return () => clearInterval(timer)
  }, [])
  const { x, y, minute } = useMemo(() => {
    const by = new Map(live.seconds.map((one) => [one.at, Object.values(one.counts).reduce((a, b) => a + b, 0)]))
    const x = Array.from({ length: SECONDS }, (_, index) => index - SECONDS + 1)
    const recent = live.seconds.filter((one) => one.at > now - 60)
    const count = (of: (kind: string) => boolean) => recent.reduce((all, one) => all + Object.entries(one.counts).reduce((sum, [kind, n]) => sum + (of(kind) ? n : 0), 0), 0)
    const minute: [string, number][] = [[t.texts, count((kind) => kind === 'message.received')], [t.calls, count((kind) => kind === 'call.ringing')], [t.total, count(() => true)]]
    return { x, y: x.map((ago) => by.get(now + ago) ?? 0), minute }
  }, [live, now])
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h4">{t.rate}</Title>
      <Suspense fallback={<PageLoading />}><Plot label={t.chart} x={x} y={y} xLabel={t.seconds} yLabel={t.total} height={170} table={minute} /></Suspense>
      <Group gap="lg" mt={4}>{minute.map(([name, n]) => <Text key={name} size="sm">{`${name}: ${n} ${t.perMinute}`}</Text>)}</Group>
    </Paper>
  )
}

function Attention({ community }: { community: string }) {
  const { capacity, traffic } = useFacts(community)
  const path = { community }
  const c = `/c/${community}`
  const dead = useQuery({ queryKey: ['deliveries', community, 'dead'], queryFn: () => ask(api.GET('/v1/communities/{community}/deliveries', { params: { path, query: { state: 'dead', limit: 100 } } })), refetchInterval: 60_000 })
  const held = useQuery({ queryKey: ['quarantine', community, 'count'], queryFn: () => ask(api.GET('/v1/communities/{community}/quarantine', { params: { path, query: { limit: 100 } } })), refetchInterval: 60_000 })
  const endpoints = useQuery({ queryKey: ['endpoints', community, 'all'], queryFn: () => ask(api.GET('/v1/communities/{community}/callback_endpoints', { params: { path, query: { limit: 500 } } })) })
  const numbers = traffic.data?.data ?? []
  const tight = numbers.filter((one) => one.room === 'none').length
  const waiting = numbers.reduce((all, one) => all + one.waiting, 0)
  const disabled = (endpoints.data?.data ?? []).filter((one) => one.state === 'disabled').length
  const deadCount = dead.data?.data.length ?? 0
  const heldCount = held.data?.data.length ?? 0
  const notes: [boolean, string, string][] = [
    [capacity.data?.usable === 0, t.noNumbers, `${c}/pools`],
    [(capacity.data?.full ?? 0) > 0, t.full(capacity.data?.full ?? 0), `${c}/planner`],
    [(capacity.data?.running_out ?? 0) > 0, t.running(capacity.data?.running_out ?? 0), `${c}/planner`],
    [tight > 0, t.tight(tight), `${c}/pools`],
    [waiting > 20, t.waiting(waiting), `${c}/pools`],
    [deadCount > 0, t.dead(deadCount, dead.data?.next_cursor != null), `${c}/deliveries`],
    [disabled > 0, t.disabled(disabled), `${c}/callbacks`],
    [heldCount > 0, t.held(heldCount, held.data?.next_cursor != null), `${c}/quarantine`],
  ]
  const shown = notes.filter(([is]) => is)
  const pending = [capacity, traffic, dead, held, endpoints].some((one) => one.isPending)
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h4" mb="xs">{t.attention}</Title>
      {pending ? <PageLoading /> : shown.length === 0 ? <Text>{t.calm}</Text> : <List>{shown.map(([, what, to]) => <List.Item key={what}><Go to={to}>{what}</Go></List.Item>)}</List>}
    </Paper>
  )
}
