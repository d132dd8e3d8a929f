import { api, ask, type Schema } from '../api/client'
import { useCommunity } from '../parts/links'
import { Page } from '../parts/notes'
import { ServerTable, type Column } from '../parts/ServerTable'
import { Time } from '../parts/time'
import { Go } from '../parts/links'
import { text } from '../text'

const t = text.hubs

export default function Hubs() {
  const community = useCommunity()
  const columns: Column<Schema['HubContact']>[] = [
    {
      id: 'name',
      title: text.col.member,
      show: (row) => <Go to={`/c/${community}/members/${row.member}`}>{row.name}</Go>,
      csv: (row) => row.name,
    },
    {
      id: 'contacts',
      title: text.col.contacts,
      show: (row) => row.contacts,
      csv: (row) => row.contacts,
      numeric: true,
    },
    { id: 'on_hubs', title: t.onHubs, show: (row) => row.on_hubs, csv: (row) => row.on_hubs, numeric: true },
    { id: 'usable', title: text.col.usable, show: (row) => row.usable, csv: (row) => row.usable, numeric: true },
    { id: 'free', title: text.col.free, show: (row) => row.free, csv: (row) => row.free, numeric: true },
    { id: 'warned', title: t.warned, show: (row) => <Time at={row.warned_at} />, csv: (row) => row.warned_at },
  ]
  return (
    <Page title={t.title} lead={t.lead}>
      <ServerTable
        name={t.title}
        queryKey={['hubs', community]}
        columns={columns}
        rowId={(row) => row.member}
        empty={t.empty}
        fetch={(query) => ask(api.GET('/v1/communities/{community}/hubs', { params: { path: { community }, query } }))}
      />
    </Page>
  )
}
