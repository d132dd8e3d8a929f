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

type Notice = { said: string; bad: boolean }
const Say = createContext<(what: string) => void>(() => {})
const Fail = createContext<(thrown: unknown) => void>(() => {})

const SHOWN_MS = 6000

/** A line at the foot of the page, also read out, that says what was done, or in red what was not. */
export function Notices({ children }: { children: ReactNode }) {
  const [{ said, bad }, setShown] = useState<Notice>({ said: '', bad: false })
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const show = useCallback((notice: Notice, ms: number) => {
    clearTimeout(timer.current)
    setShown(notice)
    timer.current = setTimeout(() => setShown({ said: '', bad: false }), ms)
  }, [])
  const say = useCallback((what: string) => show({ said: what, bad: false }, SHOWN_MS), [show])
  const fail = useCallback((thrown: unknown) => show({ said: sentence(thrown), bad: true }, 3 * SHOWN_MS), [show])
  return (
    <Say value={say}>
      <Fail value={fail}>{children}</Fail>
      <div role="status" aria-live="polite" className={said === '' || bad ? 'notice' : 'notice shown'}>
        {!bad && said}
      </div>
      {bad && (
        <div role="alert" className="notice shown bad">
          {said}
        </div>
      )}
    </Say>
  )
}

export const useSay = () => useContext(Say)
/** For what goes wrong where no form and no dialog could say it. */
export const useFail = () => useContext(Fail)
