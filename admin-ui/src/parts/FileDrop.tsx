// A file, chosen or dropped.
import { Button, FileButton, Group, Text } from '@mantine/core'
import { useRef, useState, type DragEvent } from 'react'
import { later } from '../text.later'

const t = later.file

type Props = {
  accept: string
  chosen: string | null
  help: string
  error?: string | null
  disabled?: boolean
  onFile: (file: File) => void
}

export function FileDrop({ accept, chosen, help, error, disabled, onFile }: Props) {
  const [over, setOver] = useState(false)
  const reset = useRef<() => void>(null)
  const chose = (file: File | null) => {
    // Else the same file chosen again, mended meanwhile, would be no change.
    reset.current?.()
    if (file !== null) onFile(file)
  }
  const drop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    const file = event.dataTransfer.files[0]
    if (file !== undefined && !disabled) onFile(file)
  }
  return (
    <div
      className={over ? 'drop over' : 'drop'}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <Group gap="sm">
        <FileButton
          disabled={disabled}
          resetRef={reset}
          accept={accept}
          inputProps={{ 'aria-label': t.choose }}
          onChange={chose}
        >
          {(props) => (
            <Button variant="default" disabled={disabled} {...props}>
              {chosen === null ? t.choose : t.another}
            </Button>
          )}
        </FileButton>
        <Text fw={chosen === null ? undefined : 600} className="grow">
          {chosen ?? t.drop}
        </Text>
      </Group>
      <Text size="sm" className="soft" mt={4}>
        {help}
      </Text>
      {error && (
        <Text size="sm" className="danger" role="alert" mt={4}>
          {error}
        </Text>
      )}
    </div>
  )
}
