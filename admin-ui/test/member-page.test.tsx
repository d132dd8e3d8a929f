// A member's page: whose number is shown, who is blocked, and what who may not take is not offered.
import { fireEvent, render, screen, waitFor, within } from '@testing-library/react'
import { createMemoryHistory } from '@tanstack/react-router'
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { App } from '../src/App'
import { makeRouter } from '../src/router'
import { later } from '../src/text.later'
import { text } from '../src/text'

const t = text.members
const device = {
  id: 'dev_1',
  kind: 'phone',
  phone: '+1 415 ••• ••01',
  region: 'US',
  texts_to: null,
  frozen_at: null,
  stopped_all: false,
}
const contact = {
  id: 'cnt_1',
  member: 'mem_1',
  contact: 'mem_2',
  number: '+15005550107',
  tag: null,
  mirror_number: '+15005550108',
  mirror_tag: null,
  origin: 'chosen',
  pending: false,
  blocked: false,
  stopped: false,
  created_at: '2026-01-01T00:00:00.000Z',
}
const ada = { id: 'mem_1', name: 'Ada', devices: [device], guest: false, listed: true, created_at: '2026-01-01' }
const ben = { ...ada, id: 'mem_2', name: 'Ben', devices: [] }
let may_reveal = true
let role = 'owner'
let masked = device.phone
let sent: string[] = []
let asked: string[] = []

beforeAll(() => import('../src/members/Member'), 120_000)
beforeEach(() => {
  may_reveal = true
  role = 'owner'
  masked = device.phone
  sent = []
  asked = []
  vi.stubGlobal(
    'fetch',
    vi.fn(async (request: Request) => {
      const { pathname: path, search } = new URL(request.url)
      const answer = (body: unknown) =>
        new Response(JSON.stringify(body), { status: 200, headers: { 'Content-Type': 'application/json' } })
      const user = { id: 'usr_1', name: 'ann', role, communities: null, totp: false, has_password: true }
      if (path === '/v1/session') return answer({ user, csrf: 'c', may_reveal, expires_at: '2030-01-01' })
      if (request.method !== 'GET') {
        sent.push(`${request.method} ${path} ${await request.text()}`)
        return answer({})
      }
      asked.push(path + search)
      const phone = request.headers.get('x-reveal') === '1' ? '+14155550101' : masked
      const whole = { ...ada, devices: [{ ...device, phone }] }
      if (path.endsWith('/members/mem_1')) return answer(whole)
      if (path.endsWith('/members')) return answer({ data: [whole, ben], next_cursor: null })
      if (path.endsWith('/members/mem_1/contacts')) return answer({ data: [contact], next_cursor: null })
      return answer({ data: [], next_cursor: null })
    }),
  )
})

const open = (search = '') =>
  render(
    <App router={makeRouter(createMemoryHistory({ initialEntries: [`/c/com_1/members/mem_1${search}`] }))} nonce="" />,
  )
const tab = async (name: string) => fireEvent.click(await screen.findByRole('tab', { name }, { timeout: 10_000 }))

describe("a member's page", () => {
  it('shows a real number until the phone is another one', async () => {
    open()
    await tab(t.devices)
    fireEvent.click(await screen.findByRole('button', { name: t.show }))
    await screen.findByText('+14155550101')
    masked = '+1 415 ••• ••77'
    // Anything that fetches the member anew: here a freeze.
    fireEvent.click(screen.getByRole('button', { name: t.freeze }))
    const sure = within(await screen.findByRole('dialog', { name: t.freezeAsk }))
    fireEvent.click(sure.getByRole('button', { name: t.freeze }))
    await screen.findByText(masked)
    expect(screen.queryByText('+14155550101')).toBeNull()
    expect(screen.getByRole('button', { name: t.show })).toBeTruthy()
  })
  it('asks before somebody is blocked, and says whom', async () => {
    open()
    await tab(t.contacts)
    const list = await screen.findByRole('table', { name: t.contacts })
    fireEvent.click(await within(list).findByRole('button', { name: t.block }))
    expect(sent).toEqual([])
    const sure = await screen.findByRole('dialog', { name: t.blockAsk })
    await waitFor(() => expect(sure.textContent).toContain('Ben'))
    expect(sure.textContent).toContain(contact.number)
    fireEvent.click(within(sure).getByRole('button', { name: t.block }))
    await waitFor(() =>
      expect(sent).toEqual(['PATCH /v1/communities/com_1/members/mem_1/contacts/mem_2 {"blocked":true}']),
    )
  })
  it('searches the contacts by what is in the address', async () => {
    open('?contact=mem_2&origin=received&blocked=true&stopped=false&pending=perhaps')
    await tab(t.contacts)
    const where = '/v1/communities/com_1/members/mem_1/contacts?'
    await waitFor(() => {
      const last = new URLSearchParams(asked.findLast((one) => one.startsWith(where))?.slice(where.length))
      last.delete('limit')
      expect(Object.fromEntries(last)).toEqual({
        contact: 'mem_2',
        origin: 'received',
        blocked: 'true',
        stopped: 'false',
      })
    })
  })
  it('offers the file of all that is held only to who may see real numbers', async () => {
    open()
    await tab(later.data.title)
    expect(await screen.findByRole('button', { name: later.data.download })).toBeTruthy()
  })
  it('offers it to nobody else', async () => {
    role = 'viewer'
    may_reveal = false
    open()
    await tab(later.data.title)
    await screen.findByText(later.data.optInsOf('Ada'))
    expect(screen.queryByRole('button', { name: later.data.download })).toBeNull()
  })
})
