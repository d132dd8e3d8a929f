// Dialogs that edit: only what was changed is sent, over what was seen, and an emptied field is not none.
import { fireEvent, render, screen, waitFor, within } from '@testing-library/react'
import { createMemoryHistory } from '@tanstack/react-router'
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { App } from '../src/App'
import { makeRouter } from '../src/router'
import { later } from '../src/text.later'
import { text } from '../src/text'

const t = later.campaigns
const user = { id: 'usr_1', name: 'ann', role: 'owner', communities: null, totp: false, has_password: true }
const at = '/v1/communities/com_1'
const created_at = '2026-01-01T00:00:00.000Z'
type Row = Record<string, unknown>
const campaign = { id: 'cmp_1', name: 'North', pool: null, rate_per_s: 5, texts_per_day: 100, created_at }
const number = {
  id: 'num_1',
  pool: 'pol_1',
  number: '+15005550107',
  carrier: 'loopback',
  capabilities: ['sms', 'voice'],
  region: 'US',
  rate_per_s: 1,
  texts_per_day: 0,
  campaign: null,
  state: 'active',
  desk: false,
  hub: false,
  seats: 0,
  assignments: 3,
  created_at,
}
const endpoint = {
  id: 'end_1',
  app: null,
  url: 'https://app.example.org/callbacks',
  description: 'chat',
  events: [],
  intercepts: false,
  strangers: false,
  state: 'active',
  disabled_reason: null,
  failures: 0,
  open_until: null,
  created_at,
  updated_at: created_at,
}
const member = { id: 'mem_1', name: 'Ada', devices: [], guest: false, listed: true, time_zone: null, created_at }
/** Where each is, and in which list. */
const places: Record<string, string> = {
  [`${at}/campaigns/cmp_1`]: `${at}/campaigns`,
  [`${at}/numbers/num_1`]: `${at}/numbers`,
  [`${at}/callback_endpoints/end_1`]: `${at}/callback_endpoints`,
  [`${at}/members/mem_1`]: `${at}/members`,
}

let rows: Record<string, Row> = {}
let version = 1
let sent: { body: unknown; tag: string | null }[] = []
/** What happens to the thing while a change of it is on its way. */
let meanwhile: (() => void) | null = null

/** Somebody else changes it. */
function colleague(path: string, change: Row) {
  rows[path] = { ...rows[path], ...change }
  version += 1
}

beforeAll(
  () =>
    Promise.all([
      import('../src/campaigns/Campaigns'),
      import('../src/pools/Pools'),
      import('../src/callbacks/Callbacks'),
      import('../src/members/Member'),
    ]),
  120_000,
)
beforeEach(() => {
  const [first, second, third, fourth] = Object.keys(places) as [string, string, string, string]
  rows = { [first]: campaign, [second]: number, [third]: endpoint, [fourth]: member }
  version = 1
  sent = []
  meanwhile = null
  vi.stubGlobal(
    'fetch',
    vi.fn(async (request: Request) => {
      const path = new URL(request.url).pathname
      const answer = (body: unknown, status = 200) =>
        new Response(JSON.stringify(body), {
          status,
          headers: { 'Content-Type': 'application/json', ETag: `"${version}"` },
        })
      if (path === '/v1/session') return answer({ user, csrf: 'c', may_reveal: true, expires_at: '2030-01-01' })
      if (request.method === 'PATCH') {
        const [body, tag] = [(await request.json()) as Row, request.headers.get('if-match')]
        sent.push({ body, tag })
        meanwhile?.()
        meanwhile = null
        if (tag !== `"${version}"`) return answer({ code: 'changed_meanwhile', detail: 'it was changed' }, 412)
        colleague(path, body)
        return answer(rows[path])
      }
      if (rows[path] !== undefined) return answer(rows[path])
      const listed = Object.entries(places).filter(([, list]) => list === path)
      const pool = { id: 'pol_1', name: 'main', created_at }
      const data = path === `${at}/pools` ? [pool] : listed.map(([one]) => rows[one])
      return answer({ data, next_cursor: null })
    }),
  )
})

const open = (page: string) =>
  render(<App router={makeRouter(createMemoryHistory({ initialEntries: [page] }))} nonce="" />)
/** Opens a dialog by the first button of that name. */
async function dialogOf(page: string, button: string, title: string) {
  open(page)
  fireEvent.click((await screen.findAllByRole('button', { name: button }, { timeout: 10_000 }))[0]!)
  return within(await screen.findByRole('dialog', { name: title }))
}
type Dialog = Awaited<ReturnType<typeof dialogOf>>
/** Of a field that is required the label ends in a star. */
const named = (label: string) => (said: string) => said === label || said === `${label} *`
const type = (dialog: Dialog, label: string, value: string) =>
  fireEvent.change(dialog.getByLabelText(named(label)), { target: { value } })
const save = (dialog: Dialog) => fireEvent.click(dialog.getByRole('button', { name: text.form.save }))
const value = (dialog: Dialog, label: string) => dialog.getByLabelText<HTMLInputElement>(named(label)).value
const gone = () => waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())

describe('editing a campaign', () => {
  const path = `${at}/campaigns/cmp_1`
  const edit = () => dialogOf('/c/com_1/campaigns', t.edit, t.editOf('North'))

  it('sends only what was changed, and never an emptied field as no limit', async () => {
    const dialog = await edit()
    type(dialog, text.pools.rate, '')
    save(dialog)
    expect(await dialog.findByText(text.errors.required)).toBeTruthy()
    expect(sent).toEqual([])
    type(dialog, text.pools.rate, '7')
    save(dialog)
    await gone()
    expect(sent).toEqual([{ body: { rate_per_s: 7 }, tag: '"1"' }])
  })
  it('that a colleague has changed puts nothing back: both changes are shown, and saved at the second try', async () => {
    const dialog = await edit()
    type(dialog, text.pools.rate, '7')
    colleague(path, { texts_per_day: 500, rate_per_s: 9 })
    save(dialog)
    const theirs = [text.pools.rate, t.perDay].join(text.comma)
    expect((await dialog.findByRole('alert')).textContent).toContain(later.form.movedOn(theirs))
    expect([value(dialog, text.pools.rate), value(dialog, t.perDay)]).toEqual(['7', '500'])
    expect(sent).toEqual([])
    save(dialog)
    await gone()
    expect(rows[path]).toMatchObject({ rate_per_s: 7, texts_per_day: 500 })
  })
  it('that a colleague changes while it is sent is told as well', async () => {
    const dialog = await edit()
    type(dialog, text.pools.rate, '7')
    meanwhile = () => colleague(path, { name: 'South' })
    save(dialog)
    expect((await dialog.findByRole('alert')).textContent).toContain(later.form.movedOn(text.col.name))
    expect(rows[path]).toMatchObject({ name: 'South', rate_per_s: 5 })
    save(dialog)
    await gone()
    expect(rows[path]).toMatchObject({ name: 'South', rate_per_s: 7 })
  })
})

describe('editing a number', () => {
  it('is not hindered by pairs that come meanwhile', async () => {
    const path = `${at}/numbers/num_1`
    const dialog = await dialogOf('/c/com_1/pools', later.number.edit, later.number.editOf(number.number))
    type(dialog, text.pools.dayCap, '200')
    colleague(path, { assignments: 4 })
    meanwhile = () => colleague(path, { assignments: 5 })
    save(dialog)
    await gone()
    expect(sent).toEqual([
      { body: { texts_per_day: 200 }, tag: '"2"' },
      { body: { texts_per_day: 200 }, tag: '"3"' },
    ])
    expect(rows[path]).toMatchObject({ assignments: 5, texts_per_day: 200 })
  })
})

describe('editing an endpoint', () => {
  it('that a colleague has changed puts nothing back', async () => {
    const path = `${at}/callback_endpoints/end_1`
    const dialog = await dialogOf('/c/com_1/callbacks', later.endpoint.edit, later.endpoint.editOf)
    type(dialog, text.callbacks.description, 'chat server')
    colleague(path, { intercepts: true })
    save(dialog)
    const said = later.form.movedOn(later.endpoint.intercepts)
    expect((await dialog.findByRole('alert')).textContent).toContain(said)
    expect(sent).toEqual([])
    save(dialog)
    await gone()
    expect(sent).toEqual([{ body: { description: 'chat server' }, tag: '"2"' }])
    expect(rows[path]).toMatchObject({ intercepts: true, description: 'chat server' })
  })
})

describe('editing a member', () => {
  it('that a colleague has changed puts nothing back', async () => {
    const path = `${at}/members/mem_1`
    const dialog = await dialogOf('/c/com_1/members/mem_1', text.members.edit, text.members.edit)
    type(dialog, text.col.name, 'Ada L.')
    colleague(path, { listed: false, name: 'Ada B.' })
    save(dialog)
    const said = later.form.movedOn([text.col.name, text.members.listed].join(text.comma))
    expect((await dialog.findByRole('alert')).textContent).toContain(said)
    expect(value(dialog, text.col.name)).toBe('Ada L.')
    save(dialog)
    await gone()
    expect(sent).toEqual([{ body: { name: 'Ada L.' }, tag: '"2"' }])
    expect(rows[path]).toMatchObject({ listed: false, name: 'Ada L.' })
  })
})
