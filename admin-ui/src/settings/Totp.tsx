// One-time codes of an authenticator app, for oneself.
import { Button, Code, Paper, Stack, Text, TextInput, Title } from '@mantine/core'
import { useState } from 'react'
import { useForm } from '../parts/form'
import { Form } from '../parts/Form'
import { ErrorNote, useSay } from '../parts/notes'
import { PasswordInput } from '../parts/PasswordInput'
import { beginTotp, confirmTotp, removeTotp } from '../session/api'
import { useSession } from '../session/session'
import { text } from '../text'

const t = text.settings

export function Totp() {
  const { session, retry } = useSession()
  const on = session?.user.totp === true
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h4" mb="sm">{t.totp}</Title>
      <Text mb="sm">{on ? t.totpOn : t.totpOff}</Text>
      {on ? <Remove after={retry} /> : <SetUp after={retry} />}
    </Paper>
  )
}

function SetUp({ after }: { after: () => void }) {
  const say = useSay()
  const [secret, setSecret] = useState<string | null>(null)
  const [failed, setFailed] = useState<unknown>(null)
  const form = useForm({
    initial: { totp: '' },
    check: ({ totp }) => ({ totp: totp.trim() === '' ? text.errors.required : undefined }),
    send: async ({ totp }) => {
      await confirmTotp(totp.trim())
      say(text.form.saved)
      after()
    },
  })
  const begin = () => void beginTotp().then((made) => setSecret(made.secret)).catch(setFailed)
  if (secret === null) return <Stack align="flex-start"><Button variant="default" onClick={begin}>{t.totpBegin}</Button><ErrorNote error={failed} /></Stack>
  return (
    <Form form={form} submit={t.totpConfirm}>
      <Text>{t.totpSecret}</Text>
      <Code block>{secret}</Code>
      <TextInput maw={240} label={text.session.totp} inputMode="numeric" autoComplete="one-time-code" value={form.values.totp} error={form.errors.totp} onChange={(event) => form.set('totp', event.currentTarget.value)} />
    </Form>
  )
}

function Remove({ after }: { after: () => void }) {
  const form = useForm({
    initial: { password: '' },
    check: ({ password }) => ({ password: password === '' ? text.errors.required : undefined }),
    send: async ({ password }) => {
      await removeTotp(password)
      after()
    },
  })
  return (
    <Form form={form} submit={t.totpRemove}>
      <PasswordInput maw={420} label={text.session.password} autoComplete="current-password" value={form.values.password} error={form.errors.password} onChange={(event) => form.set('password', event.currentTarget.value)} />
    </Form>
  )
}
