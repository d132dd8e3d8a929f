// What holds for every page: what it begins with, and what it asks.
import { onlineManager } from '@tanstack/react-query'
import { createMemoryHistory } from '@tanstack/react-router'
import { act, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { App } from '../src/App'
import { makeRouter } from '../src/router'
import { text } from '../src/text'
import { broker } from './broker'

function open(path: string) {
  const router = makeRouter(createMemoryHistory({ initialEntries: [path] }))
  render(<App router={router} nonce="" />)
  return router
}

describe('a page', () => {
  it('begins anew for another community: nothing typed for one stands in the other', async () => {
    broker()
    const router = open('/c/com_a/members')
    const field = await screen.findByLabelText<HTMLInputElement>(text.members.searchName, {}, { timeout: 10_000 })
    fireEvent.change(field, { target: { value: 'Ann' } })
    expect(field.value).toBe('Ann')
    await act(() => router.navigate({ to: '/c/com_b/members' as '/' }))
    await waitFor(() => expect(router.state.location.pathname).toBe('/c/com_b/members'))
    expect((await screen.findByLabelText<HTMLInputElement>(text.members.searchName)).value).toBe('')
  })
  it('stays as it is when only the filters in its address change', async () => {
    broker()
    const router = open('/c/com_a/messages')
    const heading = await screen.findByRole('heading', { level: 1 }, { timeout: 10_000 })
    await act(() => router.navigate({ to: '/c/com_a/messages' as '/', search: { status: 'held' } as never }))
    expect(screen.getByRole('heading', { level: 1 })).toBe(heading)
  })
  it('asks the broker also where the browser believes that there is no network', async () => {
    const asked = broker()
    onlineManager.setOnline(false)
    open('/c/com_a/opt-outs')
    expect(await screen.findByRole('heading', { level: 1 }, { timeout: 10_000 })).toBeTruthy()
    await waitFor(() => expect(asked.some((one) => one.url.includes('/opt_outs'))).toBe(true))
    onlineManager.setOnline(true)
  })
})
