import { api, ask, type Schema } from '../api/client'
import { State, why } from '../parts/bits'
import { Go } from '../parts/links'
import { ServerTable, type Column } from '../parts/ServerTable'
import { Time } from '../parts/time'
import { text } from '../text'
import { memberColumn } from './columns'

type Interaction = Schema['Interaction']

export function Timeline({ community, member }: { community: string; member: string }) {
  const columns: Column<Interaction>[] = [
    {
      id: 'at',
      title: text.col.at,
      show: (row) => (
        <Go to={`/c/${community}/${row.kind === 'call' ? 'calls' : 'messages'}/${row.id}`}>
          <Time at={row.at} />
        </Go>
      ),
      csv: (row) => row.at,
    },
    { id: 'kind', title: text.col.kind, show: (row) => row.kind, csv: (row) => row.kind },
    memberColumn('from', text.col.from, community, (row) => row.from),
    memberColumn('to', text.col.to, community, (row) => row.to),
    {
      id: 'state',
      title: text.col.state,
      show: (row) => <State of={row.status ?? row.state ?? text.none} />,
      csv: (row) => row.status ?? row.state,
    },
    {
      id: 'reason',
      title: text.col.reason,
      show: (row) => why(row.reason ?? row.cause),
      csv: (row) => row.reason ?? row.cause,
    },
  ]
  return (
    <ServerTable
      name={text.members.timeline}
      queryKey={['interactions', community, member]}
      columns={columns}
      rowId={(row) => row.id}
      empty={text.members.noTimeline}
      fetch={(query) =>
        ask(
          api.GET('/v1/communities/{community}/interactions', {
            params: { path: { community }, query: { ...query, member } },
          }),
        )
      }
    />
  )
}
