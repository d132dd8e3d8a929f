// A form in a dialog, and the button that opens it.
import { Button, Group, Modal, Stack } from '@mantine/core'
import { useState, type FormEvent, type ReactNode } from 'react'
import { text } from '../text'
import { ErrorNote } from './notes'

export function Ask({ label, title = label, primary = true, size, children }: { label: string; title?: string; primary?: boolean; size?: string; children: (close: () => void) => ReactNode }) {
  const [open, setOpen] = useState(false)
  const close = () => setOpen(false)
  return (
    <>
      <Button size={size} variant={primary ? 'filled' : 'default'} onClick={() => setOpen(true)}>{label}</Button>
      <Modal opened={open} onClose={close} title={title} closeButtonProps={{ 'aria-label': text.form.close }}>
        {open && children(close)}
      </Modal>
    </>
  )
}

type FormProps = { form: { failed: unknown; busy: boolean; submit: (event?: FormEvent) => Promise<void> }; submit: string; cancel?: () => void; children: ReactNode }

export function Form({ form, submit, cancel, children }: FormProps) {
  return (
    <form onSubmit={(event) => void form.submit(event)} noValidate>
      <Stack>
        {children}
        <ErrorNote error={form.failed} />
        <Group justify={cancel ? 'flex-end' : 'flex-start'}>
          {cancel && <Button variant="default" onClick={cancel}>{text.form.cancel}</Button>}
          <Button type="submit" loading={form.busy}>{submit}</Button>
        </Group>
      </Stack>
    </form>
  )
}
