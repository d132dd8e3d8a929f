// One import: how far it is, and which rows were refused.
import { Paper, Progress, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { api, ask } from '../api/client'
import { Facts, Marks, why } from '../parts/bits'
import { Go, useCommunity, useParam } from '../parts/links'
import { ErrorNote, Page } from '../parts/notes'
import { ServerTable, type Column } from '../parts/ServerTable'
import { Time } from '../parts/time'
import { PageLoading } from '../shell/fallbacks'
import { later } from '../text.later'
import { text } from '../text'
import type { Import as Row, Refused } from './run'

const t = later.imports

export const refusedColumns: Column<Refused>[] = [
  { id: 'line', title: t.line, show: (row) => row.line, csv: (row) => row.line, numeric: true },
  { id: 'reason', title: text.col.reason, show: (row) => why(row.reason), csv: (row) => row.reason },
  { id: 'sentence', title: t.mend, show: (row) => row.sentence, csv: (row) => row.sentence },
]

export default function Import() {
  const community = useCommunity()
  const id = useParam('import')
  const path = { community, import: id }
  const asked = useQuery({
    queryKey: ['imports', community, id],
    queryFn: () => ask(api.GET('/v1/communities/{community}/imports/{import}', { params: { path } })),
    refetchInterval: (query) => (query.state.data?.state === 'running' ? 1000 : false),
  })
  const one = asked.data
  if (one === undefined)
    return (
      <Page title={t.one}>
        {asked.isPending ? <PageLoading /> : <ErrorNote error={asked.error} retry={() => void asked.refetch()} />}
      </Page>
    )
  return (
    <Page title={one.name === '' ? t.one : one.name} lead={<Go to={`/c/${community}/imports`}>{t.all}</Go>}>
      <Paper withBorder p="md">
        <Stack>
          <Facts
            of={[
              [
                text.col.state,
                <Marks of={[one.state, one.dry_run && t.dry, one.mode === 'all_or_nothing' && t.together]} />,
              ],
              [text.col.kind, t.kinds[one.kind]],
              [t.rows, t.figures(one.added, one.unchanged, one.refused, one.dry_run)],
              [t.began, <Time at={one.began_at} brief={false} />],
              [text.col.updated, <Time at={one.changed_at} brief={false} />],
              [text.col.id, one.id],
            ]}
          />
          {one.state === 'running' && <Bar of={one} />}
          {one.state === 'failed' && one.failure && <ErrorNote error={new Error(one.failure.sentence)} />}
          {one.state === 'failed' && <Text size="sm">{t.goOnHelp(one.name)}</Text>}
        </Stack>
      </Paper>
      <Title order={2} size="h4">
        {t.refusedRows}
      </Title>
      <ServerTable
        name={t.refusedRows}
        queryKey={['imports', community, id, 'refused', one.refused]}
        columns={refusedColumns}
        rowId={(row) => String(row.line)}
        empty={one.state === 'running' ? t.noneRefusedYet : t.noneRefused}
        fetch={(query) =>
          ask(api.GET('/v1/communities/{community}/imports/{import}/refused_rows', { params: { path, query } }))
        }
      />
    </Page>
  )
}

function Bar({ of }: { of: Row }) {
  const share = of.size === 0 ? 0 : (100 * of.done) / of.size
  return <Progress value={share} size="lg" aria-label={t.progress(Math.round(share))} />
}
