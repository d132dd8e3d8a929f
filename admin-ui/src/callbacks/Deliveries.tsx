import { useQuery } from '@tanstack/react-query'
import { api, ask, type Schema } from '../api/client'
import { State } from '../parts/bits'
import { Filters } from '../parts/Filters'
import { Go, useCommunity, useFilters } from '../parts/links'
import { Page } from '../parts/notes'
import { ServerTable, type Column } from '../parts/ServerTable'
import { Time } from '../parts/time'
import { text } from '../text'

const t = text.callbacks
type Delivery = Schema['Delivery']

export default function Deliveries() {
  const community = useCommunity()
  const [filters] = useFilters()
  const { endpoint, event, state } = filters
  const endpoints =
    useQuery({
      queryKey: ['endpoints', community, 'all'],
      queryFn: () =>
        ask(
          api.GET('/v1/communities/{community}/callback_endpoints', {
            params: { path: { community }, query: { limit: 500 } },
          }),
        ),
    }).data?.data ?? []
  const urlOf = (id: string) => endpoints.find((one) => one.id === id)?.url ?? id
  const asked = {
    endpoint,
    event: event as Schema['EventId'] | undefined,
    state: state as Schema['DeliveryState'] | undefined,
  }
  const columns: Column<Delivery>[] = [
    {
      id: 'at',
      title: text.col.at,
      show: (row) => (
        <Go to={`/c/${community}/deliveries/${row.id}`}>
          <Time at={row.created_at} />
        </Go>
      ),
      csv: (row) => row.created_at,
    },
    { id: 'type', title: text.col.event, show: (row) => row.type, csv: (row) => row.type },
    { id: 'endpoint', title: text.col.endpoint, show: (row) => urlOf(row.endpoint), csv: (row) => urlOf(row.endpoint) },
    { id: 'state', title: text.col.state, show: (row) => <State of={row.state} />, csv: (row) => row.state },
    {
      id: 'attempts',
      title: text.col.attempts,
      show: (row) => row.attempts,
      csv: (row) => row.attempts,
      numeric: true,
    },
    {
      id: 'last',
      title: text.col.lastStatus,
      show: (row) => row.last_status ?? row.last_error ?? text.none,
      csv: (row) => row.last_status ?? row.last_error,
      wide: true,
    },
  ]
  const filtered = Object.values(asked).some((one) => one !== undefined)
  return (
    <Page title={t.deliveries}>
      <Filters
        community={community}
        of={[
          {
            name: 'endpoint',
            label: text.col.endpoint,
            choices: endpoints.map((one) => ({ value: one.id, label: one.url })),
          },
          { name: 'state', label: text.col.state, choices: ['pending', 'delivered', 'dead'] },
        ]}
      />
      <ServerTable
        name={t.deliveries}
        queryKey={['deliveries', community, asked]}
        columns={columns}
        rowId={(row) => row.id}
        empty={filtered ? t.noDeliveriesFiltered : t.noDeliveries}
        refreshMs={10_000}
        fetch={(query) =>
          ask(
            api.GET('/v1/communities/{community}/deliveries', {
              params: { path: { community }, query: { ...query, ...asked } },
            }),
          )
        }
      />
    </Page>
  )
}
