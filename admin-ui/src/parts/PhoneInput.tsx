// A field for a number, typed as one likes; it shows what was understood.
import { TextInput } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import { text } from '../text'
import { homeRegion, understand } from './phone'

type Props = {
  label?: string
  value: string
  onChange: (typed: string, e164: string | null) => void
  error?: string | null
  required?: boolean
  autoFocus?: boolean
  help?: string
}

export function PhoneInput({ label = text.phone.label, value, onChange, error, required, autoFocus, help }: Props) {
  const [known, setKnown] = useState<string | null>(null)
  const [wrong, setWrong] = useState<string | null>(null)
  const latest = useRef(onChange)
  latest.current = onChange
  useEffect(() => {
    let here = true
    understand(value).then(
      (e164) => {
        if (!here) return
        setKnown(e164)
        if (e164 !== null) setWrong(null)
        latest.current(value, e164)
      },
      () => here && setWrong(text.phone.noRules),
    )
    return () => {
      here = false
    }
  }, [value])
  const different = known !== null && known !== value.trim()
  return (
    <TextInput
      label={label}
      type="tel"
      inputMode="tel"
      autoComplete="off"
      value={value}
      required={required}
      data-autofocus={autoFocus || undefined}
      description={different ? text.phone.understood(known) : (help ?? text.phone.help(homeRegion()))}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      error={error ?? wrong}
      onChange={(event) => {
        // What the former text meant is not what this one means.
        setKnown(null)
        setWrong(null)
        onChange(event.currentTarget.value, null)
      }}
      onBlur={(event) => {
        // An error that shows while a button is pressed would move the button from under the pointer; the form checks too.
        if (event.relatedTarget?.closest('button') != null || value.trim() === '' || known !== null) return
        understand(value).then(
          (e164) => setWrong(e164 === null ? text.phone.notUnderstood : null),
          () => setWrong(text.phone.noRules),
        )
      }}
    />
  )
}
