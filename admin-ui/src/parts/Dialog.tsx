// A dialog. While what is in it is being sent it stays open: what went wrong would be said where nobody looks any more.
import { Modal } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { text } from '../text'
import { Hold } from './hold'

type Props = { opened: boolean; onClose: () => void; title: string; size?: string; children: () => ReactNode }

export function Dialog({ opened, onClose, title, size, children }: Props) {
  const [held, setHeld] = useState(false)
  return (
    <Modal
      opened={opened}
      onClose={() => !held && onClose()}
      title={title}
      size={size}
      closeButtonProps={{ 'aria-label': text.form.close, disabled: held }}
    >
      <Hold value={setHeld}>{opened && children()}</Hold>
    </Modal>
  )
}
