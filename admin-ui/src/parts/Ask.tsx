// A form in a dialog, and the button that opens it.
import { Button } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { Dialog } from './Dialog'

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
      <Dialog opened={open} onClose={close} title={title}>
        {() => children(close)}
      </Dialog>
    </>
  )
}
