// A form in a dialog, and the button that opens it.
import { Button, Modal } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { text } from '../text'

export function Ask({
  label,
  title = label,
  primary = true,
  size,
  children,
}: {
  label: string
  title?: string
  primary?: boolean
  size?: string
  children: (close: () => void) => ReactNode
}) {
  const [open, setOpen] = useState(false)
  const close = () => setOpen(false)
  return (
    <>
      <Button size={size} variant={primary ? 'filled' : 'default'} onClick={() => setOpen(true)}>
        {label}
      </Button>
      <Modal opened={open} onClose={close} title={title} closeButtonProps={{ 'aria-label': text.form.close }}>
        {open && children(close)}
      </Modal>
    </>
  )
}
