// Every entry of a list that is not long: page after page, up to a bound.
import type { Page } from './client'

type Fetch<Row> = (paging: { limit: number; cursor?: string }) => Promise<Page<Row>>

export const all = async <Row>(fetch: Fetch<Row>, most?: number): Promise<Row[]> => (await upTo(fetch, most)).rows

/** The same, and whether there are more than that; how many there are so far is told after each page. */
export async function upTo<Row>(
  fetch: Fetch<Row>,
  most = 10_000,
  sofar: (rows: number) => void = () => {},
): Promise<{ rows: Row[]; cut: boolean }> {
  const rows: Row[] = []
  let cursor: string | undefined
  do {
    const page = await fetch({ limit: 500, cursor })
    // A cursor that stays gives the same page for ever.
    if (cursor !== undefined && page.next_cursor === cursor) return { rows, cut: true }
    rows.push(...page.data)
    sofar(rows.length)
    cursor = page.next_cursor ?? undefined
  } while (cursor !== undefined && rows.length < most)
  return { rows, cut: cursor !== undefined }
}
