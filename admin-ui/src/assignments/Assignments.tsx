import { Switch, Table } from '@mantine/core'
import { Scroll } from '../parts/Scroll'
import { useQuery } from '@tanstack/react-query'
import { api, ask, type Schema } from '../api/client'
import { Num } from '../parts/bits'
import { Filters } from '../parts/Filters'
import { useCommunity, useFilters } from '../parts/links'
import { Empty, ErrorNote, Page } from '../parts/notes'
import { timeColumn } from '../parts/columns'
import { ServerTable, type Column } from '../parts/ServerTable'
import { MemberName } from '../members/names'
import { memberColumn, pairColumn } from '../members/columns'
import { PageLoading } from '../shell/fallbacks'
import { text } from '../text'
import { matrix } from './matrix'

const t = text.assignments
type Row = Schema['Assignment']

export default function Assignments() {
  const community = useCommunity()
  const [filters, setFilters] = useFilters()
  const member = filters['member']
  const asMatrix = filters['as'] === 'matrix'
  const columns: Column<Row>[] = [
    memberColumn('member', text.col.member, community, (row) => row.member),
    {
      id: 'number',
      title: text.col.number,
      show: (row) => <Num of={row.tag == null ? row.number : `${row.number} #${row.tag}`} />,
      csv: (row) => row.number,
    },
    memberColumn('contact', text.col.contact, community, (row) => row.contact),
    pairColumn,
    timeColumn('activity', text.col.activity, (row) => row.last_activity_at),
    timeColumn('created', text.col.created, (row) => row.created_at),
  ]
  return (
    <Page
      title={t.title}
      lead={t.lead}
      actions={
        <Switch
          label={t.matrix}
          checked={asMatrix}
          onChange={(event) => setFilters({ as: event.currentTarget.checked ? 'matrix' : null })}
        />
      }
    >
      <Filters community={community} of={[{ name: 'member', label: text.col.member, kind: 'member' }]} />
      {asMatrix ? (
        <Matrix community={community} member={member} />
      ) : (
        <ServerTable
          name={t.title}
          queryKey={['assignments', community, member]}
          columns={columns}
          rowId={(row) => row.id}
          empty={member === undefined ? t.empty : t.emptyFiltered}
          fetch={(query) =>
            ask(
              api.GET('/v1/communities/{community}/assignments', {
                params: { path: { community }, query: { ...query, member } },
              }),
            )
          }
        />
      )}
    </Page>
  )
}

function Matrix({ community, member }: { community: string; member: string | undefined }) {
  const asked = useQuery({
    queryKey: ['assignments', community, member, 'matrix'],
    queryFn: () =>
      ask(
        api.GET('/v1/communities/{community}/assignments', {
          params: { path: { community }, query: { limit: 500, member } },
        }),
      ),
  })
  if (asked.isPending) return <PageLoading />
  if (asked.isError) return <ErrorNote error={asked.error} retry={() => void asked.refetch()} />
  const { numbers, rows } = matrix(asked.data.data)
  if (rows.length === 0) return <Empty>{t.empty}</Empty>
  return (
    <>
      <Scroll minWidth={numbers.length * 140 + 160} label={t.matrix}>
        <Table withColumnBorders withTableBorder aria-label={t.matrix}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{text.col.member}</Table.Th>
              {numbers.map((one) => (
                <Table.Th key={one} scope="col">
                  <Num of={one} />
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => (
              <Table.Tr key={row.member}>
                <Table.Th scope="row">
                  <MemberName community={community} member={row.member} />
                </Table.Th>
                {numbers.map((one) => (
                  <Table.Td key={one}>
                    {(row.contacts.get(one) ?? []).map((contact) => (
                      <div key={contact}>
                        <MemberName community={community} member={contact} />
                      </div>
                    ))}
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Scroll>
      {asked.data.next_cursor && <Empty>{t.matrixPart}</Empty>}
    </>
  )
}
