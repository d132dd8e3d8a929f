// Dialogs that edit: only what was changed is sent, and an emptied field is not none.
import { fireEvent, render, screen, waitFor, within } from '@testing-library/react'
import { createMemoryHistory } from '@tanstack/react-router'
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { App } from '../src/App'
import { makeRouter } from '../src/router'
import { later } from '../src/text.later'
import { text } from '../src/text'

const t = later.campaigns
const user = { id: 'usr_1', name: 'ann', role: 'owner', communities: null, totp: false, has_password: true }
const campaign = { id: 'cmp_1', name: 'North', pool: null, rate_per_s: 5, texts_per_day: 100, created_at: '2026-01-01' }
let sent: unknown[] = []

beforeAll(() => import('../src/campaigns/Campaigns'), 120_000)
beforeEach(() => {
  sent = []
  vi.stubGlobal(
    'fetch',
    vi.fn(async (request: Request) => {
      const path = new URL(request.url).pathname
      const answer = (body: unknown) =>
        new Response(JSON.stringify(body), { status: 200, headers: { 'Content-Type': 'application/json' } })
      if (path === '/v1/session') return answer({ user, csrf: 'c', may_reveal: true, expires_at: '2030-01-01' })
      if (request.method === 'PATCH') sent.push(await request.json())
      return answer({ data: path.endsWith('/campaigns') ? [campaign] : [], next_cursor: null })
    }),
  )
})

describe('editing a campaign', () => {
  it('sends only what was changed, and never an emptied field as no limit', async () => {
    render(<App router={makeRouter(createMemoryHistory({ initialEntries: ['/c/com_1/campaigns'] }))} nonce="" />)
    const list = await screen.findByRole('table', { name: t.title }, { timeout: 10_000 })
    fireEvent.click(await within(list).findByRole('button', { name: t.edit }))
    const dialog = within(await screen.findByRole('dialog', { name: t.editOf('North') }))
    fireEvent.change(dialog.getByLabelText(text.pools.rate), { target: { value: '' } })
    fireEvent.click(dialog.getByRole('button', { name: text.form.save }))
    expect(await dialog.findByText(text.errors.required)).toBeTruthy()
    expect(sent).toEqual([])
    fireEvent.change(dialog.getByLabelText(text.pools.rate), { target: { value: '7' } })
    fireEvent.click(dialog.getByRole('button', { name: text.form.save }))
    await waitFor(() => expect(sent).toEqual([{ rate_per_s: 7 }]))
  })
})
