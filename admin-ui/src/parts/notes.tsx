// What every page says in the same way: errors, empty lists, what was done.
import { Alert, Button, Group, Stack, Text, Title } from '@mantine/core'
import { createContext, useCallback, useContext, useRef, useState, type ReactNode } from 'react'
import { ApiError, sentence } from '../api/client'
import { text } from '../text'

export function ErrorNote({ error, retry }: { error: unknown; retry?: () => void }) {
  if (error === null || error === undefined) return null
  const id = error instanceof ApiError ? error.requestId : null
  return (
    <Alert color="red" variant="light" title={text.errors.title} role="alert">
      <Text size="sm" c="var(--mantine-color-text)">
        {sentence(error)}
      </Text>
      {id !== null && (
        <Text size="xs" c="var(--mantine-color-text)" mt={4}>
          {text.errors.request(id)}
        </Text>
      )}
      {retry && (
        <Button mt="xs" size="xs" variant="default" onClick={retry}>
          {text.errors.retry}
        </Button>
      )}
    </Alert>
  )
}

export function Empty({ children, action }: { children: ReactNode; action?: ReactNode }) {
  return (
    <Stack align="center" py="xl" px="md" gap="sm" className="empty">
      <Text ta="center" maw={460}>
        {children}
      </Text>
      {action}
    </Stack>
  )
}

export function Page({
  title,
  lead,
  actions,
  children,
}: {
  title: string
  lead?: ReactNode
  actions?: ReactNode
  children: ReactNode
}) {
  return (
    <Stack gap="md">
      <title>{`${title} – ${text.product}`}</title>
      <Group justify="space-between" align="flex-start" gap="sm">
        <div className="grow">
          <Title order={1} size="h2">
            {title}
          </Title>
          {lead !== undefined && (
            <Text className="soft" maw={720}>
              {lead}
            </Text>
          )}
        </div>
        {actions !== undefined && <Group gap="xs">{actions}</Group>}
      </Group>
      {children}
    </Stack>
  )
}

const Say = createContext<(what: string) => void>(() => {})

/** A line at the foot of the page, also read out, that says what was done. */
export function Notices({ children }: { children: ReactNode }) {
  const [said, setSaid] = useState('')
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const say = useCallback((what: string) => {
    clearTimeout(timer.current)
    setSaid(what)
    timer.current = setTimeout(() => setSaid(''), 6000)
  }, [])
  return (
    <Say value={say}>
      {children}
      <div role="status" aria-live="polite" className={said === '' ? 'notice' : 'notice shown'}>
        {said}
      </div>
    </Say>
  )
}

export const useSay = () => useContext(Say)
