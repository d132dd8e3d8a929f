// A plan as the lines of a diff, and where a file's mistakes stand.
import type { Schema } from '../api/client'
import { text } from '../text'

const t = text.poolFiles
type Change = Schema['PoolChange']
export type Line = { sign: '+' | '~'; kind: string; name: string; what: string[] }

const value = (of: unknown): string =>
  of === null || of === undefined
    ? text.none
    : Array.isArray(of)
      ? of.map(value).join(text.comma)
      : typeof of === 'object'
        ? JSON.stringify(of)
        : String(of)
const fields = (of: Schema['FieldChange'][]): string[] =>
  of.map((one) => `${one.field}: ${t.becomes(value(one.from), value(one.to))}`)

export function line(change: Change): Line {
  const { kinds } = t
  const of = (sign: '+' | '~', kind: string, name: string, ...what: (string | false)[]): Line => ({
    sign,
    kind: kinds[kind] ?? kind,
    name,
    what: what.filter((one) => one !== false),
  })
  switch (change.change) {
    case 'create_community':
      return of('+', 'community', change.name)
    case 'change_policy':
      return of('~', 'policy', '', ...fields(change.fields))
    case 'create_pool':
      return of('+', 'pool', change.name)
    case 'create_campaign':
      return of('+', 'campaign', change.name, t.limits(change.rate_per_s, change.texts_per_day))
    case 'change_campaign':
      return of('~', 'campaign', change.name, ...fields(change.fields))
    case 'create_number':
      return of(
        '+',
        'number',
        change.number,
        t.inPool(change.pool, change.carrier),
        change.state !== 'active' && change.state,
        change.desk && text.words.desk,
        change.hub && text.words.hub,
      )
    case 'change_number':
      return of('~', 'number', change.number, ...fields(change.fields))
    case 'create_member':
      return of('+', change.guest ? 'guest' : 'member', change.name, t.phone(change.phone), change.listed && t.listed)
    case 'rename_member':
      return of('~', 'member', change.phone, t.becomes(change.from, change.to))
    case 'list_member':
      return of('~', 'member', change.phone, change.listed ? t.listed : t.unlisted)
    case 'create_contact':
      return of('+', 'contact', t.becomes(change.member, change.contact))
  }
}

export type Mistake = { line: number | null; column: number | null; said: string }

/** The API tells each mistake on a line of its own: `pool file:LINE: …`, or `pool file:LINE:COLUMN: …`. */
export function mistakes(detail: string): Mistake[] {
  return detail.split('\n').map((one) => {
    const found = /^pool file:(\d+)(?::(\d+))?: (.*)$/.exec(one)
    if (found === null) return { line: null, column: null, said: one }
    return { line: Number(found[1]), column: found[2] === undefined ? null : Number(found[2]), said: found[3] ?? '' }
  })
}

/** From where to where a line of a text goes. */
export function lineAt(of: string, line: number): [number, number] {
  const lines = of.split('\n')
  const from = lines.slice(0, line - 1).reduce((all, one) => all + one.length + 1, 0)
  return [from, from + (lines[line - 1]?.length ?? 0)]
}
