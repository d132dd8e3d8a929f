import { api, ask, type Schema } from '../api/client'
import { useCommunity } from '../parts/links'
import { Page } from '../parts/notes'
import { ServerTable, type Column } from '../parts/ServerTable'
import { Time } from '../parts/time'
import { MemberName } from '../members/names'
import { text } from '../text'

const t = text.optOuts

export default function OptOuts() {
  const community = useCommunity()
  const columns: Column<Schema['OptOut']>[] = [
    {
      id: 'member',
      title: text.col.member,
      show: (row) => (row.member == null ? text.none : <MemberName community={community} member={row.member} />),
      csv: (row) => row.member,
    },
    {
      id: 'contact',
      title: text.col.contact,
      show: (row) =>
        row.all ? (
          t.everything
        ) : row.contact == null ? (
          text.none
        ) : (
          <MemberName community={community} member={row.contact} />
        ),
      csv: (row) => row.contact,
    },
    { id: 'number', title: text.col.number, show: (row) => row.number ?? text.none, csv: (row) => row.number },
    { id: 'all', title: text.col.all, show: (row) => (row.all ? text.yes : text.no), csv: (row) => row.all },
    { id: 'since', title: text.form.since, show: (row) => <Time at={row.since} />, csv: (row) => row.since },
  ]
  return (
    <Page title={t.title} lead={t.lead}>
      <ServerTable
        name={t.title}
        queryKey={['opt_outs', community]}
        columns={columns}
        rowId={(row) => row.id}
        empty={t.empty}
        fetch={(query) =>
          ask(api.GET('/v1/communities/{community}/opt_outs', { params: { path: { community }, query } }))
        }
      />
    </Page>
  )
}
