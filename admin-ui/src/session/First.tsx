// The one-time link that makes the first admin.
import { Center, Paper, Text, TextInput, Title } from '@mantine/core'
import { Form } from '../parts/Form'
import { useForm } from '../parts/form'
import { useFilters, useGo } from '../parts/links'
import { PasswordInput } from '../parts/PasswordInput'
import { text } from '../text'
import { first, LEAST_PASSWORD } from './api'
import { useSession } from './session'

export default function First() {
  const [{ token = '' }] = useFilters()
  const { begin } = useSession()
  const go = useGo()
  const form = useForm({
    initial: { name: '', password: '', again: '' },
    check: (typed) => ({
      name: typed.name.trim() === '' ? text.errors.required : undefined,
      password: [...typed.password].length < LEAST_PASSWORD ? text.session.short : undefined,
      again: typed.again !== typed.password ? text.session.differ : undefined,
    }),
    send: async ({ name, password }) => {
      begin(await first(token, name.trim(), password))
      go('/')
    },
  })
  const { values, set, errors } = form
  return (
    <Center component="main" mih="100dvh" p="md">
      <title>{`${text.session.firstTitle} – ${text.product}`}</title>
      <Paper withBorder p="lg" radius="md" w="100%" maw={440}>
        <Title order={1} size="h3" mb="xs">{text.session.firstTitle}</Title>
        <Text mb="md">{token === '' ? text.session.firstNoToken : text.session.firstHelp}</Text>
        {token !== '' && (
          <Form form={form} submit={text.session.firstButton}>
            <TextInput label={text.session.name} autoComplete="username" autoFocus required value={values.name} error={errors.name} onChange={(event) => set('name', event.currentTarget.value)} />
            <PasswordInput label={text.session.password} description={text.session.short} autoComplete="new-password" required value={values.password} error={errors.password} onChange={(event) => set('password', event.currentTarget.value)} />
            <PasswordInput label={text.session.again} autoComplete="new-password" required value={values.again} error={errors.again} onChange={(event) => set('again', event.currentTarget.value)} />
          </Form>
        )}
      </Paper>
    </Center>
  )
}
