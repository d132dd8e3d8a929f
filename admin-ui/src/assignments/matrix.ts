import type { Schema } from '../api/client'

type Row = { member: string; contacts: Map<string, string[]> }

/** Assignments as a matrix: to this member (row) this number (column) is these contacts (more than one only on hubs). */
export function matrix(assignments: Pick<Schema['Assignment'], 'member' | 'contact' | 'number'>[]): {
  numbers: string[]
  rows: Row[]
} {
  const rows = new Map<string, Row>()
  for (const { member, contact, number } of assignments) {
    const row = rows.get(member) ?? { member, contacts: new Map() }
    row.contacts.set(number, [...(row.contacts.get(number) ?? []), contact])
    rows.set(member, row)
  }
  return { numbers: [...new Set(assignments.map((one) => one.number))].sort(), rows: [...rows.values()] }
}
