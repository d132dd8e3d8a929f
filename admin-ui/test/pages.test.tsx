// Every page is drawn from what the document gives as examples.
import { fireEvent, render, screen, waitFor } from '@testing-library/react'
import { createMemoryHistory } from '@tanstack/react-router'
import { readFileSync } from 'node:fs'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { App } from '../src/App'
import { makeRouter, paths } from '../src/router'
import { keepPlace, takePlace } from '../src/session/place'
import { text } from '../src/text'

type Spec = {
  paths: Record<
    string,
    Record<
      string,
      {
        responses: Record<
          string,
          { content?: Record<string, { example?: unknown; schema?: { $ref?: string; example?: unknown } }> }
        >
      }
    >
  >
  components: { schemas: Record<string, { example?: unknown }> }
}
const spec = JSON.parse(readFileSync('../openapi.json', 'utf8')) as Spec
const patterns = Object.entries(spec.paths)
  .map(([path, methods]) => ({ pattern: new RegExp(`^${path.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`), path, methods }))
  .sort((a, b) => a.path.split('{').length - b.path.split('{').length)
const session = {
  user: { id: 'usr_1', name: 'ann', role: 'owner', communities: null, totp: false, has_password: true },
  csrf: 'c',
  may_reveal: true,
  expires_at: '2027-01-01T00:00:00.000Z',
}
const own: Record<string, unknown> = {
  '/v1/session': session,
  '/v1/admin_users': {
    data: [
      { ...session.user, invited: true, disabled: false, created_at: '2026-01-01T00:00:00.000Z', signed_in_at: null },
    ],
    next_cursor: null,
  },
  '/v1/audit_log': {
    data: [
      {
        id: 'aud_1',
        at: '2026-01-01T00:00:00.000Z',
        user: 'usr_1',
        name: 'ann',
        what: 'sign_in',
        on: '/v1/session',
        address: '192.0.2.7',
        status: 200,
      },
    ],
    next_cursor: null,
  },
}
const unanswered: string[] = []

function exampleOf(method: string, path: string): unknown {
  for (const { pattern, methods } of patterns) {
    const content = pattern.test(path)
      ? methods[method.toLowerCase()]?.responses['200']?.content?.['application/json']
      : undefined
    if (content === undefined) continue
    return (
      content.example ??
      content.schema?.example ??
      spec.components.schemas[content.schema?.$ref?.split('/').at(-1) ?? '']?.example
    )
  }
  return undefined
}

function answer(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'Content-Type': status < 400 ? 'application/json' : 'application/problem+json' },
  })
}

let empty = false
let role = 'owner'
beforeEach(() => {
  empty = false
  role = 'owner'
  unanswered.length = 0
  vi.stubGlobal(
    'fetch',
    vi.fn(async (request: Request) => {
      const path = decodeURIComponent(new URL(request.url).pathname)
      if (path === '/v1/session') return answer(200, { ...session, user: { ...session.user, role } })
      const body = own[path] ?? exampleOf(request.method, path)
      if (body === undefined) unanswered.push(path)
      const list = typeof body === 'object' && body !== null && 'data' in body && path !== '/v1/communities'
      return body === undefined
        ? answer(404, { status: 404, code: 'not_found', detail: `no example of ${path}` })
        : answer(200, empty && list ? { data: [], next_cursor: null } : body)
    }),
  )
})

const open = (path: string) =>
  render(<App router={makeRouter(createMemoryHistory({ initialEntries: [path] }))} nonce="" />)
const real = (path: string) =>
  path
    .replace('$community', 'com_1tq3v8r4w0801')
    .replace(/\$(\w+)/g, (_, name: string) => `${name.slice(0, 3)}_1tq3v8r4w0801`)

describe('each page', () => {
  it.each(paths)('%s is drawn', async (path) => {
    open(real(path))
    await waitFor(() => expect(screen.getAllByRole('heading', { level: 1 })).toHaveLength(1))
    await waitFor(() => expect(screen.queryAllByLabelText(text.loading)).toHaveLength(0))
    expect(screen.queryByText(text.errors.page)).toBeNull()
    expect(screen.queryByText(text.errors.title)).toBeNull()
    expect(unanswered).toEqual([])
  })
  it.each(paths.filter((path) => !/\$(?!community)/.test(path)))(
    '%s is drawn when there is nothing yet',
    async (path) => {
      empty = true
      open(real(path))
      await waitFor(() => expect(screen.getAllByRole('heading', { level: 1 })).toHaveLength(1))
      await waitFor(() => expect(screen.queryAllByLabelText(text.loading)).toHaveLength(0))
      expect(screen.queryByText(text.errors.page)).toBeNull()
    },
  )
})

describe('who', () => {
  it('may only look is shown nothing that changes', async () => {
    role = 'viewer'
    open(real('/c/$community/members'))
    await screen.findByRole('table', { name: text.members.title })
    expect(screen.queryByRole('button', { name: text.members.add })).toBeNull()
  })
  it('may change is shown how', async () => {
    role = 'operator'
    open(real('/c/$community/members'))
    expect(await screen.findByRole('button', { name: text.members.add })).toBeTruthy()
  })
  it('follows a link to a new password keeps the name', async () => {
    open('/first?token=t&reset=ann')
    expect(await screen.findByRole('heading', { name: text.session.resetTitle })).toBeTruthy()
    expect(screen.getByLabelText<HTMLInputElement>(text.session.name)).toMatchObject({ value: 'ann', readOnly: true })
    expect(screen.getByLabelText(text.session.totp)).toBeTruthy()
  })
  it('adds an authenticator app says the password first', async () => {
    open('/settings')
    fireEvent.click(await screen.findByRole('button', { name: text.settings.totpBegin }))
    expect(await screen.findByText(text.errors.required)).toBeTruthy()
    expect(vi.mocked(fetch).mock.calls.some(([asked]) => (asked as Request).url.endsWith('/v1/session/totp'))).toBe(
      false,
    )
  })
  it('is not signed in is asked to', async () => {
    vi.stubGlobal(
      'fetch',
      vi.fn(async () => answer(401, { status: 401, code: 'unauthorized', detail: 'sign in' })),
    )
    open('/communities')
    expect(await screen.findByLabelText(new RegExp(`^${text.session.password}`))).toBeTruthy()
  })
  it('may sign in at a provider is shown the way there, and why they came back', async () => {
    const door = { enabled: true, name: 'Sign in with Example' }
    const is = (request: Request) => new URL(request.url).pathname === '/v1/session/oidc'
    vi.stubGlobal(
      'fetch',
      vi.fn(async (request: Request) =>
        is(request) ? answer(200, door) : answer(401, { status: 401, code: 'unauthorized', detail: 'sign in' }),
      ),
    )
    open('/?oidc=stranger')
    const way = await screen.findByRole('link', { name: door.name })
    expect(way.getAttribute('href')).toBe('/v1/session/oidc/start')
    expect(screen.getByText(text.session.provider.faults.stranger)).toBeTruthy()
  })
  it('brings a word of their own into the address is told nothing of it', async () => {
    vi.stubGlobal(
      'fetch',
      vi.fn(async () => answer(401, { status: 401, code: 'unauthorized', detail: 'sign in' })),
    )
    open('/?oidc=__proto__')
    expect(await screen.findByText(text.session.provider.failed)).toBeTruthy()
    expect(screen.queryByRole('link')).toBeNull()
  })
})

describe('where somebody was', () => {
  it('is kept over the way to the provider, once', () => {
    location.hash = '#/c/com_1/members?q=a'
    keepPlace()
    expect(takePlace()).toBe('#/c/com_1/members?q=a')
    expect(takePlace()).toBeNull()
    for (const start of ['', '#/', '#/?oidc=expired']) {
      location.hash = start
      keepPlace()
      expect(takePlace()).toBeNull()
    }
    sessionStorage.setItem('partyline.place', 'https://elsewhere.example/')
    expect(takePlace()).toBeNull()
  })
})
