// A form: its fields, what went wrong, and its button.
import { Button, Group, Stack } from '@mantine/core'
import type { FormEvent, ReactNode } from 'react'
import { text } from '../text'
import { ErrorNote } from './notes'

type FormProps = {
  form: { failed: unknown; busy: boolean; submit: (event?: FormEvent) => Promise<void> }
  /** Null where the form is only to be read. */
  submit: string | null
  danger?: boolean
  cancel?: () => void
  children: ReactNode
}

export function Form({ form, submit, danger = false, cancel, children }: FormProps) {
  // Whoever uses the keyboard goes on at the first field that is wrong, once it is in sight.
  const send = async (event: FormEvent<HTMLFormElement>) => {
    const sent = event.currentTarget
    await form.submit(event)
    setTimeout(() => sent.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus(), 60)
  }
  return (
    <form onSubmit={(event) => void send(event)} noValidate>
      <Stack>
        {children}
        <ErrorNote error={form.failed} />
        {submit !== null && (
          <Group justify={cancel ? 'flex-end' : 'flex-start'}>
            {cancel && (
              <Button variant="default" disabled={form.busy} onClick={cancel}>
                {text.form.cancel}
              </Button>
            )}
            <Button type="submit" color={danger ? 'red' : undefined} loading={form.busy}>
              {submit}
            </Button>
          </Group>
        )}
      </Stack>
    </form>
  )
}
