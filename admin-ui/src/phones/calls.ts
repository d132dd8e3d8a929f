// What a virtual phone's calls mean to who looks at it; and which phones are nobody's.
import type { Schema } from '../api/client'
import { text } from '../text'

export type PhoneCall = Schema['PhoneCall']

/** The call that goes on, where one does. */
export const current = (calls: PhoneCall[]): PhoneCall | undefined => calls.findLast((one) => one.state !== 'ended')

/** A call that rings here and waits for somebody. */
export const rings = (call: PhoneCall): boolean => call.direction === 'incoming' && call.state === 'ringing'

/** The call whose two legs are shown: the newest of all these phones that the broker has made. */
export function newest(calls: PhoneCall[]): PhoneCall | undefined {
  const made = calls.filter((one) => one.call != null)
  return made.toSorted((a, b) => a.started_at.localeCompare(b.started_at)).at(-1)
}

/** `1:05`, from the moment that it was answered until it was over, or until now. */
export function talked(call: PhoneCall, now: number): string | null {
  if (call.answered_at == null) return null
  const until = call.ended_at == null ? now : Date.parse(call.ended_at)
  const seconds = Math.max(0, Math.floor((until - Date.parse(call.answered_at)) / 1000))
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

/** What the phone's display says of a call; `who` is the number, and whose it is where that is known. */
export function display(call: PhoneCall, who: string): string {
  const t = text.phones.call
  if (rings(call)) return t.rings(who)
  if (call.state === 'dialling') return t.dials(who)
  if (call.state === 'ringing') return t.ringsThere(who)
  if (call.state === 'answered') return t.talks(who)
  const cause = call.cause == null ? '' : (t.cause[call.cause] ?? call.cause)
  const why =
    call.reason ??
    (call.answered_at == null && call.sip_status != null && call.cause !== 'busy' ? String(call.sip_status) : null)
  return t.over(who, why === null ? cause : `${cause} (${why.replaceAll('_', ' ')})`)
}

/** The numbers over which something goes at this moment. */
export function alight(
  calls: PhoneCall[],
  texts: { with: string; at: string }[],
  now: number,
  lasts = 4000,
): Set<string> {
  const lit = new Set(calls.filter((one) => one.state !== 'ended').map((one) => one.number))
  for (const one of texts) if (now - Date.parse(one.at) < lasts) lit.add(one.with)
  return lit
}

/** Numbers that are kept for stories, and so are nobody's: the n-th of them. */
export const invented = (n: number): string => `+1202555${String(100 + (n % 100)).padStart(4, '0')}`

/** The first of them that is not taken. */
export async function nobodys(isTaken: (phone: string) => Promise<boolean>, from = 0): Promise<string | null> {
  for (let n = 0; n < 100; n++) {
    const phone = invented(from + n)
    if (!(await isTaken(phone))) return phone
  }
  return null
}
