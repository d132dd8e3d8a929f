import { why } from '../parts/bits'
import { Page } from '../parts/notes'
import { ServerTable, type Column } from '../parts/ServerTable'
import { Time, zone } from '../parts/time'
import { auditLog, type AuditEntry } from '../session/api'
import { text } from '../text'

const t = text.audit

const columns: Column<AuditEntry>[] = [
  { id: 'at', title: text.col.at, show: (row) => <Time at={row.at} />, csv: (row) => row.at },
  { id: 'who', title: text.col.who, show: (row) => (row.name === '' ? text.none : row.name), csv: (row) => row.name },
  { id: 'what', title: text.col.action, show: (row) => why(row.what), csv: (row) => row.what },
  { id: 'on', title: text.col.target, show: (row) => row.on, csv: (row) => row.on },
  {
    id: 'status',
    title: text.col.status,
    show: (row) => (row.status === 0 ? text.none : row.status),
    csv: (row) => row.status,
    numeric: true,
  },
  { id: 'address', title: text.col.address, show: (row) => row.address, csv: (row) => row.address },
]

export default function Audit() {
  return (
    <Page title={t.title} lead={`${t.lead} ${text.time.zone(zone())}`}>
      <ServerTable
        name={t.title}
        queryKey={['audit']}
        columns={columns}
        rowId={(row) => row.id}
        empty={t.empty}
        fetch={(paging) => auditLog(paging)}
      />
    </Page>
  )
}
