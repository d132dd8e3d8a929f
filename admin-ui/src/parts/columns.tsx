// Columns that many lists have.
import type { Column } from './ServerTable'
import { Time } from './time'

/** A moment: shown in the viewer's zone, exported as it is. */
export function timeColumn<Row>(id: string, title: string, at: (row: Row) => string | null | undefined): Column<Row> {
  return { id, title, show: (row) => <Time at={at(row)} />, csv: at }
}
