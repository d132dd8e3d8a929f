// Real numbers: each look at one is written down, so there is one look where somebody wished for one, and none else.
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { createMemoryHistory } from '@tanstack/react-router'
import { act, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { useQuery } from '@tanstack/react-query'
import { describe, expect, it } from 'vitest'
import { App } from '../src/App'
import { revealedPhones } from '../src/members/revealed'
import { makeRouter } from '../src/router'
import { text } from '../src/text'
import { broker, session } from './broker'

const MEMBER = '/v1/communities/com_a/members/mem_aaaaaaaa'
const member = (...phones: string[]) => ({
  id: 'mem_aaaaaaaa',
  name: 'Ada',
  devices: phones.map((phone, index) => ({ id: `dev_${index}`, phone })),
})
const looks = (asked: Request[]) => asked.filter((one) => one.headers.get('X-Reveal') === '1').length
const wait = { timeout: 10_000 }

function open(path: string) {
  const router = makeRouter(createMemoryHistory({ initialEntries: [path] }))
  render(<App router={router} nonce="" />)
  return router
}

describe('a real number', () => {
  it('is not looked at again when lists are made fresh, and is forgotten with its page', async () => {
    const asked = broker({ [MEMBER]: member('+14155550151') })
    const client = new QueryClient()
    const Shown = () => <>{useQuery(revealedPhones('com_a', 'mem_aaaaaaaa')).data}</>
    const page = render(
      <QueryClientProvider client={client}>
        <Shown />
      </QueryClientProvider>,
    )
    expect(await screen.findByText('+14155550151')).toBeTruthy()
    await act(() => client.invalidateQueries({ queryKey: ['members', 'com_a'] }))
    await act(() => client.invalidateQueries())
    expect(looks(asked)).toBe(1)
    page.unmount()
    await waitFor(() => expect(client.getQueryCache().getAll()).toEqual([]))
  })
})

describe('the way of a text', () => {
  const decision = { outcome: 'refuse', sentence: 'It is refused.', steps: ['Looked.'] }
  const answers = { [MEMBER]: member('+14155550151', '+14155550152'), '/v1/communities/com_a/resolve': decision }
  const path = '/c/com_a/explain?member=mem_aaaaaaaa&to=%2B15005550301'
  const from = (asked: Request[]) =>
    asked.filter((one) => one.url.includes('/resolve')).map((one) => new URL(one.url).searchParams.get('from'))

  it('is drawn for a sender whose phone is not in the address, whichever phone it was', async () => {
    const asked = broker(answers)
    const router = open(path)
    expect(await screen.findByText('It is refused.', {}, wait)).toBeTruthy()
    fireEvent.click(screen.getByLabelText(text.explain.whichPhone, { selector: 'input' }))
    fireEvent.click(await screen.findByRole('option', { name: '+14155550152', hidden: true }))
    await waitFor(() => expect(from(asked)).toEqual(['+14155550151', '+14155550152']))
    expect(looks(asked)).toBe(1)
    // To ask once more, of another moment, does not put it there either.
    const go = screen.getByRole('button', { name: text.explain.go })
    go.focus()
    fireEvent.change(screen.getByLabelText(text.explain.at), { target: { value: '2026-11-23T10:00' } })
    fireEvent.click(go)
    await waitFor(() =>
      expect(router.state.location.search).toEqual({
        member: 'mem_aaaaaaaa',
        to: '+15005550301',
        at: new Date('2026-11-23T10:00').toISOString(),
      }),
    )
    // The form is the same one, and whoever pressed its button still is on it.
    expect(document.activeElement).toBe(go)
    expect(screen.getByLabelText<HTMLInputElement>(text.explain.at).value).toBe('2026-11-23T10:00')
  })
  it('is not drawn for who may not see the phone, who is told so', async () => {
    const asked = broker({ ...answers, '/v1/session': { ...session, may_reveal: false } })
    open(path)
    expect(await screen.findByText(text.session.closed, {}, wait)).toBeTruthy()
    expect([looks(asked), from(asked)]).toEqual([0, []])
  })
})
