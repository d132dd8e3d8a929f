import { Anchor, Paper, Select, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api, ask } from '../api/client'
import { Form } from '../parts/Form'
import { Facts, State } from '../parts/bits'
import { useForm } from '../parts/form'
import { Page, useSay } from '../parts/notes'
import { homeRegion, keepRegion, regions } from '../parts/phone'
import { said, zone } from '../parts/time'
import { PasswordInput } from '../parts/PasswordInput'
import { changePassword, LEAST_PASSWORD } from '../session/api'
import { useMay, useSession } from '../session/session'
import { text } from '../text'
import { People } from './People'
import { Totp } from './Totp'
import { Verifications } from './Verifications'

const t = text.settings

export default function Settings() {
  const session = useSession().session
  const may = useMay()
  const health = useQuery({
    queryKey: ['ready'],
    queryFn: () => ask(api.GET('/readyz')),
    refetchInterval: 10_000,
    retry: false,
  })
  return (
    <Page title={t.title}>
      <Paper withBorder p="md">
        <Stack>
          <Title order={2} size="h4">
            {t.you}
          </Title>
          {session && (
            <Facts
              of={[
                [text.session.name, session.user.name],
                [t.role, t.roles[session.user.role]],
                [text.col.expires, said(session.expires_at)],
                [text.col.phone, may.reveal ? t.reveal : t.noReveal],
                [text.members.timeZone, zone()],
                [t.health, <State of={health.isSuccess ? t.health_ready : t.health_not} />],
                [t.apiDocs, <Anchor href="/docs">{'/docs'}</Anchor>],
              ]}
            />
          )}
          <Region />
        </Stack>
      </Paper>
      {session?.user.has_password ? (
        <>
          <Password />
          <Totp />
        </>
      ) : (
        <Text>{t.noPassword}</Text>
      )}
      {may.own && <People />}
      {may.own && <Verifications />}
    </Page>
  )
}

function Region() {
  const all = useQuery({ queryKey: ['regions'], queryFn: regions, staleTime: Infinity })
  const [region, setRegion] = useState(homeRegion())
  const names = new Intl.DisplayNames(undefined, { type: 'region' })
  return (
    <Select
      maw={320}
      searchable
      allowDeselect={false}
      label={text.phone.region}
      data={(all.data ?? [region]).map((one) => ({ value: one, label: `${names.of(one) ?? one} (${one})` }))}
      value={region}
      onChange={(next) => {
        if (next !== null) {
          keepRegion(next)
          setRegion(next)
        }
      }}
    />
  )
}

function Password() {
  const say = useSay()
  const empty = { password: '', new_password: '', again: '' }
  const form = useForm({
    initial: empty,
    check: (typed) => ({
      password: typed.password === '' ? text.errors.required : undefined,
      new_password: [...typed.new_password].length < LEAST_PASSWORD ? text.session.short : undefined,
      again: typed.again !== typed.new_password ? text.session.differ : undefined,
    }),
    send: async (typed) => {
      await changePassword(typed.password, typed.new_password)
      form.setValues(empty)
      say(t.changed)
    },
  })
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h4" mb="sm">
        {t.password}
      </Title>
      <Form form={form} submit={t.password}>
        <PasswordInput maw={420} label={t.old} autoComplete="current-password" {...form.typed('password')} />
        <PasswordInput
          maw={420}
          label={t.fresh}
          description={text.session.short}
          autoComplete="new-password"
          {...form.typed('new_password')}
        />
        <PasswordInput maw={420} label={text.session.again} autoComplete="new-password" {...form.typed('again')} />
      </Form>
    </Paper>
  )
}
