import { api, ask, type Schema } from '../api/client'
import { Num, State, why } from '../parts/bits'
import { Filters, type Filter } from '../parts/Filters'
import { Go, useCommunity, useFilters } from '../parts/links'
import { Page } from '../parts/notes'
import { ServerTable, type Column } from '../parts/ServerTable'
import { Time, toInstant } from '../parts/time'
import { MemberName } from '../members/names'
import { text } from '../text'

const t = text.messages
export type Message = Schema['Message']
const STATUSES = [
  'accepted',
  'queued',
  'sent',
  'delivered',
  'undelivered',
  'failed',
  'expired',
  'blocked',
  'quarantined',
  'held',
]

const filtersOf: Filter[] = [
  { name: 'member', label: text.col.member, kind: 'member' },
  { name: 'contact', label: text.col.contact, kind: 'member', needs: 'member' },
  { name: 'status', label: text.col.status, choices: STATUSES },
  { name: 'origin', label: text.col.origin, choices: ['phone', 'app', 'notice'] },
  { name: 'since', label: text.form.since, kind: 'time' },
  { name: 'until', label: text.form.until, kind: 'time' },
]

export const columnsOf = (community: string): Column<Message>[] => [
  {
    id: 'at',
    title: text.col.at,
    show: (row) => (
      <Go to={`/c/${community}/messages/${row.id}`}>
        <Time at={row.accepted_at} />
      </Go>
    ),
    csv: (row) => row.accepted_at,
  },
  {
    id: 'from',
    title: text.col.from,
    show: (row) =>
      row.from == null && row.origin === 'notice' ? (
        text.product
      ) : (
        <MemberName community={community} member={row.from} />
      ),
    csv: (row) => row.from,
  },
  {
    id: 'to',
    title: text.col.to,
    show: (row) =>
      row.to == null ? <Num of={row.dialled_number} /> : <MemberName community={community} member={row.to} />,
    csv: (row) => row.to ?? row.dialled_number,
  },
  {
    id: 'text',
    title: text.col.text,
    show: (row) =>
      row.body_expired || row.body_erased ? t.bodyGone : row.text.length > 80 ? `${row.text.slice(0, 80)}…` : row.text,
    csv: (row) => row.text,
    wide: true,
  },
  { id: 'status', title: text.col.status, show: (row) => <State of={row.status} />, csv: (row) => row.status },
  { id: 'reason', title: text.col.reason, show: (row) => why(row.reason), csv: (row) => row.reason },
]

export default function Messages() {
  const community = useCommunity()
  const [filters] = useFilters()
  const { member, status, origin, since, until } = filters
  const contact = member === undefined ? undefined : filters['contact']
  const asked = {
    member,
    contact,
    status: status as Message['status'] | undefined,
    origin: origin as Message['origin'] | undefined,
    since: toInstant(since ?? ''),
    until: toInstant(until ?? ''),
  }
  const filtered = Object.values(asked).some((one) => one !== undefined)
  return (
    <Page title={t.title} lead={t.lead}>
      <Filters community={community} of={filtersOf} />
      <ServerTable
        name={t.title}
        queryKey={['messages', community, asked]}
        columns={columnsOf(community)}
        rowId={(row) => row.id}
        empty={filtered ? t.emptyFiltered : t.empty}
        fetch={(query) =>
          ask(
            api.GET('/v1/communities/{community}/messages', {
              params: { path: { community }, query: { ...query, ...asked } },
            }),
          )
        }
      />
    </Page>
  )
}
