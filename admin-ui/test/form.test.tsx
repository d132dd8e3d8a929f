import { MantineProvider, TextInput } from '@mantine/core'
import { fireEvent, render, screen, waitFor } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { ApiError } from '../src/api/client'
import { Form } from '../src/parts/Form'
import { useForm } from '../src/parts/form'

function Sample({ refuse }: { refuse: ApiError | null }) {
  const form = useForm({
    initial: { name: 'Ann', zone: '' },
    check: ({ zone }) => ({ zone: zone === '' ? 'Fill this in.' : undefined }),
    send: async () => {
      if (refuse !== null) throw refuse
    },
  })
  return (
    <Form form={form} submit="Save">
      <TextInput label="Name" value={form.values.name} error={form.errors.name} readOnly />
      <TextInput
        label="Zone"
        value={form.values.zone}
        error={form.errors.zone}
        onChange={(event) => form.set('zone', event.currentTarget.value)}
      />
    </Form>
  )
}

const show = (refuse: ApiError | null) => render(<Sample refuse={refuse} />, { wrapper: MantineProvider })

describe('a form', () => {
  it('says beside the field what is wrong before it is sent, and the keyboard goes on there', async () => {
    show(null)
    fireEvent.click(screen.getByRole('button', { name: 'Save' }))
    await screen.findByText('Fill this in.')
    await waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText('Zone')))
  })
  it('says beside the field what the broker said about it', async () => {
    show(new ApiError(409, 'name_taken', 'the name is in use', null, null))
    fireEvent.change(screen.getByLabelText('Zone'), { target: { value: 'UTC' } })
    fireEvent.click(screen.getByRole('button', { name: 'Save' }))
    await screen.findByText('the name is in use')
    await waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText('Name')))
    expect(screen.getByLabelText('Name').getAttribute('aria-invalid')).toBe('true')
  })
  it('says at its foot what is about no field', async () => {
    show(new ApiError(503, 'overloaded', 'try again later', null, 'req_1'))
    fireEvent.change(screen.getByLabelText('Zone'), { target: { value: 'UTC' } })
    fireEvent.click(screen.getByRole('button', { name: 'Save' }))
    expect((await screen.findByRole('alert')).textContent).toContain('try again later')
  })
})
