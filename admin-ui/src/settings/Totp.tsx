// One-time codes of an authenticator app, for oneself.
import { Code, Paper, Text, TextInput, Title } from '@mantine/core'
import { useState } from 'react'
import type { Schema } from '../api/client'
import { useForm } from '../parts/form'
import { Form } from '../parts/Form'
import { useSay } from '../parts/notes'
import { PasswordInput } from '../parts/PasswordInput'
import { Qr } from '../parts/Qr'
import { beginTotp, confirmTotp, removeTotp } from '../session/api'
import { useSession } from '../session/session'
import { text } from '../text'

const t = text.settings

export function Totp() {
  const { session, retry } = useSession()
  const on = session?.user.totp === true
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h4" mb="sm">
        {t.totp}
      </Title>
      <Text mb="sm">{on ? t.totpOn : t.totpOff}</Text>
      {on ? <Remove after={retry} /> : <SetUp after={retry} />}
    </Paper>
  )
}

type Secret = Schema['TotpSecret']

function SetUp({ after }: { after: () => void }) {
  const [secret, setSecret] = useState<Secret | null>(null)
  return secret === null ? <Begin onSecret={setSecret} /> : <Prove secret={secret} after={after} />
}

/** Whoever sits before a page that was left open does not know the password. */
function Begin({ onSecret }: { onSecret: (secret: Secret) => void }) {
  const form = useForm({
    initial: { password: '' },
    check: ({ password }) => ({ password: password === '' ? text.errors.required : undefined }),
    send: async ({ password }) => onSecret(await beginTotp(password)),
  })
  return (
    <Form form={form} submit={t.totpBegin}>
      <Again form={form} />
    </Form>
  )
}

function Prove({ secret, after }: { secret: Secret; after: () => void }) {
  const say = useSay()
  const form = useForm({
    initial: { totp: '' },
    check: ({ totp }) => ({ totp: totp.trim() === '' ? text.errors.required : undefined }),
    send: async ({ totp }) => {
      await confirmTotp(totp.trim())
      say(text.form.saved)
      after()
    },
  })
  return (
    <Form form={form} submit={t.totpConfirm}>
      <Text>{t.totpSecret}</Text>
      <Qr of={secret.uri} label={t.totpQr} />
      <Code block>{secret.secret}</Code>
      <TextInput
        maw={240}
        label={text.session.totp}
        inputMode="numeric"
        autoComplete="one-time-code"
        autoFocus
        value={form.values.totp}
        error={form.errors.totp}
        onChange={(event) => form.set('totp', event.currentTarget.value)}
      />
    </Form>
  )
}

type Asking = {
  values: { password: string }
  errors: { password?: string }
  set: (field: 'password', typed: string) => void
}

function Again({ form }: { form: Asking }) {
  return (
    <PasswordInput
      maw={420}
      label={t.old}
      autoComplete="current-password"
      value={form.values.password}
      error={form.errors.password}
      onChange={(event) => form.set('password', event.currentTarget.value)}
    />
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
      <Again form={form} />
    </Form>
  )
}
