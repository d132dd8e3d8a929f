// One call: what is known of it, its ladder, and how it sounded.
import { Paper, Table, Title } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { api, ask, type Schema } from '../api/client'
import { MemberName } from '../members/names'
import { Facts, Num, State, why } from '../parts/bits'
import { Confirm } from '../parts/Confirm'
import { useCommunity, useParam } from '../parts/links'
import { Empty, ErrorNote, Page } from '../parts/notes'
import { Scroll } from '../parts/Scroll'
import { Time } from '../parts/time'
import { useMay } from '../session/session'
import { PageLoading } from '../shell/fallbacks'
import { text } from '../text'
import { Ladder } from './Ladder'

const t = text.calls

export default function CallPage() {
  const community = useCommunity()
  const call = useParam('call')
  const may = useMay()
  const client = useQueryClient()
  const params = { path: { community, call } }
  const asked = useQuery({
    queryKey: ['calls', community, call],
    queryFn: () => ask(api.GET('/v1/communities/{community}/calls/{call}', { params })),
    refetchInterval: (query) => (query.state.data?.state === 'ended' ? false : 2000),
  })
  const one = asked.data
  if (one === undefined)
    return (
      <Page title={t.one}>
        {asked.isPending ? <PageLoading /> : <ErrorNote error={asked.error} retry={() => void asked.refetch()} />}
      </Page>
    )
  const hangUp = may.change && one.state !== 'ended' && (
    <Confirm
      label={t.hangUp}
      ask={t.hangUpAsk}
      what={t.hangUpWhat}
      act={() =>
        ask(api.POST('/v1/communities/{community}/calls/{call}/hang_up', { params })).then(() =>
          client.invalidateQueries({ queryKey: ['calls', community] }),
        )
      }
    />
  )
  return (
    <Page title={t.one} actions={hangUp}>
      <Paper withBorder p="md">
        <Facts
          of={[
            [text.col.state, <State of={one.state} />],
            [
              text.col.cause,
              one.cause == null ? null : `${why(one.cause)}${one.sip_status == null ? '' : ` (${one.sip_status})`}`,
            ],
            [text.col.reason, one.reason == null ? null : why(one.reason)],
            [text.col.from, <MemberName community={community} member={one.from} />],
            [text.col.to, one.to == null ? null : <MemberName community={community} member={one.to} />],
            [text.col.dialled, <Num of={one.dialled_number} />],
            [text.col.shown, <Num of={one.shown_number} />],
            [t.trunk, [one.trunk_in, one.trunk_out].filter(Boolean).join(' → ') || null],
            [t.began, <Time at={one.began_at} brief={false} />],
            [t.ringing, <Time at={one.ringing_at} />],
            [t.answered, <Time at={one.answered_at} />],
            [t.ended, <Time at={one.ended_at} />],
            [t.endedBy, one.ended_by],
            [text.col.duration, one.duration_s == null ? null : t.seconds(one.duration_s)],
            [text.col.id, one.id],
          ]}
        />
      </Paper>
      <Title order={2} size="h4">
        {t.ladder}
      </Title>
      {one.steps.length === 0 ? <Empty>{t.noSteps}</Empty> : <Ladder steps={one.steps} />}
      {one.quality && <Quality quality={one.quality} />}
    </Page>
  )
}

function Quality({ quality }: { quality: Schema['CallQuality'] }) {
  const legs = [
    [t.caller, quality.caller],
    [t.callee, quality.callee],
  ] as const
  return (
    <section>
      <Title order={2} size="h4">
        {t.quality}
      </Title>
      <Scroll label={t.quality} minWidth={420} narrow="tight">
        <Table aria-label={t.quality}>
          <Table.Thead>
            <Table.Tr>
              {[t.leg, t.packets, t.lost, t.jitter, t.mos].map((one) => (
                <Table.Th key={one} scope="col">
                  {one}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {legs.map(
              ([name, leg]) =>
                leg && (
                  <Table.Tr key={name}>
                    <Table.Td>{name}</Table.Td>
                    <Table.Td>{leg.packets}</Table.Td>
                    <Table.Td>{leg.lost}</Table.Td>
                    <Table.Td>{leg.jitter_ms.toFixed(1)}</Table.Td>
                    <Table.Td>{leg.mos == null ? text.none : leg.mos.toFixed(2)}</Table.Td>
                  </Table.Tr>
                ),
            )}
          </Table.Tbody>
        </Table>
      </Scroll>
    </section>
  )
}
