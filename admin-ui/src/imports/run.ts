// An import under way: its parts are sent one after another, and each is watched until it is over. It goes on while
// other pages are looked at, so it lives outside of them.
import { all } from '../api/all'
import type { Schema } from '../api/client'
import { lineInFile, type Kind, type Part } from './file'

export type Import = Schema['Import']
export type Refused = Schema['RefusedRow']
export type Order = { kind: Kind; mode: Import['mode']; region: string | null; dry_run: boolean }

/** What the run needs of the API. */
export type Door = {
  send: (order: Order, part: number, restart: boolean) => Promise<Import>
  get: (id: string) => Promise<Import>
  refused: (id: string, cursor?: string) => Promise<{ data: Refused[]; next_cursor?: string | null }>
  wait: (ms: number) => Promise<void>
}

export type Progress = {
  order: Order
  parts: Part[]
  /** What became of each part that was sent; the last may go on. */
  sent: Import[]
  refused: Refused[]
  state: 'running' | 'done' | 'stopped'
  /** Why it stopped, where the API did not take a part, or did not answer. */
  failed: unknown
}

export type Sum = { rows: number; seen: number; added: number; unchanged: number; refused: number; share: number }

/** The figures of all parts together. */
export function sum({ parts, sent }: Pick<Progress, 'parts' | 'sent'>): Sum {
  const rows = parts.reduce((all, part) => all + part.rows, 0)
  const of = (key: 'added' | 'unchanged' | 'refused') => sent.reduce((all, one) => all + one[key], 0)
  const seen = of('added') + of('unchanged') + of('refused')
  const bytes = sent.reduce((all, one, at) => {
    const share = one.state === 'done' ? 1 : one.size === 0 ? 0 : one.done / one.size
    return all + share * (parts[at]?.rows ?? 0)
  }, 0)
  return {
    rows,
    seen,
    added: of('added'),
    unchanged: of('unchanged'),
    refused: of('refused'),
    share: rows === 0 ? 0 : bytes / rows,
  }
}

/** Whether it may be sent once more to go on where it stopped. */
export const goesOn = (one: Import, now: number) =>
  !one.dry_run &&
  one.mode === 'per_row' &&
  (one.state === 'failed' || (one.state === 'running' && now - Date.parse(one.changed_at) > 30_000))

const LONGEST_WAIT = 1000

/** Sends the parts from the first that is not done, and tells how far it is. Never throws. */
export async function run(
  door: Door,
  before: Progress,
  tell: (now: Progress) => void,
  restart = false,
): Promise<Progress> {
  let now: Progress = {
    ...before,
    state: 'running',
    failed: null,
    sent: before.sent.filter((one) => one.state === 'done'),
  }
  const next = (change: Partial<Progress>) => {
    now = { ...now, ...change }
    tell(now)
  }
  next({})
  try {
    for (let at = now.sent.length; at < now.parts.length; at += 1) {
      const part = now.parts[at] as Part
      let one = await door.send(now.order, at, restart)
      const earlier = now.sent
      next({ sent: [...earlier, one] })
      for (let pause = 150; one.state === 'running'; pause = Math.min(LONGEST_WAIT, pause * 1.5)) {
        await door.wait(pause)
        one = await door.get(one.id)
        next({ sent: [...earlier, one] })
      }
      if (one.refused > 0)
        next({
          refused: [...now.refused.filter((row) => row.line < part.firstLine), ...(await refusedOf(door, one, part))],
        })
      if (one.state !== 'done') {
        next({ state: 'stopped' })
        return now
      }
    }
    next({ state: 'done' })
  } catch (thrown) {
    next({ state: 'stopped', failed: thrown })
  }
  return now
}

async function refusedOf(door: Door, one: Import, part: Part): Promise<Refused[]> {
  const rows = await all(({ cursor }) => door.refused(one.id, cursor), Infinity)
  return rows.map((row) => ({ ...row, line: lineInFile(part, row.line) }))
}
