// Settings: another role for somebody, and the secret of an authenticator app as a picture.
import { fireEvent, render, screen, waitFor, within } from '@testing-library/react'
import { createMemoryHistory } from '@tanstack/react-router'
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { App } from '../src/App'
import { makeRouter } from '../src/router'
import { text } from '../src/text'

const t = text.settings
const me = {
  id: 'usr_1',
  name: 'ann',
  role: 'owner',
  communities: null,
  totp: false,
  has_password: true,
  provider: null,
}
const ben = {
  ...me,
  id: 'usr_2',
  name: 'ben',
  role: 'operator',
  communities: ['com_1'],
  invited: false,
  disabled: false,
}
let sent: string[] = []

beforeAll(() => import('../src/settings/Settings'), 120_000)
beforeEach(() => {
  sent = []
  vi.stubGlobal(
    'fetch',
    vi.fn(async (request: Request) => {
      const path = new URL(request.url).pathname
      const answer = (body: unknown) =>
        new Response(JSON.stringify(body), { status: 200, headers: { 'Content-Type': 'application/json' } })
      if (path === '/v1/session') return answer({ user: me, csrf: 'c', may_reveal: true, expires_at: '2030-01-01' })
      if (request.method === 'PATCH') sent.push(`${path} ${await request.text()}`)
      if (path === '/v1/session/totp')
        return answer({ secret: 'GEZDGNBV', uri: 'otpauth://totp/Partyline:ann?secret=GEZDGNBV' })
      if (path === '/v1/admin_users') return answer({ data: [ben], next_cursor: null })
      if (path === '/v1/communities') return answer({ data: [{ id: 'com_1', name: 'Riders' }], next_cursor: null })
      return answer({ data: [], next_cursor: null })
    }),
  )
})
const open = () => render(<App router={makeRouter(createMemoryHistory({ initialEntries: ['/settings'] }))} nonce="" />)

describe('who may sign in', () => {
  it('is edited: only what was changed is sent', async () => {
    open()
    const list = await screen.findByRole('table', { name: t.people }, { timeout: 10_000 })
    fireEvent.click(await within(list).findByRole('button', { name: t.edit }))
    const dialog = within(await screen.findByRole('dialog', { name: t.editOf('ben') }))
    const name = dialog.getByLabelText(new RegExp(`^${text.col.name}`))
    fireEvent.change(name, { target: { value: ' ' } })
    fireEvent.click(dialog.getByRole('button', { name: text.form.save }))
    expect(await dialog.findByText(text.errors.required)).toBeTruthy()
    fireEvent.change(name, { target: { value: 'ben' } })
    fireEvent.click(dialog.getByRole('combobox', { name: t.role }))
    fireEvent.click(await screen.findByRole('option', { name: t.roles.viewer, hidden: true }))
    fireEvent.click(dialog.getByRole('button', { name: text.form.save }))
    await waitFor(() => expect(sent).toEqual(['/v1/admin_users/usr_2 {"role":"viewer"}']))
  })
})

describe('an authenticator app', () => {
  it('is shown its secret as a picture and as letters', async () => {
    open()
    await screen.findByRole('button', { name: t.totpBegin }, { timeout: 10_000 })
    for (const one of screen.getAllByLabelText(new RegExp(`^${t.old}`)))
      fireEvent.change(one, { target: { value: 'password-1' } })
    fireEvent.click(screen.getByRole('button', { name: t.totpBegin }))
    expect(await screen.findByText('GEZDGNBV')).toBeTruthy()
    expect(await screen.findByRole('img', { name: t.totpQr })).toBeTruthy()
  })
})
