import { Page } from '../parts/notes'
import { ServerTable, type Column } from '../parts/ServerTable'
import { Time, zone } from '../parts/time'
import { auditLog, type AuditEntry } from '../session/api'
import { text } from '../text'

const t = text.audit

const columns: Column<AuditEntry>[] = [
  { id: 'at', title: text.col.at, show: (row) => <Time at={row.at} />, csv: (row) => row.at },
  { id: 'who', title: text.col.who, show: (row) => row.user_name ?? row.user ?? row.key ?? text.none, csv: (row) => row.user_name ?? row.user ?? row.key },
  { id: 'action', title: text.col.action, show: (row) => row.action, csv: (row) => row.action },
  { id: 'target', title: text.col.target, show: (row) => row.target ?? text.none, csv: (row) => row.target },
  { id: 'address', title: text.col.address, show: (row) => row.address ?? text.none, csv: (row) => row.address },
]

export default function Audit() {
  return (
    <Page title={t.title} lead={`${t.lead} ${text.time.zone(zone())}`}>
      <ServerTable name={t.title} queryKey={['audit']} columns={columns} rowId={(row) => row.id} empty={t.empty} fetch={(paging) => auditLog(paging)} />
    </Page>
  )
}
