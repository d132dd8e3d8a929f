import { Group } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { api, ask, type Schema } from '../api/client'
import { Marks, Num } from '../parts/bits'
import { Confirm } from '../parts/Confirm'
import { ServerTable, type Column } from '../parts/ServerTable'
import { useMay } from '../session/session'
import { text } from '../text'
import { EditNumber } from '../numbers/EditNumber'
import { Fill, usePools } from './Pools'

const t = text.pools
type Row = Schema['PoolNumber']

export function Numbers({ community }: { community: string }) {
  const may = useMay()
  const client = useQueryClient()
  const pools = usePools(community).data?.data ?? []
  const poolName = (id: string) => pools.find((one) => one.id === id)?.name ?? id
  const fresh = () =>
    Promise.all(
      ['numbers', 'traffic', 'capacity'].map((key) => client.invalidateQueries({ queryKey: [key, community] })),
    )
  const path = (number: string) => ({ path: { community, number } })
  const become = (row: Row, state: Schema['NumberState']) =>
    ask(api.PATCH('/v1/communities/{community}/numbers/{number}', { params: path(row.id), body: { state } })).then(
      fresh,
    )
  const columns: Column<Row>[] = [
    { id: 'number', title: text.col.number, show: (row) => <Num of={row.number} />, csv: (row) => row.number },
    {
      id: 'state',
      title: text.col.state,
      show: (row) => <Marks of={[row.state, row.desk && text.words.desk, row.hub && text.words.hub]} />,
      csv: (row) => row.state,
    },
    {
      id: 'fill',
      title: text.col.pairs,
      show: (row) => <Num of={String(row.assignments)} />,
      csv: (row) => row.assignments,
      numeric: true,
    },
    {
      id: 'seats',
      title: text.col.fill,
      show: (row) => (row.hub ? <Fill used={row.assignments} all={row.seats} /> : text.none),
      csv: (row) => row.seats,
    },
    { id: 'pool', title: text.col.pool, show: (row) => poolName(row.pool), csv: (row) => poolName(row.pool) },
    { id: 'carrier', title: text.col.carrier, show: (row) => row.carrier, csv: (row) => row.carrier },
    {
      id: 'capabilities',
      title: text.col.capabilities,
      show: (row) => row.capabilities.join(text.comma),
      csv: (row) => row.capabilities.join(' '),
    },
    { id: 'region', title: text.col.region, show: (row) => row.region ?? text.none, csv: (row) => row.region },
    { id: 'rate', title: text.col.rate, show: (row) => row.rate_per_s, csv: (row) => row.rate_per_s, numeric: true },
    ...(may.change
      ? [
          {
            id: 'actions',
            title: text.table.actions,
            show: (row: Row) => (
              <Group gap={4} wrap="nowrap">
                <EditNumber community={community} number={row} />
                {row.state === 'active' ? (
                  <Confirm
                    label={t.drain}
                    ask={t.drainAsk(row.number)}
                    what={t.drainWhat}
                    done={t.drained}
                    danger={false}
                    act={() => become(row, 'draining')}
                  />
                ) : (
                  <Confirm
                    label={t.activate}
                    ask={t.activateAsk(row.number)}
                    what={t.activateWhat}
                    done={t.activated}
                    danger={false}
                    act={() => become(row, 'active')}
                  />
                )}
                <Confirm
                  label={t.remove}
                  ask={t.removeAsk(row.number)}
                  what={t.removeWhat}
                  done={t.removed}
                  act={() =>
                    ask(api.DELETE('/v1/communities/{community}/numbers/{number}', { params: path(row.id) })).then(
                      fresh,
                    )
                  }
                />
              </Group>
            ),
          },
        ]
      : []),
  ]
  return (
    <ServerTable
      name={t.numbers}
      queryKey={['numbers', community]}
      columns={columns}
      rowId={(row) => row.id}
      empty={t.noNumbers}
      fetch={(query) => ask(api.GET('/v1/communities/{community}/numbers', { params: { path: { community }, query } }))}
    />
  )
}
