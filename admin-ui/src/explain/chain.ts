// A decision as the links of its chain: phone, pool number, pair, contact, device, carrier.
import type { Schema } from '../api/client'
import { text } from '../text'

type Decision = Schema['Decision']
export type Link = {
  name: 'phone' | 'number' | 'pair' | 'contact' | 'device' | 'carrier'
  value: string | null
  note: string | null
  state: 'reached' | 'stop' | 'unreached'
}

export function chain(decision: Decision, from: string, to: string): Link[] {
  const shown = decision.shown_number == null ? null : text.explain.shows(decision.shown_number)
  const links: Omit<Link, 'state'>[] = [
    { name: 'phone', value: from, note: null },
    { name: 'number', value: to, note: decision.tag == null ? null : `#${decision.tag}` },
    { name: 'pair', value: decision.member ?? null, note: decision.assignment ?? null },
    { name: 'contact', value: decision.contact ?? null, note: shown },
    { name: 'device', value: decision.device ?? null, note: null },
    {
      name: 'carrier',
      value: decision.carrier ?? null,
      note: decision.carrier_state == null ? null : decision.carrier_state.replaceAll('_', ' '),
    },
  ]
  const passes = decision.outcome === 'bridge'
  // What is not passed on ends at the last link that is known.
  const known = [
    true,
    decision.number != null,
    decision.assignment != null,
    decision.contact != null,
    decision.device != null,
    decision.carrier != null,
  ]
  const last = Math.max(1, known.lastIndexOf(true))
  return links.map((link, index) => ({
    ...link,
    state: passes || index < last ? 'reached' : index === last ? 'stop' : 'unreached',
  }))
}
