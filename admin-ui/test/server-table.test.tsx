// A list that is drawn again and again, as events come in, while somebody works in one of its rows.
import { MantineProvider, TextInput } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { fireEvent, render, screen, waitFor } from '@testing-library/react'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Ask } from '../src/parts/Ask'
import { ServerTable } from '../src/parts/ServerTable'
import { text } from '../src/text'

type Row = { id: string }
const client = new QueryClient()
afterEach(() => client.clear())

function List({ drawn, fetch }: { drawn: number; fetch: () => Promise<{ data: Row[]; next_cursor: string | null }> }) {
  return (
    <MantineProvider>
      <QueryClientProvider client={client}>
        <ServerTable<Row>
          name="Rows"
          queryKey={['rows']}
          fetch={fetch}
          rowId={(row) => row.id}
          empty="none"
          columns={[
            { id: 'id', title: 'Id', show: (row) => `${row.id} ${drawn}`, csv: (row) => row.id },
            {
              id: 'edit',
              title: 'Edit',
              show: (row) => <Ask label={`Edit ${row.id}`}>{() => <TextInput label="Name" />}</Ask>,
            },
          ]}
        />
      </QueryClientProvider>
    </MantineProvider>
  )
}

describe('a list', () => {
  it('that is drawn again leaves a dialog in a row open, and in it what was typed', async () => {
    let rows = [{ id: 'a' }, { id: 'b' }]
    const fetch = () => Promise.resolve({ data: rows, next_cursor: null })
    const shown = render(<List drawn={1} fetch={fetch} />)
    fireEvent.click(await screen.findByRole('button', { name: 'Edit b' }))
    const field = await screen.findByLabelText<HTMLInputElement>('Name')
    fireEvent.change(field, { target: { value: 'typed' } })
    shown.rerender(<List drawn={2} fetch={fetch} />)
    expect(screen.getByText('b 2')).toBeTruthy()
    expect(screen.getByLabelText<HTMLInputElement>('Name')).toBe(field)
    // A row that comes in before it moves it down; it stays the same row.
    rows = [{ id: 'c' }, ...rows]
    await client.invalidateQueries({ queryKey: ['rows'] })
    expect(await screen.findByText('c 2')).toBeTruthy()
    expect(screen.getByLabelText<HTMLInputElement>('Name')).toBe(field)
    expect(field.value).toBe('typed')
  })
  it('has in each cell what a card on a phone says before it, and marks what is not there', async () => {
    render(
      <MantineProvider>
        <QueryClientProvider client={client}>
          <ServerTable<Row>
            name="Rows"
            queryKey={['cards']}
            fetch={() => Promise.resolve({ data: [{ id: 'a' }], next_cursor: null })}
            rowId={(row) => row.id}
            empty="none"
            columns={[
              { id: 'id', title: 'Id', show: (row) => row.id },
              { id: 'until', title: 'Until', csvOnly: true, show: () => 'never' },
              { id: 'region', title: 'Region', show: () => text.none },
            ]}
          />
        </QueryClientProvider>
      </MantineProvider>,
    )
    const cells = await screen.findAllByRole('cell')
    expect(cells.map((one) => [one.dataset['title'], one.textContent, 'none' in one.dataset])).toEqual([
      ['Id', 'a', false],
      ['Region', text.none, true],
    ])
  })
  it('says where its file is not the whole of it', async () => {
    vi.spyOn(URL, 'createObjectURL').mockReturnValue('blob:1')
    vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(() => {})
    const data = Array.from({ length: 500 }, (_, index) => ({ id: `row_${index}` }))
    let pages = 0
    const fetch = vi.fn(async () => {
      pages += 1
      // The list itself asks for one; then the file takes what it may.
      return pages === 1 ? { data: [{ id: 'a' }], next_cursor: 'x' } : { data, next_cursor: `more_${pages}` }
    })
    render(<List drawn={1} fetch={fetch} />)
    fireEvent.click(await screen.findByRole('button', { name: text.table.csv }))
    expect((await screen.findByRole('alert')).textContent).toBe(text.table.cut(100_000))
    await waitFor(() => expect(fetch).toHaveBeenCalledTimes(201))
    vi.restoreAllMocks()
  })
})
