// What the policy's form and its JSON are made of.
import type { Schema } from '../api/client'
import { isZone } from '../parts/time'
import { later } from '../text.later'
import { text } from '../text'

export type Community = Schema['Community']
export type Values = Record<string, unknown>

export const CHOICES: Record<string, string[]> = {
  strangers: ['reply', 'reject', 'silent'],
  refused: ['reply', 'reject', 'silent'],
  late_replies: ['hold', 'refuse'],
  when_full: ['refuse', 'recycle'],
  above_day_cap: ['wait', 'refuse'],
  intercept_on_silence: ['allow', 'deny'],
  missed_calls: ['ignore', 'text'],
  find_by_name: ['nobody', 'listed', 'everyone'],
  book_changes: ['silent', 'text'],
  blocks_shown: ['unreachable', 'silent', 'open'],
}
const { groups } = later.policy
export const GROUPS: [string, string[]][] = [
  [groups.strangers, ['strangers', 'refused', 'late_replies', 'stranger_asked_every_s']],
  [groups.consent, ['acceptance_required', 'require_opt_in', 'blocks_shown']],
  [groups.tables, ['when_full', 'received_cap_percent', 'warn_at_percent']],
  [groups.times, ['cool_down_s', 'pair_memory_s', 'deadline_s']],
  [groups.hours, ['texting_hours', 'texting_days', 'texting_from', 'texting_until', 'time_zone', 'replies_any_hour_s']],
  [
    groups.traffic,
    [
      'member_texts_per_minute',
      'max_text_chars',
      'above_day_cap',
      'urgent_texts',
      'intercept_within_ms',
      'intercept_on_silence',
    ],
  ],
  [groups.calls, ['ring_s', 'max_call_s', 'missed_calls', 'missed_call_notice']],
  [
    groups.desk,
    [
      'find_by_name',
      'desk_texts_per_minute',
      'desk_list_word',
      'desk_more_word',
      'desk_add_word',
      'desk_drop_word',
      'desk_block_word',
      'desk_unblock_word',
      'desk_help_word',
      'desk_help_reply',
    ],
  ],
  [groups.book, ['book_link_s', 'book_changes', 'book_changed_notice']],
  [groups.hubs, ['overflow', 'hub_most_tags', 'hub_menu_notice', 'swap_notice']],
  [groups.notices, ['stranger_notice', 'released_notice', 'help_reply', 'stop_reply', 'start_reply', 'accept_request']],
  [
    groups.kept,
    ['bodies_kept_s', 'records_kept_s', 'quarantine_kept_s', 'strangers_kept_s', 'history_kept_s', 'imports_kept_s'],
  ],
]
// A group goes by its first field: its legend has spaces, and is part of an id.
export const nameOf = (names: string[]) => names[0] ?? ''
export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
export const LONG = /_(notice|reply|request)$/

export const valuesOf = (community: Community): Values => ({ name: community.name, ...community.policy })

/** A field as people call it. */
export const labelOf = (name: string): string =>
  later.policy.fields[name]?.[0] ?? (name === 'name' ? text.communities.rename : name)

/** What is wrong before it is sent. A field that was a number is not sent empty: nothing is not none. */
export function wrongOf(values: Values, was: Values = {}): Record<string, string | undefined> {
  const wrong: Record<string, string | undefined> = {}
  for (const [name, value] of Object.entries(values))
    if (typeof was[name] === 'number' && typeof value !== 'number') wrong[name] = text.errors.required
  for (const name of ['name', 'time_zone', ...Object.keys(values).filter((one) => one.endsWith('_word'))])
    if (String(values[name] ?? '').trim() === '') wrong[name] = text.errors.required
  for (const name of ['texting_from', 'texting_until'])
    if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(String(values[name] ?? ''))) wrong[name] = later.policy.noTime
  if (!isZone(String(values['time_zone'] ?? ''))) wrong['time_zone'] = later.members.noZone
  if (Array.isArray(values['texting_days']) && values['texting_days'].length === 0)
    wrong['texting_days'] = text.errors.required
  return wrong
}
