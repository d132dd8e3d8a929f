// Numbers as people write them, understood as E.164. The library comes when it is first needed.
import { ApiError } from '../api/client'
import { text } from '../text'

const E164 = /^\+[1-9]\d{6,14}$/

/** The country that the viewer's language names, for numbers without +. */
export function homeRegion(): string {
  const kept = globalThis.localStorage?.getItem('partyline.region')
  if (kept) return kept
  const language = globalThis.navigator?.language ?? 'en-US'
  const region = /-([A-Z]{2})\b/.exec(language)?.[1]
  return region ?? 'US'
}

export function keepRegion(region: string): void {
  globalThis.localStorage?.setItem('partyline.region', region)
}

/** E.164, or null where it is no number that could be dialled. */
export async function understand(typed: string, region = homeRegion()): Promise<string | null> {
  const trimmed = typed.trim().replace(/^(tel|sms):/i, '')
  if (trimmed === '') return null
  if (E164.test(trimmed)) return trimmed
  const { parsePhoneNumberFromString, isSupportedCountry } = await import('libphonenumber-js/min')
  const country = region.toUpperCase()
  const parsed = parsePhoneNumberFromString(
    trimmed.replace(/^00(?=[1-9])/, '+'),
    isSupportedCountry(country) ? country : undefined,
  )
  return parsed?.isPossible() === true && E164.test(parsed.number) ? parsed.number : null
}

/** The number that is sent, or what is said beside the field where there is none. */
export async function dialled(typed: string, field = 'phone'): Promise<string> {
  const e164 = await understand(typed).catch(() => {
    throw new ApiError(0, 'no_rules', text.phone.noRules, field, null)
  })
  if (e164 === null) throw new ApiError(0, 'no_number', text.phone.notUnderstood, field, null)
  return e164
}

/** What is wrong with a number that may be left out; nothing where it can be sent. */
export async function faultOf(typed: string): Promise<string | undefined> {
  if (typed.trim() === '') return undefined
  return dialled(typed).then(
    () => undefined,
    (thrown: Error) => thrown.message,
  )
}

export async function regions(): Promise<string[]> {
  const { getCountries } = await import('libphonenumber-js/min')
  return getCountries()
}
