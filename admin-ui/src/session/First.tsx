// A one-time link: it makes the first admin, or somebody who was invited; or gives whoever is there a new password.
import { Center, Paper, Text, TextInput, Title } from '@mantine/core'
import { Form } from '../parts/Form'
import { useForm } from '../parts/form'
import { inside, useFilters, useGo } from '../parts/links'
import { PasswordInput } from '../parts/PasswordInput'
import { text } from '../text'
import { first, LEAST_PASSWORD } from './api'
import { useSession } from './session'

export default function First() {
  const [{ token = '', reset = '', next }] = useFilters()
  const resets = reset !== ''
  const title = resets ? text.session.resetTitle : text.session.firstTitle
  const help = resets ? text.session.resetHelp(reset) : text.session.firstHelp
  const { begin } = useSession()
  const go = useGo()
  const form = useForm({
    initial: { name: '', password: '', again: '', totp: '' },
    check: (typed) => ({
      name: !resets && typed.name.trim() === '' ? text.errors.required : undefined,
      password: [...typed.password].length < LEAST_PASSWORD ? text.session.short : undefined,
      again: typed.again !== typed.password ? text.session.differ : undefined,
    }),
    send: async ({ name, password, totp }) => {
      const code = totp.trim() === '' ? {} : { totp: totp.trim() }
      begin(await first(token, resets ? { password, ...code } : { name: name.trim(), password }))
      const { to, search } = inside(next)
      go(to, search)
    },
  })
  const { values, set, errors } = form
  return (
    <Center component="main" mih="100dvh" p="md">
      <title>{`${title} – ${text.product}`}</title>
      <Paper withBorder p="lg" radius="md" w="100%" maw={440}>
        <Title order={1} size="h3" mb="xs">
          {title}
        </Title>
        <Text mb="md">{token === '' ? text.session.firstNoToken : help}</Text>
        {token !== '' && (
          <Form form={form} submit={resets ? text.session.resetButton : text.session.firstButton}>
            <TextInput
              label={text.session.name}
              autoComplete="username"
              autoFocus={!resets}
              required={!resets}
              readOnly={resets}
              value={resets ? reset : values.name}
              error={errors.name}
              onChange={(event) => set('name', event.currentTarget.value)}
            />
            <PasswordInput
              label={resets ? text.settings.fresh : text.session.password}
              description={text.session.short}
              autoComplete="new-password"
              autoFocus={resets}
              required
              {...form.typed('password')}
            />
            <PasswordInput label={text.session.again} autoComplete="new-password" required {...form.typed('again')} />
            {resets && (
              <TextInput
                label={text.session.totp}
                description={text.session.totpHelp}
                autoComplete="one-time-code"
                inputMode="numeric"
                {...form.typed('totp')}
              />
            )}
          </Form>
        )}
      </Paper>
    </Center>
  )
}
