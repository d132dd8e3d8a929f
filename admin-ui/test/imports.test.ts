import { describe, expect, it } from 'vitest'
import { cut, decode, fields, fileOf, lineInFile, look, nameOf } from '../src/imports/file'
import { goesOn, run, sum, type Door, type Import, type Progress } from '../src/imports/run'

describe('a line of a file', () => {
  it.each([
    ['Ann,+14155550101', ['Ann', '+14155550101']],
    ['"Doe, Jane" , e2', ['Doe, Jane', 'e2']],
    ['"the ""one""",', ['the "one"', '']],
    [' Ann ,', ['Ann', '']],
  ])('%s is cut where the broker cuts it', (line, cutUp) => expect(fields(line)).toEqual(cutUp))
  it('whose quote stays open is none', () => expect(fields('"Ann,+1')).toBeNull())
})

describe('the header of a file', () => {
  const wrong = (kind: 'members' | 'contacts', content: string) => look(kind, content).wrong
  it('may name the columns in any case and order, with a mark of the byte order before', () => {
    expect(wrong('members', '\uFEFFPhones,NAME\r\n+1,Ann\r\n')).toEqual([])
    expect(wrong('contacts', 'contact,member\ne1,e2')).toEqual([])
  })
  it('is told what it lacks, what is not known and what is there twice', () => {
    expect(wrong('members', 'phone,Full name,phones\n1,2,3')).toEqual([
      { why: 'unknown_column', column: 'Full name', at: 2 },
      { why: 'column_twice', column: 'phone' },
      { why: 'column_lacking', column: 'name' },
    ])
    expect(wrong('contacts', 'member\ne1')).toEqual([{ why: 'column_lacking', column: 'contact' }])
  })
  it('needs rows below it', () => {
    expect(wrong('members', '')).toContainEqual({ why: 'empty' })
    expect(wrong('members', 'name,phone\n\n  \n')).toEqual([{ why: 'no_rows' }])
  })
  it('with semicolons or tabs is understood, and sent with commas', () => {
    expect(look('members', 'name;phone;reference\nDoe, Jane;"+1;+2";e1').lines).toEqual([
      'name,phone,reference',
      '"Doe, Jane",+1;+2,e1',
    ])
    expect(look('contacts', 'member\tcontact\ne1\te2').lines[1]).toBe('e1,e2')
  })
})

describe('the rows of a file', () => {
  it('that will be refused are told by their lines', () => {
    const looked = look('members', 'name,phone,reference\nAnn,+1,\n\nBob,,\n,+2,\nCid,+3\n"Dan,+4,\n')
    expect(looked.rows).toBe(5)
    expect(looked.doubts).toEqual([
      { why: 'no_key', lines: [4] },
      { why: 'no_name', lines: [5] },
      { why: 'fields', lines: [6] },
      { why: 'unclosed', lines: [7] },
    ])
  })
})

describe('a long file', () => {
  const lines = [
    'name,phone',
    ...Array.from({ length: 5000 }, (_, n) => `"Ann ${n}",+1415555${String(n).padStart(4, '0')}`),
  ]
  const parts = cut(lines)
  it('is cut into parts that fit into a request, each with the header', () => {
    expect(parts.length).toBeGreaterThan(2)
    for (const part of parts) {
      expect(new TextEncoder().encode(JSON.stringify(part.content)).length).toBeLessThan(61_000)
      expect(part.content.startsWith('name,phone\n')).toBe(true)
    }
    expect(parts.reduce((all, part) => all + part.rows, 0)).toBe(5000)
  })
  it('is told by the lines of the whole', () => {
    const second = parts[1]
    const row = second?.content.split('\n')[1] ?? ''
    expect(lines[lineInFile(second ?? parts[0]!, 2) - 1]).toBe(row)
    expect(lineInFile(parts[0]!, 7)).toBe(7)
  })
  it('is known again by the name of a part', () => {
    expect(nameOf('members.csv', 1, 3)).toBe('members.csv (2/3)')
    expect(fileOf(nameOf('members.csv', 1, 3))).toBe('members.csv')
    expect(nameOf('members.csv', 0, 1)).toBe('members.csv')
  })
  it('of one part is sent as it is', () =>
    expect(cut(['name', 'Ann', '', 'Bob'])).toEqual([{ content: 'name\nAnn\n\nBob\n', firstLine: 2, rows: 2 }]))
})

it('reads a file as spreadsheets save it, and says where it is no text', () => {
  expect(decode(new Uint8Array([0xff, 0xfe, 0x41, 0, 0xe4, 0]))).toBe('Aä')
  expect(decode(new TextEncoder().encode('Zoë'))).toBe('Zoë')
  expect(decode(new Uint8Array([0x5a, 0x6f, 0xeb]))).toBeNull()
})

const one = (change: Partial<Import>): Import => ({
  id: 'imp_1',
  kind: 'members',
  mode: 'per_row',
  dry_run: false,
  name: 'm.csv',
  state: 'done',
  failure: null,
  size: 100,
  done: 100,
  next_line: 11,
  added: 10,
  unchanged: 0,
  refused: 0,
  began_at: '2026-01-01T00:00:00.000Z',
  changed_at: '2026-01-01T00:00:00.000Z',
  ...change,
})
const order = { kind: 'members', mode: 'per_row', region: 'US', dry_run: false } as const
const parts = [
  { content: 'a', firstLine: 2, rows: 10 },
  { content: 'b', firstLine: 12, rows: 10 },
]
const begun: Progress = { order, parts, sent: [], refused: [], state: 'running', failed: null }

/** A broker that answers each question with the next of these. */
function door(answers: Record<'send' | 'get', (Import | Error)[]>): Door & { asked: string[] } {
  const asked: string[] = []
  const next = async (from: (Import | Error)[]) => {
    const said = from.shift()
    if (said instanceof Error || said === undefined) throw said ?? new Error('asked too often')
    return said
  }
  return {
    asked,
    send: (_, part, restart) => (asked.push(`send ${part}${restart ? ' anew' : ''}`), next(answers.send)),
    get: (id) => (asked.push(`get ${id}`), next(answers.get)),
    refused: async (id) => (
      asked.push(`refused ${id}`),
      { data: [{ line: 3, reason: 'bad_phone', sentence: '' }], next_cursor: null }
    ),
    wait: async () => undefined,
  }
}

describe('an import', () => {
  it('sends one part after another, and tells how far all of it is', async () => {
    const shares: number[] = []
    const on = door({
      send: [one({ state: 'running', done: 0, added: 0 }), one({ id: 'imp_2' })],
      get: [one({ state: 'running', done: 50, added: 5 }), one({})],
    })
    const ended = await run(on, begun, (now) => shares.push(sum(now).share))
    expect(ended.state).toBe('done')
    expect(on.asked).toEqual(['send 0', 'get imp_1', 'get imp_1', 'send 1'])
    expect(shares).toEqual([0, 0, 0.25, 0.5, 1, 1])
    expect(sum(ended)).toMatchObject({ rows: 20, added: 20, refused: 0 })
  })
  it('tells refused rows by the lines of the whole file', async () => {
    const on = door({ send: [one({}), one({ id: 'imp_2', refused: 1, added: 9 })], get: [] })
    expect((await run(on, begun, () => {})).refused.map((row) => row.line)).toEqual([13])
  })
  it('that failed goes on with the part that failed', async () => {
    const failed = one({ id: 'imp_2', state: 'failed', added: 3, done: 30 })
    const stopped = await run(door({ send: [one({}), failed], get: [] }), begun, () => {})
    expect([stopped.state, stopped.sent.length, goesOn(failed, 0)]).toEqual(['stopped', 2, true])
    const on = door({ send: [one({ id: 'imp_2' })], get: [] })
    const ended = await run(on, stopped, () => {})
    expect([on.asked, ended.state, sum(ended).added]).toEqual([['send 1'], 'done', 20])
  })
  it('that is refused at the door says why, and can be begun anew', async () => {
    const stopped = await run(door({ send: [new Error('another file')], get: [] }), begun, () => {})
    expect([stopped.state, stopped.failed]).toMatchObject(['stopped', { message: 'another file' }])
    const on = door({ send: [one({}), one({})], get: [] })
    await run(on, stopped, () => {}, true)
    expect(on.asked).toEqual(['send 0 anew', 'send 1 anew'])
  })
  it('of earlier goes on where rows stand for themselves and nobody is at it', () => {
    const now = Date.parse('2026-01-01T00:01:00.000Z')
    const of = (change: Partial<Import>) => goesOn(one(change), now)
    expect([of({ state: 'failed' }), of({ state: 'running' })]).toEqual([true, true])
    expect([
      of({}),
      of({ state: 'failed', dry_run: true }),
      of({ state: 'failed', mode: 'all_or_nothing' }),
      of({ state: 'running', changed_at: '2026-01-01T00:00:50.000Z' }),
    ]).toEqual([false, false, false, false])
  })
})
