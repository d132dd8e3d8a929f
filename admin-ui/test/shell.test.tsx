// The frame around the pages, and what the overview dares to say.
import { createMemoryHistory } from '@tanstack/react-router'
import { fireEvent, render, screen, waitFor, within } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { App } from '../src/App'
import { makeRouter } from '../src/router'
import { text } from '../src/text'
import { broker, Refusal, session } from './broker'

const open = (path: string) =>
  render(<App router={makeRouter(createMemoryHistory({ initialEntries: [path] }))} nonce="" />)
const wait = { timeout: 10_000 }
const leave = async () => fireEvent.click(await screen.findByText(text.session.signOut, {}, wait))

describe('to sign out', () => {
  it('is to have signed out: where the broker did not take it, that is said', async () => {
    broker({ 'DELETE /v1/session': new Refusal(503, 'The broker is starting.') })
    open('/settings')
    await leave()
    expect(await screen.findByText('The broker is starting.')).toBeTruthy()
    expect(screen.getByText(text.session.stillIn)).toBeTruthy()
    expect(screen.queryByLabelText(new RegExp(`^${text.session.password}$`))).toBeNull()
  })
  it.each([
    ['taken', () => null],
    ['answered by a broker that knows nobody any more', () => new Refusal(401, 'Sign in.')],
  ])('ends the session when it is %s', async (_, told) => {
    let there = true
    broker({
      'GET /v1/session': () => (there ? session : new Refusal(401, 'Sign in.')),
      'DELETE /v1/session': () => {
        there = false
        return told()
      },
    })
    open('/settings')
    await leave()
    expect(await screen.findByRole('button', { name: text.session.signIn }, wait)).toBeTruthy()
  })
})

describe('the pages in a narrow window', () => {
  it('are out of the way of the keyboard until they are opened', async () => {
    broker()
    open('/c/com_a/opt-outs')
    const pages = await screen.findByLabelText(text.nav.label, {}, wait)
    expect(pages.classList.contains('put-away')).toBe(true)
    fireEvent.click(screen.getByLabelText(text.nav.open))
    expect(pages.classList.contains('put-away')).toBe(false)
    fireEvent.click(within(pages).getByText(text.nav.optOuts))
    await waitFor(() => expect(pages.classList.contains('put-away')).toBe(true))
    expect(document.activeElement?.id).toBe('content')
  })
})

const now = {
  node: 1,
  texts_per_s: 0,
  calls_per_s: 0,
  delivery_rate: null,
  delivered: 0,
  lost: 0,
  p50_ms: null,
  p99_ms: null,
  waiting: 0,
  oldest_waiting_s: null,
  calls: 0,
  sent_today: 0,
  carriers: [],
  pools: Array.from({ length: 14 }, (_, index) => ({
    id: `pool_${index}`,
    name: `Pool ${index}`,
    numbers: 2,
    usable: 2,
    assignments: 0,
    plenty: 2,
    little: 0,
    none: 0,
  })),
}
const calm = {
  '/v1/communities/com_a/overview': now,
  '/v1/communities/com_a/capacity': { members: 1, contacts: 1, full: 0, running_out: 0 },
}

describe('the overview', () => {
  it('is calm when all that it asked for says so, and names the pools that it does not show', async () => {
    broker(calm)
    open('/c/com_a')
    expect(await screen.findByText(text.overview.calm, {}, wait)).toBeTruthy()
    expect(screen.getByText('Pool 11')).toBeTruthy()
    expect(screen.queryByText('Pool 12')).toBeNull()
    expect(screen.getByText(text.overview.morePools(2))).toBeTruthy()
  })
  it('is not calm about what it could not ask for', async () => {
    broker({ ...calm, '/v1/communities/com_a/deliveries': new Refusal(500, 'The database is away.') })
    open('/c/com_a')
    expect(await screen.findByText('The database is away.', {}, wait)).toBeTruthy()
    expect(screen.queryByText(text.overview.calm)).toBeNull()
  })
})
