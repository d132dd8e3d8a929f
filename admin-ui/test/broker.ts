// A broker for tests of whole pages: it answers what a test gives it, and empty lists to all else.
import { vi } from 'vitest'

export type Told = unknown | ((url: URL, request: Request) => unknown)

export const session = {
  user: { id: 'usr_1', name: 'ann', role: 'owner', communities: null, totp: false, has_password: true },
  csrf: 'c',
  may_reveal: true,
  expires_at: '2027-01-01T00:00:00.000Z',
}

export class Refusal {
  constructor(
    readonly status: number,
    readonly detail: string,
  ) {}
}

/** Gives what is asked; the answers are by path, or by method and path. */
export function broker(answers: Record<string, Told> = {}): Request[] {
  const asked: Request[] = []
  const known: Record<string, Told> = {
    '/v1/session': session,
    '/v1/communities': {
      data: ['com_a', 'com_b'].map((id) => ({ id, name: `Community ${id}` })),
      next_cursor: null,
    },
    ...answers,
  }
  vi.stubGlobal(
    'fetch',
    vi.fn(async (request: Request) => {
      asked.push(request)
      const url = new URL(request.url)
      const told = known[`${request.method} ${url.pathname}`] ?? known[url.pathname]
      const body = typeof told === 'function' ? await told(url, request) : (told ?? { data: [], next_cursor: null })
      const refused = body instanceof Refusal
      return new Response(
        JSON.stringify(refused ? { status: body.status, code: 'x', detail: body.detail } : body),
        refused
          ? { status: body.status, headers: { 'Content-Type': 'application/problem+json' } }
          : { status: 200, headers: { 'Content-Type': 'application/json' } },
      )
    }),
  )
  return asked
}
