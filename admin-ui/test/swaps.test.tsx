// Planning a swap: what is started is what was looked at.
import { fireEvent, render, screen, waitFor } from '@testing-library/react'
import { createMemoryHistory } from '@tanstack/react-router'
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { App } from '../src/App'
import type { Schema } from '../src/api/client'
import { about } from '../src/pools/Swap'
import { leaving } from '../src/pools/Swaps'
import { makeRouter } from '../src/router'
import { text } from '../src/text'

const t = text.swaps
const number = { id: 'num_1', number: '+15005550101', rows: 3, stuck: 0 }
const plan = {
  rows: 3,
  movable: 3,
  narrower: 0,
  stuck: 0,
  members: 2,
  told: { phone: 1, both: 0, nobody: 2 },
  overlap_s: 1209600,
  notice: null,
  numbers: [number],
  left_out: [],
  targets: [],
  moves: [],
  next_cursor: null,
}
const session = {
  user: { id: 'usr_1', name: 'ann', role: 'owner', communities: null, totp: false, has_password: true },
  csrf: 'c',
  may_reveal: true,
  expires_at: '2030-01-01T00:00:00.000Z',
}

beforeAll(() => import('../src/pools/Swaps'), 120_000)

let begun: unknown[] = []
beforeEach(() => {
  begun = []
  vi.stubGlobal(
    'fetch',
    vi.fn(async (request: Request) => {
      const path = new URL(request.url).pathname
      const answer = (body: unknown) =>
        new Response(JSON.stringify(body), { status: 200, headers: { 'Content-Type': 'application/json' } })
      if (path === '/v1/session') return answer(session)
      if (path.endsWith('/swaps/plan')) return answer(plan)
      if (request.method === 'POST') {
        begun.push(await request.json())
        return answer({ id: 'swp_1' })
      }
      return answer({ data: [], next_cursor: null })
    }),
  )
})

describe('a swap', () => {
  it('is started as it was planned, and names the numbers; another thing on the form is not', async () => {
    render(<App router={makeRouter(createMemoryHistory({ initialEntries: ['/c/com_1/swaps'] }))} nonce="" />)
    fireEvent.click(await screen.findByLabelText(t.byCarrier, {}, { timeout: 10_000 }))
    const carrier = await screen.findByLabelText(text.col.carrier)
    fireEvent.change(carrier, { target: { value: 'north' } })
    fireEvent.click(screen.getByRole('button', { name: t.plan }))
    await screen.findByRole('button', { name: t.start })
    fireEvent.change(carrier, { target: { value: 'south' } })
    await waitFor(() => expect(screen.queryByRole('button', { name: t.start })).toBeNull())
    fireEvent.change(screen.getByLabelText(t.overlap), { target: { value: '3' } })
    fireEvent.click(screen.getByRole('button', { name: t.plan }))
    fireEvent.click(await screen.findByRole('button', { name: t.start }))
    const sure = await screen.findByRole('dialog', { name: t.startAsk })
    expect(sure.textContent).toContain(number.number)
    fireEvent.click([...sure.querySelectorAll('button')].find((one) => one.textContent === t.start)!)
    await waitFor(() => expect(begun).toEqual([{ carrier: 'south', overlap_s: 3 * 86_400 }]))
  })
  it('of many numbers names the first', () => {
    const many = Array.from({ length: 12 }, (_, at) => ({ ...number, number: `+1500555${at}` }))
    expect(leaving({ numbers: many })).toMatch(/^\+15005550, .*\+15005559, and 2 more$/)
    expect(leaving({ numbers: many.slice(0, 1) })).toBe('+15005550')
  })
  it('says why it stands where it stands, and what it leaves; one that goes says nothing more', () => {
    const goes = {
      reason: null,
      waits_for_notices: false,
      left_out: [],
      undone: 0,
      not_undone: 0,
    } as unknown as Schema['Swap']
    expect(about(goes)).toEqual([])
    const stuck = {
      ...goes,
      reason: 'pairs sit on hubs',
      waits_for_notices: true,
      left_out: [{ id: 'num_9', number: '+15005550109', seats: 2 }],
      undone: 3,
      not_undone: 1,
    }
    expect(about(stuck)).toEqual([
      [text.col.reason, 'pairs sit on hubs'],
      [t.waits, t.waitsWhat],
      [t.leftOut, t.hubLeft('+15005550109', 2)],
      [t.undone, t.undoneRows(3, 1)],
    ])
  })
})
