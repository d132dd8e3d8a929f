// One swap: how far it is, what was moved, and stopping or undoing it.
import { Paper, Progress, Stack, Text } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { api, ask, type Schema } from '../api/client'
import { Facts, Num, State, why } from '../parts/bits'
import { Confirm } from '../parts/Confirm'
import { useCommunity, useParam } from '../parts/links'
import { ErrorNote, Page } from '../parts/notes'
import { ServerTable, type Column } from '../parts/ServerTable'
import { said, Time } from '../parts/time'
import { useMay } from '../session/session'
import { PageLoading } from '../shell/fallbacks'
import { memberColumn } from '../members/columns'
import { text } from '../text'
import { emptied } from './Swaps'

const t = text.swaps
/** What is to be known of it beside its progress: why it stands where it stands, and what it leaves. */
export function about(swap: Schema['Swap']): [string, string][] {
  const all: [string, string | null | undefined | false][] = [
    [text.col.reason, swap.reason],
    [t.waits, swap.waits_for_notices && t.waitsWhat],
    [t.leftOut, swap.left_out.map((one) => t.hubLeft(one.number, one.seats)).join(text.comma)],
    [t.undone, swap.undone + swap.not_undone > 0 && t.undoneRows(swap.undone, swap.not_undone)],
  ]
  return all.filter((one): one is [string, string] => Boolean(one[1]))
}

const GOING = ['running', 'undoing']

export default function SwapPage() {
  const community = useCommunity()
  const path = { community, swap: useParam('swap') }
  const may = useMay()
  const client = useQueryClient()
  const asked = useQuery({
    queryKey: ['swaps', community, path.swap],
    queryFn: () => ask(api.GET('/v1/communities/{community}/swaps/{swap}', { params: { path } })),
    refetchInterval: (query) => (GOING.includes(query.state.data?.state ?? '') ? 1000 : false),
  })
  const swap = asked.data
  if (swap === undefined)
    return (
      <Page title={t.title}>
        {asked.isPending ? <PageLoading /> : <ErrorNote error={asked.error} retry={() => void asked.refetch()} />}
      </Page>
    )
  const fresh = () => client.invalidateQueries({ queryKey: ['swaps', community] })
  const actions = may.change && (
    <>
      {GOING.includes(swap.state) && (
        <Confirm
          label={t.pause}
          ask={t.pauseAsk}
          what={t.pauseWhat}
          danger={false}
          act={() => ask(api.POST('/v1/communities/{community}/swaps/{swap}/pause', { params: { path } })).then(fresh)}
        />
      )}
      {swap.state === 'paused' && (
        <Confirm
          label={t.resume}
          ask={t.resumeAsk}
          what={t.resumeWhat}
          danger={false}
          act={() => ask(api.POST('/v1/communities/{community}/swaps/{swap}/resume', { params: { path } })).then(fresh)}
        />
      )}
      {!swap.undoing && swap.state !== 'undone' && (
        <Confirm
          label={t.undo}
          ask={t.undoAsk}
          what={t.undoWhat}
          act={() => ask(api.POST('/v1/communities/{community}/swaps/{swap}/undo', { params: { path } })).then(fresh)}
        />
      )}
    </>
  )
  const columns: Column<Schema['SwapMove']>[] = [
    { id: 'at', title: text.col.at, show: (row) => <Time at={row.at} />, csv: (row) => row.at },
    memberColumn('member', text.col.member, community, (row) => row.member),
    memberColumn('contact', text.col.contact, community, (row) => row.contact),
    { id: 'from', title: text.col.from, show: (row) => <Num of={row.from} />, csv: (row) => row.from },
    { id: 'to', title: text.col.to, show: (row) => <Num of={row.to} />, csv: (row) => row.to },
    { id: 'told', title: text.words.tell, show: (row) => why(row.told), csv: (row) => row.told },
    {
      id: 'reason',
      title: text.col.reason,
      show: (row) => row.reason ?? row.undo_reason ?? text.none,
      csv: (row) => row.reason ?? row.undo_reason,
    },
  ]
  return (
    <Page title={emptied(swap)} actions={actions}>
      <Paper withBorder p="md">
        <Stack>
          <Text aria-live="polite">
            {t.progress(swap.moved, swap.total)}
            {swap.failed > 0 ? ` ${t.failedRows(swap.failed)}` : ''}
          </Text>
          <Progress
            value={swap.total === 0 ? 100 : (100 * (swap.moved + swap.failed)) / swap.total}
            aria-label={t.progress(swap.moved, swap.total)}
          />
          <Facts
            of={[
              [text.col.state, <State of={swap.state} />],
              [text.col.created, <Time at={swap.created_at} />],
              [text.calls.ended, <Time at={swap.ended_at} />],
              ...about(swap),
              [text.col.id, swap.id],
            ]}
          />
          {swap.forwards_until && <Text>{t.forwards(said(swap.forwards_until))}</Text>}
        </Stack>
      </Paper>
      <ServerTable
        name={t.moves}
        queryKey={['swaps', community, path.swap, 'moves']}
        columns={columns}
        rowId={(row) => row.assignment}
        empty={t.noMoves}
        refreshMs={GOING.includes(swap.state) ? 2000 : undefined}
        fetch={(query) => ask(api.GET('/v1/communities/{community}/swaps/{swap}/moves', { params: { path, query } }))}
      />
    </Page>
  )
}
