// The page that imports a file, against a broker that answers as the real one does.
import { fireEvent, render, screen, waitFor } from '@testing-library/react'
import { createMemoryHistory } from '@tanstack/react-router'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { App } from '../src/App'
import { makeRouter } from '../src/router'
import { later } from '../src/text.later'

const t = later.imports
const session = {
  user: { id: 'usr_1', name: 'ann', role: 'operator', communities: null, totp: false, has_password: true },
  csrf: 'c',
  may_reveal: true,
  expires_at: '2027-01-01T00:00:00.000Z',
}
const json = (status: number, body: unknown) =>
  new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } })
let sent: { dry_run: boolean; content: string; name: string }[] = []

beforeEach(() => {
  sent = []
  const answer = async (request: Request) => {
    const path = new URL(request.url).pathname
    if (path === '/v1/session') return json(200, session)
    if (path.endsWith('/refused_rows'))
      return json(200, { data: [{ line: 3, reason: 'no_key', sentence: 'has neither' }], next_cursor: null })
    if (path.endsWith('/imports') && request.method === 'POST') {
      const asked = JSON.parse(await request.text()) as (typeof sent)[number]
      sent.push(asked)
      const figures = { size: 10, done: 10, next_line: 4, added: 1, unchanged: 0, refused: 1 }
      const times = { began_at: '2026-01-01T00:00:00.000Z', changed_at: '2026-01-01T00:00:00.000Z' }
      return json(202, {
        id: 'imp_1',
        kind: 'members',
        mode: 'per_row',
        state: 'done',
        failure: null,
        ...asked,
        ...figures,
        ...times,
      })
    }
    return json(200, { data: [], next_cursor: null })
  }
  vi.stubGlobal('fetch', vi.fn(answer))
  render(<App router={makeRouter(createMemoryHistory({ initialEntries: ['/c/com_1/imports'] }))} nonce="" />)
})

const drop = (content: string) =>
  fireEvent.drop(screen.getByText(later.file.drop), {
    dataTransfer: { files: [new File([content], 'members.csv', { type: 'text/csv' })] },
  })
const button = (name: string | RegExp) => screen.getByRole<HTMLButtonElement>('button', { name })

describe('a file that is dropped', () => {
  it('and lacks a column is told so, and cannot be sent', async () => {
    await screen.findByText(later.file.drop)
    drop('phone\n+14155550161\n')
    expect(await screen.findByText(t.wrong({ why: 'column_lacking', column: 'name' }, ''))).toBeTruthy()
    expect(screen.queryByRole('button', { name: t.try })).toBeNull()
  })
  it('is tried first; then it may be imported, and each refused row is shown with its line', async () => {
    await screen.findByText(later.file.drop)
    drop('name,phone\nAnn,+14155550161\nBob,\n')
    await screen.findByText(t.doubt('no_key', [3]))
    expect(button(t.go(2)).disabled).toBe(true)
    fireEvent.click(button(t.try))
    await screen.findByText(t.figures(1, 0, 1, true), { exact: false })
    expect(screen.getByRole('table', { name: t.refusedRows }).textContent).toContain('Bob,')
    await waitFor(() => expect(button(t.go(2)).disabled).toBe(false))
    fireEvent.click(button(t.go(2)))
    await screen.findByText(t.figures(1, 0, 1, false), { exact: false })
    expect(sent.map((one) => [one.dry_run, one.name, one.content])).toEqual([
      [true, 'members.csv', 'name,phone\nAnn,+14155550161\nBob,\n'],
      [false, 'members.csv', 'name,phone\nAnn,+14155550161\nBob,\n'],
    ])
  })
})
