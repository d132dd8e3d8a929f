import { Button, Code, CopyButton, Modal, Stack, Text } from '@mantine/core'
import { text } from '../text'

/** A secret that is shown this once. */
export function Secret({
  title,
  lead,
  value,
  onClose,
}: {
  title: string
  lead: string
  value: string | null
  onClose: () => void
}) {
  return (
    <Modal
      opened={value !== null}
      onClose={onClose}
      title={title}
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': text.form.close }}
    >
      <Stack>
        <Text>{lead}</Text>
        <Code block className="secret">
          {value}
        </Code>
        <CopyButton value={value ?? ''}>
          {({ copied, copy }) => <Button onClick={copy}>{copied ? text.form.copied : text.form.copy}</Button>}
        </CopyButton>
      </Stack>
    </Modal>
  )
}
