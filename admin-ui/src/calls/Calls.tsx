import { api, ask, type Schema } from '../api/client'
import { Num, State, why } from '../parts/bits'
import { Filters, type Filter } from '../parts/Filters'
import { Go, useCommunity, useFilters } from '../parts/links'
import { Page } from '../parts/notes'
import { ServerTable, type Column } from '../parts/ServerTable'
import { Time, toInstant } from '../parts/time'
import { MemberName } from '../members/names'
import { memberColumn } from '../members/columns'
import { text } from '../text'

const t = text.calls
type Call = Schema['Call']
const CAUSES = [
  'completed',
  'cancelled',
  'busy',
  'no_answer',
  'declined',
  'unreachable',
  'refused',
  'out_of_capacity',
  'incompatible',
  'media_lost',
  'peer_lost',
  'max_duration',
  'hung_up',
  'shutdown',
  'failed',
]

const filtersOf: Filter[] = [
  { name: 'member', label: text.col.member, kind: 'member' },
  { name: 'contact', label: text.col.contact, kind: 'member', needs: 'member' },
  { name: 'state', label: text.col.state, choices: ['ringing', 'answered', 'ended'] },
  { name: 'cause', label: text.col.cause, choices: CAUSES.map((one) => ({ value: one, label: why(one) })) },
  { name: 'since', label: text.form.since, kind: 'time' },
  { name: 'until', label: text.form.until, kind: 'time' },
]

export default function Calls() {
  const community = useCommunity()
  const [filters] = useFilters()
  const { member, state, cause, since, until } = filters
  const contact = member === undefined ? undefined : filters['contact']
  const asked = {
    member,
    contact,
    state: state as Schema['CallState'] | undefined,
    cause: cause as Schema['CallCause'] | undefined,
    since: toInstant(since ?? ''),
    until: toInstant(until ?? ''),
  }
  const columns: Column<Call>[] = [
    {
      id: 'at',
      title: text.col.at,
      show: (row) => (
        <Go to={`/c/${community}/calls/${row.id}`}>
          <Time at={row.began_at} />
        </Go>
      ),
      csv: (row) => row.began_at,
    },
    memberColumn('from', text.col.from, community, (row) => row.from),
    {
      id: 'to',
      title: text.col.to,
      show: (row) =>
        row.to == null ? <Num of={row.dialled_number} /> : <MemberName community={community} member={row.to} />,
      csv: (row) => row.to ?? row.dialled_number,
    },
    { id: 'state', title: text.col.state, show: (row) => <State of={row.state} />, csv: (row) => row.state },
    { id: 'cause', title: text.col.cause, show: (row) => why(row.cause), csv: (row) => row.cause },
    {
      id: 'duration',
      title: text.col.duration,
      show: (row) => (row.duration_s == null ? text.none : t.seconds(row.duration_s)),
      csv: (row) => row.duration_s,
      numeric: true,
    },
  ]
  return (
    <Page title={t.title} lead={t.lead}>
      <Filters community={community} of={filtersOf} />
      <ServerTable
        name={t.title}
        queryKey={['calls', community, asked]}
        columns={columns}
        rowId={(row) => row.id}
        empty={Object.values(asked).some((one) => one !== undefined) ? t.emptyFiltered : t.empty}
        fetch={(query) =>
          ask(
            api.GET('/v1/communities/{community}/calls', {
              params: { path: { community }, query: { ...query, ...asked } },
            }),
          )
        }
      />
    </Page>
  )
}
