// What is held about a member: to be given to them, and to be erased.
import { Button, Group, List, Paper, SimpleGrid, Stack, Text, TextInput, Title } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, ask } from '../api/client'
import { download } from '../parts/csv'
import { Dialog } from '../parts/Dialog'
import { Form } from '../parts/Form'
import { useForm } from '../parts/form'
import { Go, useGo } from '../parts/links'
import { ErrorNote, useSay } from '../parts/notes'
import { useMay } from '../session/session'
import { later } from '../text.later'
import { text } from '../text'
import { REVEAL } from './revealed'

const t = later.data

export function Data({ community, member, name }: { community: string; member: string; name: string }) {
  const may = useMay()
  return (
    <Stack>
      {/* The API gives it only to those who may see real numbers. */}
      {may.reveal && (
        <Paper withBorder p="md">
          <Title order={2} size="h4" mb="xs">
            {t.export}
          </Title>
          <Text mb="sm" maw={720}>
            {t.exportLead}
          </Text>
          <Export community={community} member={member} />
        </Paper>
      )}
      <Paper withBorder p="md">
        <Title order={2} size="h4" mb="xs">
          {t.optIns}
        </Title>
        <Go to={`/c/${community}/opt-ins`} search={{ member }}>
          {t.optInsOf(name)}
        </Go>
      </Paper>
      {may.change && (
        <Paper withBorder p="md">
          <Title order={2} size="h4" mb="xs">
            {t.erase}
          </Title>
          <Text mb="sm" maw={720}>
            {t.eraseLead}
          </Text>
          <Erase community={community} member={member} confirm={name} />
        </Paper>
      )}
    </Stack>
  )
}

function Export({ community, member }: { community: string; member: string }) {
  const [busy, setBusy] = useState(false)
  const [failed, setFailed] = useState<unknown>(null)
  const go = async () => {
    setBusy(true)
    setFailed(null)
    try {
      const whole = await ask(
        api.GET('/v1/communities/{community}/members/{member}/export', {
          params: { path: { community, member } },
          headers: REVEAL,
        }),
      )
      // It was read as JSON, so it did not break off.
      download(`${member}.json`, `${JSON.stringify(whole, null, 2)}\n`, 'application/json')
    } catch (thrown) {
      setFailed(thrown)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Stack>
      <ErrorNote error={failed} />
      <div>
        <Button variant="default" loading={busy} onClick={() => void go()}>
          {t.download}
        </Button>
      </div>
    </Stack>
  )
}

/** Asks for the word that confirms it: the member's name, or the id of one who was removed. */
export function Erase({ community, member, confirm }: { community: string; member: string; confirm: string }) {
  const [open, setOpen] = useState(false)
  const close = () => setOpen(false)
  return (
    <>
      <Button variant="default" className="danger" onClick={() => setOpen(true)}>
        {t.eraseLabel}
      </Button>
      <Dialog opened={open} onClose={close} title={t.eraseAsk} size="lg">
        {() => <Sure community={community} member={member} confirm={confirm} close={close} />}
      </Dialog>
    </>
  )
}

type SureProps = { community: string; member: string; confirm: string; close: () => void }

function Sure({ community, member, confirm, close }: SureProps) {
  const client = useQueryClient()
  const go = useGo()
  const say = useSay()
  const form = useForm({
    initial: { confirm: '' },
    check: (typed) => ({ confirm: typed.confirm.trim() === confirm ? undefined : t.differs(confirm) }),
    send: async (typed) => {
      const done = await ask(
        api.POST('/v1/communities/{community}/members/{member}/erase', {
          params: { path: { community, member } },
          body: { confirm: typed.confirm.trim() },
        }),
      )
      close()
      go(`/c/${community}/members`)
      client.removeQueries({ queryKey: ['members', community, member] })
      await client.invalidateQueries()
      say(t.erased(done.rows, done.waiting, done.compacted))
    },
  })
  return (
    <Form form={form} submit={t.eraseLabel} danger cancel={close}>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <div>
          <Text fw={600}>{t.goes}</Text>
          <List size="sm">
            {t.going.map((one) => (
              <List.Item key={one}>{one}</List.Item>
            ))}
          </List>
        </div>
        <div>
          <Text fw={600}>{t.stays}</Text>
          <List size="sm">
            {t.staying.map((one) => (
              <List.Item key={one}>{one}</List.Item>
            ))}
          </List>
        </div>
      </SimpleGrid>
      <Text size="sm">{t.takes}</Text>
      <TextInput
        label={text.form.typeToConfirm(confirm)}
        required
        data-autofocus
        autoComplete="off"
        value={form.values.confirm}
        error={form.errors.confirm}
        onChange={(event) => form.set('confirm', event.currentTarget.value)}
      />
    </Form>
  )
}

/** Shown in the place of somebody who is not there: who was removed can still be erased. */
export function Gone({ community, member }: { community: string; member: string }) {
  return (
    <Paper withBorder p="md">
      <Text mb="sm">{t.gone}</Text>
      <Group gap="xs">
        <Erase community={community} member={member} confirm={member} />
      </Group>
    </Paper>
  )
}
