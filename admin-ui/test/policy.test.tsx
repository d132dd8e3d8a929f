// The policy page: nobody's change is taken back, nothing that was typed is lost, and nothing is not none.
import { fireEvent, render, screen, waitFor } from '@testing-library/react'
import { createMemoryHistory } from '@tanstack/react-router'
import { readFileSync } from 'node:fs'
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { App } from '../src/App'
import { drafts } from '../src/parts/kept'
import { makeRouter } from '../src/router'
import { later } from '../src/text.later'
import { text } from '../src/text'

const t = text.communities
const spec = JSON.parse(readFileSync('../openapi.json', 'utf8')) as {
  components: { schemas: Record<string, { example?: object; properties: Record<string, { examples?: unknown[] }> }> }
}
const example = Object.fromEntries(
  Object.entries(spec.components.schemas['Policy']?.properties ?? {}).map(([name, one]) => [name, one.examples?.[0]]),
)
const label = (name: string) => later.policy.fields[name]?.[0] ?? name
let policy: Record<string, unknown> = {}
let version = 1
let role = 'owner'
let sent: { body: unknown; tag: string | null }[] = []

beforeAll(() => import('../src/communities/Policy'), 120_000)
beforeEach(() => {
  drafts.clear()
  policy = {
    ...example,
    cool_down_s: 60,
    pair_memory_s: 120,
    deadline_s: 180,
    texting_from: '08:00',
    texting_until: '21:00',
    texting_days: ['mon'],
    time_zone: 'UTC',
  }
  for (const word of ['list', 'more', 'add', 'drop', 'block', 'unblock', 'help']) policy[`desk_${word}_word`] = word
  version = 1
  role = 'owner'
  sent = []
  vi.stubGlobal(
    'fetch',
    vi.fn(async (request: Request) => {
      const path = new URL(request.url).pathname
      const answer = (status: number, body: unknown, tag = '') =>
        new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json', ETag: tag } })
      const user = { id: 'usr_1', name: 'ann', role, communities: null, totp: false, has_password: true }
      if (path === '/v1/session') return answer(200, { user, csrf: 'c', may_reveal: true, expires_at: '2030-01-01' })
      if (path !== '/v1/communities/com_1') return answer(200, { data: [], next_cursor: null })
      const whole = () => ({ id: 'com_1', name: 'Riders', policy, created_at: '2026-01-01T00:00:00Z' })
      if (request.method !== 'PATCH') return answer(200, whole(), `"${version}"`)
      const body = (await request.json()) as { policy: object }
      const tag = request.headers.get('if-match')
      sent.push({ body, tag })
      if (tag !== `"${version}"`) return answer(412, { code: 'changed_meanwhile', detail: 'changed' })
      policy = { ...policy, ...body.policy }
      version += 1
      return answer(200, whole(), `"${version}"`)
    }),
  )
})

const open = () =>
  render(<App router={makeRouter(createMemoryHistory({ initialEntries: ['/c/com_1/policy'] }))} nonce="" />)
const field = (name: string) => screen.findByLabelText<HTMLInputElement>(label(name), {}, { timeout: 10_000 })
const type = async (name: string, value: string) => fireEvent.change(await field(name), { target: { value } })
const save = () => fireEvent.click(screen.getByRole('button', { name: text.form.save }))

describe('the policy', () => {
  it('that a colleague has changed is not put back: both changes are shown, and saved at the second try', async () => {
    open()
    await type('cool_down_s', '90')
    policy = { ...policy, pair_memory_s: 500 }
    version = 2
    save()
    expect((await screen.findByRole('alert')).textContent).toContain(later.policy.movedOn(label('pair_memory_s')))
    expect((await field('pair_memory_s')).value).toBe('500')
    expect((await field('cool_down_s')).value).toBe('90')
    save()
    await waitFor(() => expect(policy).toMatchObject({ cool_down_s: 90, pair_memory_s: 500 }))
    expect(sent).toEqual([
      { body: { policy: { cool_down_s: 90 } }, tag: '"1"' },
      { body: { policy: { cool_down_s: 90 } }, tag: '"2"' },
    ])
    await waitFor(() => expect(drafts.size).toBe(0))
  })
  it('that a colleague has changed is not put back from the JSON either', async () => {
    open()
    fireEvent.click(await screen.findByRole('tab', { name: t.json }, { timeout: 10_000 }))
    const whole = await screen.findByLabelText<HTMLTextAreaElement>(t.jsonLabel)
    fireEvent.change(whole, { target: { value: JSON.stringify({ ...policy, cool_down_s: 90 }) } })
    policy = { ...policy, pair_memory_s: 500 }
    version = 2
    save()
    expect(await screen.findByText(later.policy.movedOn(label('pair_memory_s')))).toBeTruthy()
    expect(JSON.parse(whole.value)).toMatchObject({ cool_down_s: 90, pair_memory_s: 500 })
    save()
    await waitFor(() => expect(policy).toMatchObject({ cool_down_s: 90, pair_memory_s: 500 }))
  })
  it('keeps what was typed over a look at the JSON and over the end of a session, until somebody signs out', async () => {
    const page = open()
    await type('cool_down_s', '90')
    fireEvent.click(screen.getByRole('tab', { name: t.json }))
    fireEvent.click(screen.getByRole('tab', { name: t.form }))
    expect((await field('cool_down_s')).value).toBe('90')
    page.unmount()
    open()
    expect((await field('cool_down_s')).value).toBe('90')
    fireEvent.click(screen.getByRole('button', { name: text.session.signOut }))
    await waitFor(() => expect(drafts.size).toBe(0))
  })
  it('does not take an emptied field for none', async () => {
    open()
    await type('cool_down_s', '')
    save()
    expect(await screen.findByText(text.errors.required)).toBeTruthy()
    expect(sent).toEqual([])
  })
  it('is opened group by group by who may only look, and changed by nobody of them', async () => {
    role = 'viewer'
    open()
    const group = await screen.findByRole('button', { name: later.policy.groups.kept }, { timeout: 10_000 })
    expect(group.closest('fieldset')).toBeNull()
    fireEvent.click(group)
    await waitFor(() => expect(group.getAttribute('aria-expanded')).toBe('true'))
    expect((await field('cool_down_s')).closest('fieldset')?.disabled).toBe(true)
    expect(screen.queryByRole('button', { name: text.form.save })).toBeNull()
  })
})
