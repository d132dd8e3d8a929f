// Every entry of a list that is not long: page after page, up to a bound.
import type { Page } from './client'

export async function all<Row>(
  fetch: (paging: { limit: number; cursor?: string }) => Promise<Page<Row>>,
  most = 10_000,
): Promise<Row[]> {
  const rows: Row[] = []
  let cursor: string | undefined
  do {
    const page = await fetch({ limit: 500, cursor })
    // A cursor that stays gives the same page for ever.
    if (cursor !== undefined && page.next_cursor === cursor) break
    rows.push(...page.data)
    cursor = page.next_cursor ?? undefined
  } while (cursor !== undefined && rows.length < most)
  return rows
}
