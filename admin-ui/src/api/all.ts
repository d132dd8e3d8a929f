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
    rows.push(...page.data)
    // A cursor that stays would go on for ever.
    cursor = page.next_cursor === cursor ? undefined : (page.next_cursor ?? undefined)
  } while (cursor !== undefined && rows.length < most)
  return rows
}
