import { Text } from '@mantine/core'
import { api, ask, type Schema } from '../api/client'
import { Num, State, why } from '../parts/bits'
import { timeColumn } from '../parts/columns'
import { ServerTable, type Column } from '../parts/ServerTable'
import { Time } from '../parts/time'
import { text } from '../text'

const t = text.pools

const columns: Column<Schema['NumberTraffic']>[] = [
  { id: 'number', title: text.col.number, show: (row) => <Num of={row.number} />, csv: (row) => row.number },
  {
    id: 'room',
    title: text.col.room,
    show: (row) => (
      <>
        <State of={row.room} />
        {row.tight && <div>{t.tight(why(row.tight))}</div>}
      </>
    ),
    csv: (row) => row.room,
  },
  {
    id: 'sent',
    title: text.col.sent,
    show: (row) => t.sentOf(row.sent_today, row.texts_per_day),
    csv: (row) => row.sent_today,
    numeric: true,
  },
  {
    id: 'rate',
    title: text.col.rate,
    show: (row) => `${row.recent_per_s.toFixed(2)} / ${row.rate_per_s}`,
    csv: (row) => row.recent_per_s,
    numeric: true,
  },
  {
    id: 'waiting',
    title: text.col.waiting,
    show: (row) => t.waitingFor(row.waiting, row.oldest_waiting_s),
    csv: (row) => row.waiting,
    numeric: true,
  },
  {
    id: 'health',
    title: t.health,
    show: (row) => (
      <>
        <div>{t.healthOf(row.health.delivered, row.health.lost)}</div>
        {row.health.last_lost_at && (
          <Text size="xs" className="soft">
            {t.lastLost} <Time at={row.health.last_lost_at} /> {why(row.health.last_lost_reason)}
          </Text>
        )}
      </>
    ),
    csv: (row) => `${row.health.delivered}/${row.health.delivered + row.health.lost}`,
  },
  timeColumn('last', t.lastDelivered, (row) => row.health.last_delivered_at),
  {
    id: 'p99',
    title: text.col.latency,
    show: (row) => (row.latency.p99_ms == null ? text.none : text.overview.ms(row.latency.p99_ms)),
    csv: (row) => row.latency.p99_ms,
    numeric: true,
  },
]

export function Traffic({ community }: { community: string }) {
  return (
    <>
      <Text size="sm" className="soft" mb="xs">
        {t.healthHelp}
      </Text>
      <ServerTable
        name={t.traffic}
        queryKey={['traffic', community, 'list']}
        columns={columns}
        rowId={(row) => row.id}
        empty={t.noTraffic}
        refreshMs={10_000}
        fetch={(query) =>
          ask(api.GET('/v1/communities/{community}/traffic', { params: { path: { community }, query } }))
        }
      />
    </>
  )
}
