// What goes wrong is said where somebody looks: in the dialog, which stays, or in red at the foot.
import { MantineProvider, TextInput } from '@mantine/core'
import { fireEvent, render, screen, waitFor } from '@testing-library/react'
import type { ReactNode } from 'react'
import { describe, expect, it } from 'vitest'
import { Ask } from '../src/parts/Ask'
import { Confirm } from '../src/parts/Confirm'
import { Form } from '../src/parts/Form'
import { useForm } from '../src/parts/form'
import { Notices, useFail, useSay } from '../src/parts/notes'
import { text } from '../src/text'

const show = (what: ReactNode) =>
  render(<Notices>{what}</Notices>, {
    wrapper: ({ children }) => <MantineProvider env="test">{children}</MantineProvider>,
  })

/** Something that is under way until it is said how it ends. */
function pending() {
  let fail: (thrown: Error) => void = () => {}
  let done: () => void = () => {}
  const act = () =>
    new Promise<void>((well, ill) => {
      fail = ill
      done = well
    })
  return { act, fail: (said: string) => fail(new Error(said)), done: () => done() }
}

const dialog = () => screen.queryByRole('dialog')
function tryToLeave() {
  fireEvent.keyDown(dialog()!, { key: 'Escape' })
  fireEvent.click(screen.getByRole('button', { name: text.form.close }))
  fireEvent.click(screen.getByRole('button', { name: text.form.cancel }))
  fireEvent.click(document.querySelector('.mantine-Modal-inner')!)
}

function Sample({ send, close }: { send: () => Promise<void>; close: () => void }) {
  const form = useForm({
    initial: { name: '' },
    send: async () => {
      await send()
      close()
    },
  })
  return (
    <Form form={form} submit="Send" cancel={close}>
      <TextInput label="Name" />
    </Form>
  )
}

describe('a dialog that asks', () => {
  it('stays while it does what was asked, and says what went wrong', async () => {
    const way = pending()
    show(<Confirm label="Drain" ask="Drain it?" what="It takes no more." act={way.act} />)
    fireEvent.click(screen.getByRole('button', { name: 'Drain' }))
    await screen.findByRole('dialog')
    fireEvent.click(screen.getAllByRole('button', { name: 'Drain' }).at(-1)!)
    tryToLeave()
    way.fail('it is in use')
    expect((await screen.findByRole('alert')).textContent).toContain('it is in use')
    expect(dialog()).not.toBeNull()
    fireEvent.click(screen.getByRole('button', { name: text.form.cancel }))
    await waitFor(() => expect(dialog()).toBeNull())
  })
})

describe('a form in a dialog', () => {
  it('stays while it is sent, and goes once that is done', async () => {
    const way = pending()
    show(<Ask label="Add">{(close) => <Sample send={way.act} close={close} />}</Ask>)
    fireEvent.click(screen.getByRole('button', { name: 'Add' }))
    fireEvent.click(await screen.findByRole('button', { name: 'Send' }))
    tryToLeave()
    way.fail('the table is full')
    expect((await screen.findByRole('alert')).textContent).toContain('the table is full')
    fireEvent.click(screen.getByRole('button', { name: 'Send' }))
    tryToLeave()
    expect(dialog()).not.toBeNull()
    way.done()
    await waitFor(() => expect(dialog()).toBeNull())
  })
  it('can be left while nothing is sent', async () => {
    show(<Ask label="Add">{(close) => <Sample send={async () => {}} close={close} />}</Ask>)
    fireEvent.click(screen.getByRole('button', { name: 'Add' }))
    fireEvent.click(await screen.findByRole('button', { name: text.form.close }))
    await waitFor(() => expect(dialog()).toBeNull())
  })
})

function Both() {
  const say = useSay()
  const fail = useFail()
  return (
    <>
      <button onClick={() => say('It is saved.')}>well</button>
      <button onClick={() => fail(new Error('it is in use'))}>ill</button>
    </>
  )
}

describe('a notice', () => {
  it('of what went wrong is an alert, and not one of what was done', async () => {
    show(<Both />)
    fireEvent.click(screen.getByText('ill'))
    expect((await screen.findByRole('alert')).textContent).toBe('it is in use')
    expect(screen.getByRole('status').textContent).toBe('')
    fireEvent.click(screen.getByText('well'))
    expect(screen.getByRole('status').textContent).toBe('It is saved.')
    expect(screen.queryByRole('alert')).toBeNull()
  })
})
