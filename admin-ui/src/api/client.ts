// The one way to the API: typed by the document, with the session's cookie and its CSRF token.
import createClient, { type Middleware } from 'openapi-fetch'
import type { components, paths } from './schema'
import { text } from '../text'
import { settle, take, unsure } from './attempts'

export type Schema = components['schemas']
export type Problem = Schema['Problem']
export type Page<Row> = { data: Row[]; next_cursor?: string | null }

/** What the API answered instead of what was asked for, in its own words. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    readonly field: string | null,
    readonly requestId: string | null,
  ) {
    super(detail)
    this.name = 'ApiError'
  }
}

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])
let csrf: string | null = null
let ended: () => void = () => {}

export function setCsrf(token: string | null): void {
  // Keys of requests are those of who signed in.
  if (token !== csrf) settle()
  csrf = token
}

/** Called when the API no longer knows the session. */
export function onSessionEnd(what: () => void): void {
  ended = what
}

/** For what learns it in another way than by an answer to `ask` or `raw`. */
export const sessionEnded = (): void => ended()

const guard: Middleware = {
  onRequest({ request }) {
    if (csrf !== null && !SAFE.has(request.method)) request.headers.set('X-CSRF-Token', csrf)
    return request
  },
}

// Looked up at each call, so that tests may put another one in its place.
async function fetchNow(request: Request): Promise<Response> {
  const attempt = await take(request)
  const response = await globalThis.fetch(request)
  if (attempt !== null && !(await unsure(response))) settle(attempt)
  return response
}

export const api = createClient<paths>({ baseUrl: origin(), credentials: 'same-origin', fetch: fetchNow })
api.use(guard)

function origin(): string {
  return typeof location === 'undefined' || location.origin === 'null' ? '' : location.origin
}

type Answer<Data> = { data?: Data; error?: unknown; response: Response }

/** The data of an answer, or an ApiError. */
export const ask = async <Data>(asked: Promise<Answer<Data>>): Promise<Data> => (await answerOf(asked)).data as Data

export type Tagged<Data> = { data: Data; tag: string | null }

/** The same with its entity tag, which goes back as `If-Match` with a change of what was seen. */
export async function askTagged<Data>(asked: Promise<Answer<Data>>): Promise<Tagged<Data>> {
  const { data, response } = await answerOf(asked)
  return { data: data as Data, tag: response.headers.get('ETag') }
}

export const ifMatch = (tag: string | null): Record<string, string> => (tag === null ? {} : { 'If-Match': tag })

/** Whether it is no longer as `If-Match` says. */
export const changedMeanwhile = (thrown: unknown): boolean => thrown instanceof ApiError && thrown.status === 412

async function answerOf<Data>(asked: Promise<Answer<Data>>): Promise<Answer<Data>> {
  let answer: Answer<Data>
  try {
    answer = await asked
  } catch {
    throw new ApiError(0, 'no_answer', text.errors.noAnswer, null, null)
  }
  if (answer.response.ok) return answer
  const failed = asError(answer.response.status, answer.error)
  if (failed.status === 401) ended()
  throw failed
}

/** For paths that the document does not hold. */
export async function raw<Data>(method: string, path: string, body?: unknown): Promise<Data> {
  const headers = new Headers({ Accept: 'application/json' })
  if (body !== undefined) headers.set('Content-Type', 'application/json')
  if (csrf !== null && !SAFE.has(method)) headers.set('X-CSRF-Token', csrf)
  const request = new Request(origin() + path, {
    method,
    headers,
    credentials: 'same-origin',
    body: body === undefined ? undefined : JSON.stringify(body),
  })
  let response: Response
  try {
    response = await fetchNow(request)
  } catch {
    throw new ApiError(0, 'no_answer', text.errors.noAnswer, null, null)
  }
  const said = await response.text()
  let read: unknown = undefined
  try {
    read = said === '' ? undefined : JSON.parse(said)
  } catch {
    read = said
  }
  if (response.ok) return read as Data
  const failed = asError(response.status, read)
  // Of who is about to sign in there is no session to end: that is another 401.
  if (failed.status === 401 && failed.code === 'unauthorized') ended()
  throw failed
}

export function asError(status: number, said: unknown): ApiError {
  if (typeof said === 'object' && said !== null && 'detail' in said) {
    const problem = said as Partial<Problem>
    return new ApiError(
      status,
      problem.code ?? '',
      problem.detail ?? '',
      problem.field ?? null,
      problem.request_id ?? null,
    )
  }
  return new ApiError(status, '', text.errors.status(status), null, null)
}

/** A sentence for anything that was thrown. */
export function sentence(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
