// A field for a number: what is sent is what stands there.
import { MantineProvider } from '@mantine/core'
import { fireEvent, render, screen, waitFor } from '@testing-library/react'
import { useState } from 'react'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { useForm } from '../src/parts/form'
import { Form } from '../src/parts/Form'
import * as phone from '../src/parts/phone'
import { PhoneInput } from '../src/parts/PhoneInput'
import { text } from '../src/text'

const sent: string[] = []
const reported: [string, string | null][] = []

function Sample() {
  const [, seen] = useState(0)
  const form = useForm({
    initial: { phone: '' },
    send: async (typed) => void sent.push(await phone.dialled(typed.phone)),
  })
  return (
    <Form form={form} submit="Send">
      <PhoneInput
        value={form.values.phone}
        error={form.errors.phone}
        onChange={(typed, e164) => {
          reported.push([typed, e164])
          form.set('phone', typed)
          seen((now) => now + 1)
        }}
      />
    </Form>
  )
}

const type = (value: string) => fireEvent.change(screen.getByLabelText(text.phone.label), { target: { value } })
const send = () => fireEvent.click(screen.getByRole('button', { name: 'Send' }))

afterEach(() => {
  vi.doUnmock('libphonenumber-js/min')
  sent.length = 0
  reported.length = 0
})

describe('a number that is typed into a form', () => {
  it('is never reported as the one that stood there before', async () => {
    render(<Sample />, { wrapper: MantineProvider })
    type('+14155550101')
    await waitFor(() => expect(reported).toContainEqual(['+14155550101', '+14155550101']))
    type('+14155550102')
    await waitFor(() => expect(reported).toContainEqual(['+14155550102', '+14155550102']))
    expect(reported.filter(([typed, e164]) => e164 !== null && e164 !== typed)).toEqual([])
  })
  it('is understood before it is sent, however soon the button is pressed', async () => {
    render(<Sample />, { wrapper: MantineProvider })
    type('+1 (415) 555-0161')
    send()
    await waitFor(() => expect(sent).toEqual(['+14155550161']))
  })
  it('is not sent where it is none, and that is said beside it', async () => {
    render(<Sample />, { wrapper: MantineProvider })
    type('12')
    send()
    expect(await screen.findByText(text.phone.notUnderstood)).toBeTruthy()
    expect(sent).toEqual([])
  })
  it('says so where the rules cannot be loaded, and takes a whole one without them', async () => {
    vi.doMock('libphonenumber-js/min', () => {
      throw new Error('no network')
    })
    vi.resetModules()
    const { dialled } = await import('../src/parts/phone')
    await expect(dialled('(415) 555-0161')).rejects.toThrow(text.phone.noRules)
    await expect(dialled('+14155550161')).resolves.toBe('+14155550161')
  })
})
