// The filters of a list, as they stand in the address; and fields that follow it.
import { createMemoryHistory } from '@tanstack/react-router'
import { act, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { App } from '../src/App'
import { localOf, toInstant } from '../src/parts/time'
import { makeRouter } from '../src/router'
import { text } from '../src/text'
import { broker } from './broker'

function open(path: string) {
  const router = makeRouter(createMemoryHistory({ initialEntries: [path] }))
  render(<App router={router} nonce="" />)
  return router
}
const wait = { timeout: 10_000 }

describe('a moment', () => {
  it.each(['2026-11-23T10:00', '2026-11-23T10:00:07', '0002-01-01T00:30'])('%s is shown as it was typed', (typed) => {
    expect(localOf(toInstant(typed) ?? '')).toBe(typed)
  })
  it('that is none is an empty field', () => {
    expect([localOf(''), localOf('soon')]).toEqual(['', ''])
  })
})

describe('the address', () => {
  it('says a moment with its zone, and the field shows it in the own', async () => {
    const asked = broker()
    const router = open('/c/com_a/calls')
    fireEvent.change(await screen.findByLabelText(text.form.since, {}, wait), { target: { value: '2026-11-23T10:00' } })
    const at = new Date('2026-11-23T10:00').toISOString()
    await waitFor(() => expect(router.state.location.search).toEqual({ since: at }))
    expect(screen.getByLabelText<HTMLInputElement>(text.form.since).value).toBe('2026-11-23T10:00')
    await waitFor(() => expect(asked.some((one) => new URL(one.url).searchParams.get('since') === at)).toBe(true))
  })
  it('keeps no contact whose member was taken away', async () => {
    broker()
    const router = open('/c/com_a/messages?member=mem_aaaaaaaa&contact=mem_bbbbbbbb&status=held')
    await screen.findByLabelText(text.col.contact, { selector: 'input' }, wait)
    const clear = screen.getAllByLabelText(text.table.clear)[0]
    fireEvent.click(clear as HTMLElement)
    await waitFor(() => expect(router.state.location.search).toEqual({ status: 'held' }))
    expect(screen.queryByLabelText(text.col.contact, { selector: 'input' })).toBeNull()
  })
  it('of the members leaves no old words in the fields', async () => {
    broker()
    const router = open('/c/com_a/members?name=Ann')
    const field = await screen.findByLabelText<HTMLInputElement>(text.members.searchName, {}, wait)
    expect(field.value).toBe('Ann')
    field.focus()
    await act(() => router.navigate({ to: '/c/com_a/members' as '/', search: {} as never }))
    expect(field.value).toBe('')
    // And whoever was in the field still is.
    expect(document.activeElement).toBe(field)
  })
})
