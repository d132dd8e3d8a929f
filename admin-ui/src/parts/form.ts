// A form's values, what was wrong before it was sent, and what the API said, beside the field it named.
import { useState, type FormEvent } from 'react'
import { ApiError, sentence } from '../api/client'
import { useHold } from './hold'

export type Errors<Values> = Partial<Record<keyof Values & string, string>>

/** The fields that hold just this kind of value: any text, or yes and no. */
type Of<Values, Kind> = {
  [Key in keyof Values & string]: [Kind, Values[Key]] extends [Values[Key], Kind] ? Key : never
}[keyof Values & string]

type Options<Values> = {
  initial: Values
  /** What can be told before it is sent; a promise where that takes a moment. */
  check?: (values: Values) => Errors<Values> | Promise<Errors<Values>>
  send: (values: Values) => Promise<void>
}

export function useForm<Values extends Record<string, unknown>>({ initial, check, send }: Options<Values>) {
  const [values, setValues] = useState(initial)
  const [errors, setErrors] = useState<Errors<Values>>({})
  const [failed, setFailed] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)

  useHold(busy)

  const set = <Key extends keyof Values & string>(key: Key, value: Values[Key]) => {
    setValues((now) => (now[key] === value ? now : { ...now, [key]: value }))
    setErrors((now) => (now[key] === undefined ? now : { ...now, [key]: undefined }))
  }

  type Key = keyof Values & string
  /** What a field needs that is typed into. */
  const typed = <One extends Of<Values, string>>(key: One) => ({
    value: values[key],
    error: errors[key],
    onChange: (event: { currentTarget: { value: string } }) => set(key, event.currentTarget.value as Values[One]),
  })
  /** What a field needs that tells its next value itself. */
  const chosen = <One extends Key>(key: One) => ({
    value: values[key],
    error: errors[key],
    onChange: (next: Values[One]) => set(key, next),
  })
  /** What a box needs that is ticked. */
  const ticked = <One extends Of<Values, boolean>>(key: One) => ({
    checked: values[key] as boolean,
    error: errors[key],
    onChange: (event: { currentTarget: { checked: boolean } }) => set(key, event.currentTarget.checked as Values[One]),
  })

  const submit = async (event?: FormEvent) => {
    event?.preventDefault()
    const checked = check?.(values) ?? {}
    const wrong = checked instanceof Promise ? await checked : checked
    setErrors(wrong)
    setFailed(null)
    if (Object.values(wrong).some((one) => one !== undefined)) return
    setBusy(true)
    try {
      await send(values)
    } catch (thrown) {
      const field =
        thrown instanceof ApiError
          ? fieldOf(thrown.field ?? taken(thrown.code), Object.keys(values), sentence(thrown))
          : null
      if (field !== null) setErrors({ [field]: sentence(thrown) } as Errors<Values>)
      else setFailed(thrown)
    } finally {
      setBusy(false)
    }
  }

  return { values, set, setValues, errors, setErrors, failed, busy, submit, typed, chosen, ticked }
}

/** `phone_taken` is about `phone`. */
export const taken = (code: string): string | null => /^(\w+)_taken$/.exec(code)?.[1] ?? null

/** The form's field that the API meant: `policy.cool_down_s` is `cool_down_s`, `/events/0` is `events`. */
export function fieldOf(named: string | null, own: string[], detail = ''): string | null {
  if (named === null) return null
  // Of a policy the API names the whole, and the field in its sentence: "`time_zone` is wrong: …".
  const inside = /^`(\w+)`/.exec(detail)?.[1]
  if (inside !== undefined && own.includes(inside)) return inside
  const parts = named.split(/[./[\]]+/).filter((part) => part !== '')
  return parts.reverse().find((part) => own.includes(part)) ?? null
}

type Values = Record<string, unknown>

/** The fields that differ from what they were. */
export function changed<Now extends Values>(was: Values, now: Now): Partial<Now> {
  const differ = Object.entries(now).filter(([key, value]) => JSON.stringify(was[key]) !== JSON.stringify(value))
  return Object.fromEntries(differ) as Partial<Now>
}
