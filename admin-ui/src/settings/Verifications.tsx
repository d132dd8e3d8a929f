import { Anchor, Group, Paper, Text, Title } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { api, ask, type Schema } from '../api/client'
import { State } from '../parts/bits'
import { Confirm } from '../parts/Confirm'
import { ServerTable, type Column } from '../parts/ServerTable'
import { Time } from '../parts/time'
import { later } from '../text.later'
import { text } from '../text'

const t = text.settings

const columns: Column<Schema['Verification']>[] = [
  { id: 'began', title: text.col.at, show: (row) => <Time at={row.began_at} />, csv: (row) => row.began_at },
  { id: 'state', title: text.col.state, show: (row) => <State of={row.state} />, csv: (row) => row.state },
  {
    id: 'pairs',
    title: text.assignments.title,
    show: (row) => row.assignments,
    csv: (row) => row.assignments,
    numeric: true,
  },
  {
    id: 'clean',
    title: text.words.done,
    show: (row) => row.error ?? (row.clean == null ? text.none : row.clean ? t.clean : t.offenders(row.offenders)),
    csv: (row) => row.offenders,
  },
  // The bytes as they are: the signature is over them.
  {
    id: 'report',
    title: later.verifications.report,
    show: (row) =>
      row.state === 'done' ? (
        <Anchor href={`/v1/verifications/${row.id}/report`} download={`${row.id}.json`}>
          {later.verifications.take}
        </Anchor>
      ) : (
        text.none
      ),
  },
]

export function Verifications() {
  const client = useQueryClient()
  const start = () =>
    ask(api.POST('/v1/verifications', { body: {} })).then(() =>
      client.invalidateQueries({ queryKey: ['verifications'] }),
    )
  return (
    <Paper withBorder p="md">
      <Group justify="space-between">
        <Title order={2} size="h4">
          {t.verify}
        </Title>
        <Confirm label={t.verifyStart} ask={t.verify} what={t.verifyLead} danger={false} act={start} />
      </Group>
      <Text mb="sm" className="soft">
        {t.verifyLead}
      </Text>
      <ServerTable
        name={t.verifications}
        bare
        queryKey={['verifications']}
        columns={columns}
        rowId={(row) => row.id}
        empty={t.noVerifications}
        refreshMs={5000}
        fetch={(query) => ask(api.GET('/v1/verifications', { params: { query } }))}
      />
    </Paper>
  )
}
