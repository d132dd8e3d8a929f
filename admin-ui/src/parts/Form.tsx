// A form: its fields, what went wrong, and its button.
import { Button, Group, Stack } from '@mantine/core'
import type { FormEvent, ReactNode } from 'react'
import { text } from '../text'
import { ErrorNote } from './notes'

type FormProps = { form: { failed: unknown; busy: boolean; submit: (event?: FormEvent) => Promise<void> }; /** Null where the form is only to be read. */ submit: string | null; cancel?: () => void; children: ReactNode }

export function Form({ form, submit, cancel, children }: FormProps) {
  return (
    <form onSubmit={(event) => void form.submit(event)} noValidate>
      <Stack>
        {children}
        <ErrorNote error={form.failed} />
        {submit !== null && (
          <Group justify={cancel ? 'flex-end' : 'flex-start'}>
            {cancel && <Button variant="default" onClick={cancel}>{text.form.cancel}</Button>}
            <Button type="submit" loading={form.busy}>{submit}</Button>
          </Group>
        )}
      </Stack>
    </form>
  )
}
