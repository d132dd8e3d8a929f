// A file of members or contacts, looked at before it is sent: what its header lacks, what its rows lack, and how it is
// cut into parts that fit into one request each. The broker decides; this only says it sooner.

export type Kind = 'members' | 'contacts'

/** The columns that the broker knows. */
export const COLUMNS: Record<Kind, { required: string[]; optional: string[] }> = {
  members: { required: ['name'], optional: ['phone', 'reference', 'guest'] },
  contacts: { required: ['member', 'contact'], optional: [] },
}
/** A request may be 64 KiB long (`http.max_body_bytes`); this leaves room for what stands around the rows. */
export const BUDGET = 60_000
/** Above this the command line is the better way. */
export const MOST_BYTES = 8_000_000
/** The longest line that the broker reads. */
const LONGEST_LINE = 16 * 1024

export type Wrong =
  | { why: 'empty' }
  | { why: 'unclosed_header' }
  | { why: 'unknown_column'; column: string; at: number }
  | { why: 'column_twice'; column: string }
  | { why: 'column_lacking'; column: string }
  | { why: 'no_rows' }
  | { why: 'line_too_long'; line: number }

export type Doubt = { why: 'fields' | 'unclosed' | 'no_name' | 'no_key' | 'no_side'; lines: number[] }

export type Look = {
  kind: Kind
  /** The header's names as they stand in the file. */
  columns: string[]
  /** What keeps the file from being sent. */
  wrong: Wrong[]
  /** Rows that will be refused, by reason. */
  doubts: Doubt[]
  rows: number
  preview: string[][]
  /** The lines of the file with commas between fields; the first is the header. */
  lines: string[]
}

/** The fields of a line; null where a quote stays open. A row is a line. */
export function fields(line: string, between = ','): string[] | null {
  const found: string[] = []
  let at = 0
  for (;;) {
    let field = ''
    if (line[at] === '"') {
      at += 1
      for (;;) {
        const end = line.indexOf('"', at)
        if (end < 0) return null
        field += line.slice(at, end)
        at = end + 1
        if (line[at] !== '"') break
        field += '"'
        at += 1
      }
    }
    const end = line.indexOf(between, at)
    field += line.slice(at, end < 0 ? undefined : end)
    found.push(field.trim())
    if (end < 0) return found
    at = end + 1
  }
}

const quoted = (field: string) => (/[",]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)
const known = (name: string) => (name.toLowerCase() === 'phones' ? 'phone' : name.toLowerCase())

/** Spreadsheets of some countries put semicolons or tabs between fields. */
function between(header: string, kind: Kind): string {
  const { required, optional } = COLUMNS[kind]
  const fits = (mark: string) =>
    (fields(header, mark) ?? []).filter((name) => [...required, ...optional].includes(known(name))).length
  return [';', '\t'].reduce((best, mark) => (fits(mark) > fits(best) ? mark : best), ',')
}

export function look(kind: Kind, content: string): Look {
  const raw = content.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)
  while (raw.length > 0 && raw.at(-1)?.trim() === '') raw.pop()
  const mark = between(raw[0] ?? '', kind)
  const lines = mark === ',' ? raw : raw.map((line) => fields(line, mark)?.map(quoted).join(',') ?? line)
  const columns = fields(lines[0] ?? '')
  const wrong = columns === null ? [{ why: 'unclosed_header' } as const] : wrongOf(kind, columns, lines)
  const rows = lines.slice(1).filter((line) => line.trim() !== '')
  const doubts = wrong.length > 0 || columns === null ? [] : doubtsOf(kind, columns.map(known), lines)
  const preview = rows.slice(0, 5).map((line) => fields(line) ?? [line])
  return { kind, columns: columns ?? [], wrong, doubts, rows: rows.length, preview, lines }
}

function wrongOf(kind: Kind, columns: string[], lines: string[]): Wrong[] {
  if (lines.length === 0) return [{ why: 'empty' }]
  const { required, optional } = COLUMNS[kind]
  const wrong: Wrong[] = []
  const seen = new Set<string>()
  columns.forEach((column, at) => {
    const name = known(column)
    if (![...required, ...optional].includes(name)) wrong.push({ why: 'unknown_column', column, at: at + 1 })
    else if (seen.has(name)) wrong.push({ why: 'column_twice', column: name })
    seen.add(name)
  })
  for (const column of required) if (!seen.has(column)) wrong.push({ why: 'column_lacking', column })
  if (lines.slice(1).every((line) => line.trim() === '')) wrong.push({ why: 'no_rows' })
  const long = lines.findIndex((line) => bytesOf(line) > LONGEST_LINE)
  if (long >= 0) wrong.push({ why: 'line_too_long', line: long + 1 })
  return wrong
}

/** What the broker will surely refuse, by the lines of the file. */
function doubtsOf(kind: Kind, columns: string[], lines: string[]): Doubt[] {
  const found = new Map<Doubt['why'], number[]>()
  const note = (why: Doubt['why'], line: number) => {
    const at = found.get(why)
    if (at === undefined) found.set(why, [line])
    else at.push(line)
  }
  lines.forEach((line, index) => {
    if (index === 0 || line.trim() === '') return
    const row = fields(line)
    if (row === null) return note('unclosed', index + 1)
    if (row.length !== columns.length) return note('fields', index + 1)
    const of = (name: string) => row[columns.indexOf(name)] ?? ''
    if (kind === 'contacts') {
      if (of('member') === '' || of('contact') === '') note('no_side', index + 1)
    } else if (of('name') === '') note('no_name', index + 1)
    else if (of('phone') === '' && of('reference') === '') note('no_key', index + 1)
  })
  return [...found].map(([why, at]) => ({ why, lines: at }))
}

const encoder = new TextEncoder()
/** How long it is within a request: in UTF-8, with what JSON escapes. */
const bytesOf = (line: string) => encoder.encode(JSON.stringify(line)).length - 2

export type Part = {
  content: string
  /** Where its first row stands in the file; the first line is 1. */
  firstLine: number
  rows: number
}

/** The file in parts of whole lines, each with the header above. A short file is one part. */
export function cut(lines: string[], budget = BUDGET): Part[] {
  const [header = '', ...rest] = lines
  const room = budget - bytesOf(header) - 2
  const parts: Part[] = []
  let taken: string[] = []
  let used = 0
  let firstLine = 2
  const close = () => {
    if (taken.length === 0) return
    const content = [header, ...taken].map((line) => `${line}\n`).join('')
    parts.push({ content, firstLine, rows: taken.filter((line) => line.trim() !== '').length })
    firstLine += taken.length
    taken = []
    used = 0
  }
  for (const line of rest) {
    const long = bytesOf(line) + 2
    if (used + long > room) close()
    taken.push(line)
    used += long
  }
  close()
  return parts
}

/** A line of a part, as a line of the whole file. */
export const lineInFile = (part: Part, line: number) => (line <= 1 ? line : part.firstLine + line - 2)

const PART = / \(\d+\/\d+\)$/
/** Each part has a name of its own, the same in every language, so that each goes on by itself where it was broken off. */
export const nameOf = (file: string, part: number, of: number) =>
  of === 1 ? file.slice(0, 200) : `${file.slice(0, 180)} (${part + 1}/${of})`
export const fileOf = (name: string) => name.replace(PART, '')

/** The text of a file, however it was saved; null where it is none. */
export function decode(bytes: Uint8Array): string | null {
  const utf16 =
    bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : null
  try {
    return new TextDecoder(utf16 ?? 'utf-8', { fatal: true }).decode(bytes)
  } catch {
    return null
  }
}
