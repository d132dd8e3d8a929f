import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { fireEvent, render, screen, waitFor } from '@testing-library/react'
import { useState } from 'react'
import { expect, it } from 'vitest'
import { MemberPicker } from '../src/members/MemberPicker'
import { broker } from './broker'

const MEMBERS = '/v1/communities/com_a/members'
const one = (id: string, name: string) => ({ id, name, guest: false, devices: [] })
const first = Array.from({ length: 500 }, (_, index) => one(`mem_${index}`, `Ann ${index}`))
const zoe = one('mem_0zzzzzzzzzzzz', 'Zoe')

function Pick() {
  const [member, setMember] = useState<string | null>(null)
  return <MemberPicker community="com_a" label="Who" value={member} onChange={setMember} />
}
const show = () =>
  render(
    <MantineProvider>
      <QueryClientProvider client={new QueryClient()}>
        <Pick />
      </QueryClientProvider>
    </MantineProvider>,
  )
const searches = (asked: Request[]) => asked.flatMap((each) => new URL(each.url).searchParams.get('name') ?? [])

it('a member of a large community is found by name, though not among the first', async () => {
  const asked = broker({
    [MEMBERS]: (url: URL) =>
      url.searchParams.has('name') || url.searchParams.get('ids') === zoe.id
        ? { data: [zoe], next_cursor: null }
        : { data: first, next_cursor: 'more' },
  })
  show()
  const field = screen.getByLabelText<HTMLInputElement>('Who', { selector: 'input' })
  await waitFor(() => expect(asked).toHaveLength(1))
  field.focus()
  fireEvent.change(field, { target: { value: 'Zo' } })
  fireEvent.click(await screen.findByRole('option', { name: 'Zoe', hidden: true }, { timeout: 5_000 }))
  await waitFor(() => expect(field.value).toBe('Zoe'))
  // What is chosen is not searched for.
  await new Promise((over) => setTimeout(over, 400))
  expect(searches(asked)).toEqual(['Zo'])
})

it('of a small one all are there, and nobody is asked for', async () => {
  const asked = broker({ [MEMBERS]: { data: first.slice(0, 3), next_cursor: null } })
  show()
  const field = screen.getByLabelText<HTMLInputElement>('Who', { selector: 'input' })
  await waitFor(() => expect(asked).toHaveLength(1))
  field.focus()
  fireEvent.change(field, { target: { value: 'Ann 2' } })
  expect(await screen.findByRole('option', { name: 'Ann 2', hidden: true })).toBeTruthy()
  await new Promise((over) => setTimeout(over, 400))
  expect(searches(asked)).toEqual([])
})
