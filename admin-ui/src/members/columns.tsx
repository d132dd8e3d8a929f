// Columns of lists that tell of members and of pairs.
import { Marks } from '../parts/bits'
import type { Column } from '../parts/ServerTable'
import { text } from '../text'
import { MemberName } from './names'

/** A member: shown by name, exported as an id. */
export function memberColumn<Row>(
  id: string,
  title: string,
  community: string,
  of: (row: Row) => string | null | undefined,
): Column<Row> {
  return { id, title, show: (row) => <MemberName community={community} member={of(row)} />, csv: of }
}

type Pair = { origin: string; pending: boolean; blocked: boolean; stopped: boolean }

/** How a pair came about, and what stands in its way. */
export const pairColumn: Column<Pair> = {
  id: 'flags',
  title: text.col.flags,
  show: (row) => (
    <Marks
      of={[
        row.origin,
        row.pending && text.words.pending,
        row.blocked && text.words.blocked,
        row.stopped && text.words.stopped,
      ]}
    />
  ),
  csv: (row) => row.origin,
}
