// Serves dist/ at /admin as the broker does (nonce, strict policy), and passes all else on to a broker: with an admin key,
// for looking at the pages while there is no one to sign in as; without one as it comes, for signing in to the broker itself.
//   node e2e/gateway.mjs --broker http://127.0.0.1:8080 [--key pl_…] [--port 8095] [--role owner]
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createServer, request } from 'node:http'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    broker: { type: 'string', default: 'http://127.0.0.1:8080' },
    key: { type: 'string', default: '' },
    port: { type: 'string', default: '8095' },
    role: { type: 'string', default: 'owner' },
  },
})
const dist = fileURLToPath(new URL('../dist/', import.meta.url))
const TYPES = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.html': 'text/html; charset=utf-8',
}
let session = null

const json = (answer, status, body) => {
  answer.writeHead(status, { 'Content-Type': status >= 400 ? 'application/problem+json' : 'application/json' })
  answer.end(body === undefined ? '' : JSON.stringify(body))
}
const problem = (answer, status, code, detail, field) =>
  json(answer, status, {
    type: `urn:partyline:problem:${code}`,
    title: code,
    status,
    code,
    detail,
    field,
    request_id: 'req-1',
  })
const read = async (asked) => {
  const parts = []
  for await (const part of asked) parts.push(part)
  return Buffer.concat(parts)
}
const begin = (name) =>
  (session = {
    user: { id: 'usr_1', name, role: values.role, communities: null, totp: false, has_password: true },
    csrf: randomBytes(16).toString('hex'),
    may_reveal: values.role !== 'viewer',
    expires_at: new Date(Date.now() + 43_200_000).toISOString(),
  })
const isIn = (asked) => session !== null && (asked.headers.cookie ?? '').includes(`partyline_session=${session.csrf}`)
const users = () => [
  {
    ...session.user,
    invited: false,
    disabled: false,
    created_at: new Date().toISOString(),
    signed_in_at: new Date().toISOString(),
  },
]
const log = []

async function people(asked, answer, path) {
  const body = asked.method === 'POST' ? JSON.parse((await read(asked)).toString() || '{}') : {}
  if (path === '/v1/session/first' || (path === '/v1/session' && asked.method === 'POST')) {
    if (body.password === 'wrong password')
      return problem(answer, 401, 'unauthorized', 'the name or the password is wrong')
    log.unshift({
      id: `aud_${log.length}`,
      at: new Date().toISOString(),
      user: 'usr_1',
      name: body.name,
      what: 'sign_in',
      on: path,
      address: '127.0.0.1',
      status: 200,
    })
    answer.setHeader('Set-Cookie', `partyline_session=${begin(body.name).csrf}; HttpOnly; SameSite=Strict; Path=/`)
    return json(answer, 200, session)
  }
  if (!isIn(asked)) return problem(answer, 401, 'unauthorized', 'nobody is signed in')
  if (path === '/v1/session' && asked.method === 'GET') return json(answer, 200, session)
  if (path === '/v1/session' && asked.method === 'DELETE') {
    session = null
    return json(answer, 204)
  }
  if (path === '/v1/admin_users') return json(answer, 200, { data: users(), next_cursor: null })
  if (path === '/v1/audit_log') return json(answer, 200, { data: log, next_cursor: null })
  return json(answer, 204)
}

function pass(asked, answer) {
  if (values.key === '') return hand(asked, answer, asked.headers)
  const safe = asked.method === 'GET'
  if (!isIn(asked)) return problem(answer, 401, 'unauthorized', 'nobody is signed in')
  if (!safe && asked.headers['x-csrf-token'] !== session.csrf)
    return problem(answer, 403, 'forbidden', 'the X-CSRF-Token is not that of the session')
  const { cookie: _, host: __, ...headers } = asked.headers
  return hand(asked, answer, { ...headers, authorization: `Bearer ${values.key}` })
}

function hand(asked, answer, headers) {
  const on = request(new URL(asked.url, values.broker), { method: asked.method, headers }, (from) => {
    answer.writeHead(from.statusCode, from.headers)
    from.pipe(answer)
  })
  on.on('error', () => answer.destroy())
  answer.on('close', () => on.destroy())
  asked.pipe(on)
}

async function file(answer, path) {
  const name = normalize(path.replace(/^\/admin\/?/, '') || 'index.html')
  const asset = extname(name) !== '' && !name.startsWith('..')
  const nonce = randomBytes(18).toString('base64url')
  const own = `'self' 'nonce-${nonce}'`
  const policy = `default-src 'none'; script-src ${own}; style-src ${own}; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`
  try {
    const bytes = await readFile(join(dist, asset ? name : 'index.html'))
    const type = TYPES[asset ? extname(name) : '.html'] ?? 'application/octet-stream'
    answer.writeHead(200, { 'Content-Type': type, 'Content-Security-Policy': policy, 'Cache-Control': 'no-store' })
    answer.end(type.startsWith('text/html') ? bytes.toString().replaceAll('__NONCE__', nonce) : bytes)
  } catch {
    problem(answer, 404, 'no_such_path', 'there is no such file')
  }
}

createServer((asked, answer) => {
  const path = new URL(asked.url, 'http://here').pathname
  const done = path.startsWith('/admin')
    ? file(answer, path)
    : values.key !== '' && /^\/v1\/(session|admin_users|audit_log)/.test(path)
      ? people(asked, answer, path)
      : pass(asked, answer)
  Promise.resolve(done).catch((error) => problem(answer, 500, 'internal', String(error)))
}).listen(Number(values.port), '127.0.0.1', () => console.log(`http://127.0.0.1:${values.port}/admin/`))
