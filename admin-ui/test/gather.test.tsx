// Names of members beyond the first: asked for together, and kept for each.
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { render, screen, waitFor } from '@testing-library/react'
import { expect, it, vi } from 'vitest'
import { gather } from '../src/members/gather'
import { useMember } from '../src/members/names'
import { broker, Refusal } from './broker'

const MEMBERS = '/v1/communities/com_a/members'
const idOf = (n: number) => `mem_${n.toString().padStart(13, '0')}`
const one = (n: number) => ({ id: idOf(n), name: `Ann ${n}`, guest: false, devices: [] })

it('what is asked for in one tick is fetched together, each once', async () => {
  const fetch = vi.fn(async (keys: string[]) => new Map(keys.map((key) => [key, key.toUpperCase()])))
  const ask = gather(fetch, 3)
  expect(await Promise.all(['a', 'b', 'a'].map(ask))).toEqual(['A', 'B', 'A'])
  expect(fetch.mock.calls).toEqual([[['a', 'b']]])
  // Later is another fetch, and nothing is kept here.
  expect(await ask('a')).toBe('A')
  expect(fetch.mock.calls.slice(1)).toEqual([[['a']]])
})

it('no fetch has more than may be asked for at once', async () => {
  const fetch = vi.fn(async (keys: string[]) => new Map(keys.map((key) => [key, key])))
  const ask = gather(fetch, 2)
  const keys = ['a', 'b', 'a', 'c', 'd', 'e']
  expect(await Promise.all(keys.map(ask))).toEqual(keys)
  expect(fetch.mock.calls).toEqual([[['a', 'b']], [['c', 'd']], [['e']]])
})

it('who is not there is null, and what fails fails for those who asked together alone', async () => {
  const ask = gather(async (keys: string[]) => {
    if (keys.includes('bad')) throw new Error('down')
    return new Map<string, string>()
  }, 10)
  const first = Promise.allSettled([ask('bad'), ask('a')])
  expect((await first).map((each) => each.status)).toEqual(['rejected', 'rejected'])
  expect(await ask('a')).toBeNull()
})

function Names({ of }: { of: string[] }) {
  return (
    <>
      {of.map((id) => (
        <Name key={id} id={id} />
      ))}
    </>
  )
}
const Name = ({ id }: { id: string }) => <p>{useMember('com_a', id)?.name ?? id}</p>

function drawn(answers: Parameters<typeof broker>[0]) {
  const asked = broker(answers)
  const client = new QueryClient()
  const show = (of: string[]) => (
    <MantineProvider>
      <QueryClientProvider client={client}>
        <Names of={of} />
      </QueryClientProvider>
    </MantineProvider>
  )
  return { asked, show, ids: () => asked.flatMap((each) => new URL(each.url).searchParams.get('ids') ?? []) }
}

it('a page of members who are not among the first asks for all of them at once', async () => {
  const far = Array.from({ length: 120 }, (_, n) => one(n + 10))
  const { asked, show, ids } = drawn({
    [MEMBERS]: (url: URL) => {
      const wanted = url.searchParams.get('ids')?.split(',')
      return wanted === undefined
        ? { data: [one(1)], next_cursor: 'more' }
        : { data: far.filter((each) => wanted.includes(each.id)), next_cursor: null }
    },
  })
  const nobody = idOf(999)
  const all = [idOf(1), ...far.map((each) => each.id), nobody, 'mem_no']
  const { rerender } = render(show(all))
  expect(await screen.findByText('Ann 129')).toBeTruthy()
  for (const each of [one(1), ...far]) expect(screen.getByText(each.name)).toBeTruthy()
  for (const each of [nobody, 'mem_no']) expect(screen.getByText(each)).toBeTruthy()
  // The first page of all; then 121 in two.
  expect(ids().map((each) => each.split(',').length)).toEqual([100, 21])
  expect(ids().join()).not.toMatch(/mem_no|mem_0{12}1,/)
  expect(asked).toHaveLength(3)
  // Who was asked for is kept, the absent too; only who is new is asked for.
  rerender(show([...all.slice(0, 60), idOf(500)]))
  await waitFor(() => expect(asked).toHaveLength(4))
  rerender(show(all))
  await new Promise((over) => setTimeout(over, 50))
  expect(ids().slice(2)).toEqual([idOf(500)])
})

it('where names cannot be had the ids are shown', async () => {
  const { asked, show } = drawn({
    [MEMBERS]: (url: URL) => (url.searchParams.has('ids') ? new Refusal(500, 'no') : { data: [], next_cursor: 'more' }),
  })
  render(show([idOf(7), idOf(8)]))
  await waitFor(() => expect(asked).toHaveLength(2))
  await new Promise((over) => setTimeout(over, 50))
  expect(screen.getByText(idOf(7))).toBeTruthy()
  expect(asked).toHaveLength(2)
})
