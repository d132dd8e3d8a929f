// Asks before something is destroyed.
import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { text } from '../text'
import { ErrorNote, useSay } from './notes'

type Props = {
  label: string
  ask: string
  what: string
  done?: string
  act: () => Promise<unknown>
  danger?: boolean
  size?: string
  children?: ReactNode
}

/** The button that was pressed may be gone with what it stood by: then the keyboard goes on at the page's beginning. */
function keepFocus(): void {
  setTimeout(() => {
    if (document.activeElement === document.body) document.getElementById('content')?.focus({ preventScroll: true })
  }, 400)
}

export function Confirm({ label, ask, what, done = text.form.done, act, danger = true, size = 'xs', children }: Props) {
  const [open, setOpen] = useState(false)
  const [busy, setBusy] = useState(false)
  const [failed, setFailed] = useState<unknown>(null)
  const say = useSay()
  const go = async () => {
    setBusy(true)
    setFailed(null)
    try {
      await act()
      setOpen(false)
      keepFocus()
      say(done)
    } catch (thrown) {
      setFailed(thrown)
    } finally {
      setBusy(false)
    }
  }
  const close = () => {
    setFailed(null)
    setOpen(false)
  }
  return (
    <>
      <Button size={size} variant="default" className={danger ? 'danger' : undefined} onClick={() => setOpen(true)}>
        {label}
      </Button>
      <Modal
        opened={open}
        // What went wrong is said in the dialog, so it stays until that is known.
        onClose={() => !busy && close()}
        title={ask}
        closeButtonProps={{ 'aria-label': text.form.close, disabled: busy }}
      >
        <Stack>
          <Text>{what}</Text>
          {children}
          <ErrorNote error={failed} />
          <Group justify="flex-end">
            <Button variant="default" disabled={busy} onClick={close} data-autofocus>
              {text.form.cancel}
            </Button>
            <Button color={danger ? 'red' : undefined} loading={busy} onClick={() => void go()}>
              {label}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  )
}
