// A list of the API, a page at a time, with what there is when it is empty, and all of it as CSV.
import { Button, Group, Loader, Select, Table, Text } from '@mantine/core'
import { Scroll } from './Scroll'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { FlexRender, tableFeatures, useTable, type ColumnDef } from '@tanstack/react-table'
import { useEffect, useMemo, useState, type ReactNode } from 'react'
import { upTo } from '../api/all'
import type { Page } from '../api/client'
import { text } from '../text'
import { csv, download } from './csv'
import { Empty, ErrorNote } from './notes'

const features = tableFeatures({})
/** More than a browser, or a spreadsheet, should hold at once. */
const MOST_EXPORTED = 100_000

export type Column<Row> = {
  id: string
  title: string
  show: (row: Row) => ReactNode
  /** What stands in the CSV; without it the column is not exported. */
  csv?: (row: Row) => string | number | boolean | null | undefined
  numeric?: boolean
  /** Only in the CSV, where the table says it within another column. */
  csvOnly?: boolean
  /** Holds sentences: it is not squeezed to a word a line. */
  wide?: boolean
}

/** As the style sheet knows it. */
const kindOf = (column: Pick<Column<never>, 'id' | 'numeric' | 'wide'>) =>
  column.id === 'actions' ? 'actions' : column.numeric ? 'figure' : column.wide ? 'wide' : undefined

type Paging = { limit: number; cursor?: string }

type Props<Row> = {
  name: string
  queryKey: unknown[]
  fetch: (paging: Paging) => Promise<Page<Row>>
  columns: Column<Row>[]
  rowId: (row: Row) => string
  empty: ReactNode
  emptyAction?: ReactNode
  refreshMs?: number
  limit?: number
  bare?: boolean
}

export function ServerTable<Row extends object>(props: Props<Row>) {
  const { name, queryKey, fetch, columns, rowId, empty, emptyAction, refreshMs, bare = false } = props
  const [limit, setLimit] = useState(props.limit ?? 25)
  const [cursors, setCursors] = useState<string[]>([])
  const key = JSON.stringify(queryKey)
  useEffect(() => setCursors([]), [key, limit])
  const cursor = cursors.at(-1)
  const asked = useQuery({
    queryKey: [...queryKey, { limit, cursor }],
    queryFn: () => fetch({ limit, cursor }),
    placeholderData: keepPreviousData,
    refetchInterval: refreshMs,
  })
  const rows = asked.data?.data ?? []
  const visible = useMemo(() => columns.filter((column) => !column.csvOnly), [columns])
  const shown = useMemo(() => new Map(columns.map((column) => [column.id, column])), [columns])
  const definitions = useMemo<ColumnDef<typeof features, Row>[]>(
    () => visible.map(({ id, title }) => ({ id, header: title })),
    [visible],
  )
  const table = useTable({ features, columns: definitions, data: rows, getRowId: rowId })

  if (asked.isPending)
    return (
      <Group p="md">
        <Loader size="sm" aria-label={text.loading} />
      </Group>
    )
  if (asked.isError && asked.data === undefined)
    return <ErrorNote error={asked.error} retry={() => void asked.refetch()} />
  const more = asked.data?.next_cursor ?? null
  if (rows.length === 0 && cursors.length === 0 && more === null) return <Empty action={emptyAction}>{empty}</Empty>
  return (
    <div>
      {asked.isError && <ErrorNote error={asked.error} retry={() => void asked.refetch()} />}
      <Scroll minWidth={Math.min(760, visible.length * 120)} label={name} narrow="cards">
        <Table highlightOnHover verticalSpacing="xs" aria-label={name} aria-busy={asked.isFetching}>
          <Table.Thead>
            {table.getHeaderGroups().map((group) => (
              <Table.Tr key={group.id}>
                {group.headers.map((header) => (
                  <Table.Th
                    key={header.id}
                    scope="col"
                    className={shown.get(header.column.id)?.numeric ? 'figure' : undefined}
                  >
                    <FlexRender header={header} />
                  </Table.Th>
                ))}
              </Table.Tr>
            ))}
          </Table.Thead>
          <Table.Tbody>
            {table.getRowModel().rows.map((row) => (
              <Table.Tr key={row.id}>
                {row.getAllCells().map((one) => {
                  const column = shown.get(one.column.id)
                  // Called, not drawn as a component: a function made anew would empty the cell, dialogs and all.
                  const said = column?.show(row.original)
                  return (
                    <Table.Td
                      key={one.id}
                      data-title={column?.title}
                      data-none={said === text.none || undefined}
                      className={column && kindOf(column)}
                    >
                      <div>{said}</div>
                    </Table.Td>
                  )
                })}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Scroll>
      {rows.length === 0 && <Text p="md">{more === null ? text.table.end : text.table.emptyPage}</Text>}
      {!(bare && more === null && cursors.length === 0) && (
        <Group justify="space-between" mt="xs" gap="xs">
          <Group gap="xs">
            <Button
              size="xs"
              variant="default"
              disabled={cursors.length === 0}
              onClick={() => setCursors((now) => now.slice(0, -1))}
            >
              {text.table.previous}
            </Button>
            <Text size="sm">{text.table.page(cursors.length + 1)}</Text>
            <Button
              size="xs"
              variant="default"
              disabled={more === null}
              onClick={() => more !== null && setCursors((now) => [...now, more])}
            >
              {text.table.next}
            </Button>
            <Select
              size="xs"
              w={80}
              aria-label={text.table.rows}
              data={['25', '50', '100', '500']}
              value={String(limit)}
              allowDeselect={false}
              onChange={(value) => setLimit(Number(value))}
            />
          </Group>
          <Group gap="xs">
            <Button size="xs" variant="default" onClick={() => void asked.refetch()}>
              {text.table.refresh}
            </Button>
            <Export name={name} fetch={fetch} columns={columns} />
          </Group>
        </Group>
      )}
    </div>
  )
}

function Export<Row>({
  name,
  fetch,
  columns,
}: {
  name: string
  fetch: (paging: Paging) => Promise<Page<Row>>
  columns: Column<Row>[]
}) {
  const [count, setCount] = useState<number | null>(null)
  const [failed, setFailed] = useState<unknown>(null)
  const [cut, setCut] = useState(false)
  const go = async () => {
    setFailed(null)
    setCut(false)
    setCount(0)
    try {
      const { rows, cut } = await upTo(fetch, MOST_EXPORTED, setCount)
      const kept = columns.flatMap((column) => (column.csv ? [{ title: column.title, value: column.csv }] : []))
      download(`${name.toLowerCase().replaceAll(/\W+/g, '-')}.csv`, csv(kept, rows))
      setCut(cut)
    } catch (thrown) {
      setFailed(thrown)
    } finally {
      setCount(null)
    }
  }
  return (
    <>
      <Button size="xs" variant="default" disabled={count !== null} onClick={() => void go()}>
        {count === null ? text.table.csv : text.table.exporting(count)}
      </Button>
      {cut && (
        <Text size="sm" role="alert">
          {text.table.cut(MOST_EXPORTED)}
        </Text>
      )}
      <ErrorNote error={failed} />
    </>
  )
}
