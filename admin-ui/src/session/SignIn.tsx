import { Alert, Button, Center, Divider, Paper, Text, TextInput, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { text } from '../text'
import { Form } from '../parts/Form'
import { useForm } from '../parts/form'
import { useFilters } from '../parts/links'
import { PasswordInput } from '../parts/PasswordInput'
import { provider, PROVIDER_START, signIn } from './api'
import { keepPlace } from './place'
import { useSession } from './session'

export default function SignIn() {
  const { begin, expired } = useSession()
  const [{ oidc }] = useFilters()
  const door = useQuery({ queryKey: ['provider'], queryFn: provider, staleTime: Infinity, retry: 1 }).data
  const faults: Record<string, string> = text.session.provider.faults
  const form = useForm({
    initial: { name: '', password: '', totp: '' },
    check: (typed) => ({
      name: typed.name.trim() === '' ? text.errors.required : undefined,
      password: typed.password === '' ? text.errors.required : undefined,
    }),
    send: async ({ name, password, totp }) => begin(await signIn(name.trim(), password, totp.trim())),
  })
  return (
    <Center component="main" mih="100dvh" p="md">
      <title>{`${text.session.signIn} – ${text.product}`}</title>
      <Paper withBorder p="lg" radius="md" w="100%" maw={400}>
        <Title order={1} size="h3" mb="md">
          {text.product}
        </Title>
        {expired && (
          <Alert variant="light" mb="md">
            <Text size="sm" c="var(--mantine-color-text)">
              {text.session.expired}
            </Text>
          </Alert>
        )}
        {oidc !== undefined && (
          <Alert variant="light" color="red" mb="md" role="alert">
            <Text size="sm" c="var(--mantine-color-text)">
              {Object.hasOwn(faults, oidc) ? faults[oidc] : text.session.provider.failed}
            </Text>
          </Alert>
        )}
        <Form form={form} submit={text.session.signIn}>
          <TextInput label={text.session.name} autoComplete="username" autoFocus required {...form.typed('name')} />
          <PasswordInput
            label={text.session.password}
            autoComplete="current-password"
            required
            {...form.typed('password')}
          />
          <TextInput
            label={text.session.totp}
            description={text.session.totpHelp}
            autoComplete="one-time-code"
            inputMode="numeric"
            {...form.typed('totp')}
          />
        </Form>
        {door?.enabled === true && (
          <>
            <Divider
              my="md"
              label={
                <Text span size="xs" className="soft">
                  {text.session.provider.or}
                </Text>
              }
            />
            <Button component="a" href={PROVIDER_START} variant="default" fullWidth onClick={keepPlace}>
              {door.name}
            </Button>
          </>
        )}
        <Text size="sm" mt="md" className="soft">
          {text.session.needFirst}
        </Text>
      </Paper>
    </Center>
  )
}
