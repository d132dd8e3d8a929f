// Files of members and contacts: a new one, and those of before.
import { Button, Title } from '@mantine/core'
import { useState } from 'react'
import { api, ask } from '../api/client'
import { Marks } from '../parts/bits'
import { Go, useCommunity } from '../parts/links'
import { Page } from '../parts/notes'
import { ServerTable, type Column } from '../parts/ServerTable'
import { Time } from '../parts/time'
import { useMay } from '../session/session'
import { later } from '../text.later'
import { text } from '../text'
import { goesOn, type Import } from './run'
import { Send } from './Send'

const t = later.imports

export const figures: Column<Import>[] = [
  { id: 'added', title: t.added, show: (row) => row.added, csv: (row) => row.added, numeric: true },
  { id: 'unchanged', title: t.unchanged, show: (row) => row.unchanged, csv: (row) => row.unchanged, numeric: true },
  { id: 'refused', title: t.refused, show: (row) => row.refused, csv: (row) => row.refused, numeric: true },
]

export default function Imports() {
  const community = useCommunity()
  const may = useMay()
  const [again, setAgain] = useState<Import | null>(null)
  const columns: Column<Import>[] = [
    {
      id: 'began',
      title: text.col.at,
      show: (row) => (
        <Go to={`/c/${community}/imports/${row.id}`}>
          <Time at={row.began_at} />
        </Go>
      ),
      csv: (row) => row.began_at,
    },
    { id: 'name', title: t.file, show: (row) => (row.name === '' ? text.none : row.name), csv: (row) => row.name },
    { id: 'kind', title: text.col.kind, show: (row) => t.kinds[row.kind], csv: (row) => row.kind },
    {
      id: 'state',
      title: text.col.state,
      show: (row) => <Marks of={[row.state, row.dry_run && t.dry, row.mode === 'all_or_nothing' && t.together]} />,
      csv: (row) => row.state,
    },
    ...figures,
    ...(may.change
      ? [
          {
            id: 'actions',
            title: text.table.actions,
            show: (row: Import) =>
              goesOn(row, Date.now()) && (
                <Button size="xs" variant="default" onClick={() => setAgain(row)}>
                  {t.goOn}
                </Button>
              ),
          },
        ]
      : []),
  ]
  return (
    <Page title={t.title} lead={t.lead}>
      {may.change && <Send community={community} again={again} onSent={() => setAgain(null)} />}
      <Title order={2} size="h4">
        {t.earlier}
      </Title>
      <ServerTable
        name={t.earlier}
        queryKey={['imports', community]}
        columns={columns}
        rowId={(row) => row.id}
        empty={may.change ? t.empty : t.emptyViewer}
        refreshMs={10_000}
        fetch={(query) =>
          ask(api.GET('/v1/communities/{community}/imports', { params: { path: { community }, query } }))
        }
      />
    </Page>
  )
}
