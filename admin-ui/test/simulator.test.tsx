// The phone simulator, with a phone that is called.
import { fireEvent, render, screen, waitFor, within } from '@testing-library/react'
import { createMemoryHistory } from '@tanstack/react-router'
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { App } from '../src/App'
import { makeRouter } from '../src/router'
import { text } from '../src/text'

const t = text.phones.call
const community = 'com_1'
const stranger = '+12025550199'
const session = {
  user: { id: 'usr_1', name: 'ann', role: 'owner', communities: null, totp: false, has_password: true },
  csrf: 'c',
  may_reveal: true,
  expires_at: '2030-01-01T00:00:00.000Z',
}
const rings = {
  id: 'leg_1',
  direction: 'incoming',
  number: '+14155550101',
  state: 'ringing',
  cause: null,
  sip_status: null,
  reason: null,
  call: 'call_1',
  community,
  started_at: '2026-01-01T00:00:00.000Z',
  answered_at: null,
  ended_at: null,
  packets_sent: 0,
  packets_received: 0,
  packets_heard: 0,
}
const steps = [{ at: '2026-01-01T00:00:00.000Z', leg: 'caller', inbound: true, what: 'INVITE', trunk: 'loopback' }]

// Loaded beforehand: on a busy machine that takes longer than a test waits.
beforeAll(() => import('../src/phones/Phones'), 120_000)

let role = 'owner'
let call: object | null = rings
let broken = false
let posted: string[] = []
beforeEach(() => {
  role = 'owner'
  call = rings
  broken = false
  posted = []
  vi.stubGlobal(
    'fetch',
    vi.fn(async (request: Request) => {
      const path = decodeURIComponent(new URL(request.url).pathname)
      const answer = (status: number, body: unknown) =>
        new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } })
      if (path === '/v1/session') return answer(200, { ...session, user: { ...session.user, role } })
      if (request.method !== 'GET') {
        if (broken) return answer(404, { code: 'not_found', detail: 'the phone is gone' })
        posted.push(`${request.method} ${path} ${await request.text()}`)
        return answer(202, rings)
      }
      if (path === `/v1/loopback/phones/${stranger}/calls`)
        return answer(200, { data: call === null ? [] : [call], next_cursor: null })
      if (path === `/v1/loopback/phones/${stranger}`) return answer(200, { answering: 'person' })
      if (path.endsWith('/calls/call_1')) return answer(200, { id: 'call_1', state: 'ended', steps })
      return answer(200, { data: [], next_cursor: null, id: community, name: 'Demo' })
    }),
  )
})

const open = () =>
  render(
    <App
      router={makeRouter(
        createMemoryHistory({ initialEntries: [`/c/${community}/phones?phones=${encodeURIComponent(stranger)}`] }),
      )}
      nonce=""
    />,
  )
const card = () => screen.findByRole('region', { name: stranger }, { timeout: 10_000 })

describe('a phone in the simulator', () => {
  it('that is called says who, and can be answered or declined', async () => {
    open()
    const phone = within(await card())
    await phone.findByText(t.rings('+14155550101'))
    expect(phone.queryByRole('button', { name: t.hangUp })).toBeNull()
    fireEvent.click(phone.getByRole('button', { name: t.answer }))
    await waitFor(() => expect(posted).toContain(`POST /v1/loopback/phones/${stranger}/calls/leg_1/answer `))
    fireEvent.click(await phone.findByRole('button', { name: t.decline }))
    await waitFor(() => expect(posted).toContain(`POST /v1/loopback/phones/${stranger}/calls/leg_1/decline `))
  })
  it('that talks can hang up, and shows how long and how much was heard', async () => {
    call = {
      ...rings,
      state: 'answered',
      answered_at: rings.started_at,
      packets_sent: 7,
      packets_received: 8,
      packets_heard: 9,
    }
    open()
    const phone = within(await card())
    await phone.findByText(t.talks('+14155550101'))
    expect(phone.getByLabelText(t.talked).textContent).toMatch(/^\d+:\d\d$/)
    expect(phone.getByText(new RegExp(t.sound(7, 8, 9)))).toBeTruthy()
    fireEvent.click(phone.getByRole('button', { name: t.hangUp }))
    await waitFor(() => expect(posted).toContain(`POST /v1/loopback/phones/${stranger}/calls/leg_1/hang_up `))
  })
  it('dials the number that it last had to do with', async () => {
    call = { ...rings, state: 'ended', cause: 'declined' }
    open()
    const phone = within(await card())
    fireEvent.click(await phone.findByRole('button', { name: t.dialTo('+14155550101') }))
    await waitFor(() => expect(posted).toContain(`POST /v1/loopback/phones/${stranger}/calls {"to":"+14155550101"}`))
  })
  it('draws both legs of its call, and leads to it', async () => {
    open()
    const legs = within(await screen.findByRole('region', { name: t.bothLegs }, { timeout: 10_000 }))
    expect((await legs.findAllByText('INVITE')).length).toBeGreaterThan(0)
    expect(legs.getByText(t.wholeCall).closest('a')?.getAttribute('href')).toBe(`/c/${community}/calls/call_1`)
  })
  it('that says STOP leaves the text alone that was begun', async () => {
    open()
    const phone = within(await card())
    fireEvent.change(await phone.findByLabelText(text.phones.text), { target: { value: 'See you at' } })
    await waitFor(() => expect(phone.getByRole<HTMLButtonElement>('button', { name: 'STOP' }).disabled).toBe(false))
    fireEvent.click(phone.getByRole('button', { name: 'STOP' }))
    await waitFor(() =>
      expect(posted).toContain(`POST /v1/loopback/phones/${stranger}/texts {"to":"+14155550101","text":"STOP"}`),
    )
    await phone.findByText(/^STOP$/, { selector: '.bubble' })
    expect(phone.getByLabelText<HTMLInputElement>(text.phones.text).value).toBe('See you at')
  })
  it('says so where the way it answers cannot be set', async () => {
    open()
    const phone = within(await card())
    const way = await phone.findByLabelText(t.answering)
    broken = true
    fireEvent.change(way, { target: { value: 'busy' } })
    expect((await phone.findByRole('alert')).textContent).toContain('the phone is gone')
  })
  it('is not shown to who may not change anything', async () => {
    role = 'viewer'
    open()
    expect(await screen.findByText(text.session.closed)).toBeTruthy()
    expect(screen.queryByRole('button', { name: t.answer })).toBeNull()
    expect(posted).toEqual([])
  })
})
