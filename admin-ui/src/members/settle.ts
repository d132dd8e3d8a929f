// What stands against a new phone, and how each is settled.
import type { Schema } from '../api/client'

export type PhoneChange = Schema['PhoneChange']
export type By = Schema['ConflictSettlement']
export type Owner = Schema['OwnerSettlement']
export type Choices = { phone: string; by: Record<string, By>; owner: Owner | null }

/** The request for these choices. */
export function replacement({ phone, by, owner }: Choices, dry_run: boolean): Schema['PhoneReplacement'] {
  return {
    phone,
    settle: Object.entries(by).map(([contact, how]) => ({ contact, by: how })),
    ...(owner === null ? {} : { owner }),
    dry_run,
  }
}

/** How many are still to be settled. */
export function open(found: PhoneChange, choices: Choices): number {
  const pairs = found.conflicts.filter((one) => choices.by[one.contact] === undefined).length
  return pairs + (found.owner != null && choices.owner === null ? 1 : 0)
}

/** Every conflict settled in the same way. */
export const allBy = (found: PhoneChange, by: By): Record<string, By> =>
  Object.fromEntries(found.conflicts.map((one) => [one.contact, by]))
