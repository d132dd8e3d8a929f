import { Group, MultiSelect, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, ask, type Schema } from '../api/client'
import { KINDS } from '../live/stream'
import { Ask } from '../parts/Ask'
import { Form } from '../parts/Form'
import { State } from '../parts/bits'
import { Secret } from '../parts/Secret'
import { Confirm } from '../parts/Confirm'
import { useForm } from '../parts/form'
import { Go, useCommunity } from '../parts/links'
import { Page, useSay } from '../parts/notes'
import { ServerTable, type Column } from '../parts/ServerTable'
import { Time } from '../parts/time'
import { useMay } from '../session/session'
import { text } from '../text'

const t = text.callbacks
type Endpoint = Schema['CallbackEndpoint']

export default function Callbacks() {
  const community = useCommunity()
  const may = useMay()
  const client = useQueryClient()
  const say = useSay()
  const [secret, setSecret] = useState<string | null>(null)
  const fresh = () => client.invalidateQueries({ queryKey: ['endpoints', community] })
  const params = (endpoint: string) => ({ path: { community, endpoint } })
  const replay = async (row: Endpoint) => {
    const done = await ask(api.POST('/v1/communities/{community}/callback_endpoints/{endpoint}/replay_dead', { params: params(row.id) }))
    setTimeout(() => say(t.replayed(done.replayed, done.left)))
  }
  const columns: Column<Endpoint>[] = [
    { id: 'url', title: text.col.url, show: (row) => <Go to={`/c/${community}/deliveries`} search={{ endpoint: row.id }}>{row.url}</Go>, csv: (row) => row.url },
    { id: 'state', title: text.col.state, show: (row) => <><State of={row.state} />{row.failures > 0 && <div>{t.failures(row.failures)}</div>}{row.disabled_reason && <div>{row.disabled_reason}</div>}</>, csv: (row) => row.state },
    { id: 'app', title: text.col.app, show: (row) => row.app ?? text.none, csv: (row) => row.app },
    { id: 'events', title: t.events, show: (row) => (row.events.length === 0 ? t.allEvents : row.events.join(text.comma)), csv: (row) => row.events.join(' ') },
    { id: 'created', title: text.col.created, show: (row) => <Time at={row.created_at} />, csv: (row) => row.created_at },
    ...(may.change
      ? [{
          id: 'actions', title: text.table.actions, show: (row: Endpoint) => (
            <Group gap={4}>
              <Confirm label={t.test} ask={t.testAsk} what={t.testWhat} done={t.tested} danger={false} act={() => ask(api.POST('/v1/communities/{community}/callback_endpoints/{endpoint}/test', { params: params(row.id) }))} />
              <Confirm label={t.replayDead} ask={t.replayAsk} what={t.replayWhat} danger={false} act={() => replay(row)} />
              <Confirm label={t.rotate} ask={t.rotateAsk} what={t.rotateWhat} act={() => ask(api.POST('/v1/communities/{community}/callback_endpoints/{endpoint}/rotate_secret', { params: params(row.id), body: { overlap_s: 3600 } })).then((made) => setSecret(made.secret))} />
              <Confirm label={row.state === 'active' ? t.disable : t.enable} ask={row.state === 'active' ? t.disableAsk : t.enableAsk} what={row.state === 'active' ? t.disableWhat : t.enableWhat} danger={row.state === 'active'} act={() => ask(api.PATCH('/v1/communities/{community}/callback_endpoints/{endpoint}', { params: params(row.id), body: { enabled: row.state !== 'active' } })).then(fresh)} />
              <Confirm label={t.remove} ask={t.removeAsk} what={t.removeWhat} done={t.removed} act={() => ask(api.DELETE('/v1/communities/{community}/callback_endpoints/{endpoint}', { params: params(row.id) })).then(fresh)} />
            </Group>
          ),
        }]
      : []),
  ]
  const add = may.change && <Ask label={t.add}>{(close) => <Add community={community} close={close} onSecret={setSecret} />}</Ask>
  return (
    <Page title={t.title} lead={t.lead} actions={add}>
      <ServerTable name={t.title} queryKey={['endpoints', community]} columns={columns} rowId={(row) => row.id} empty={t.empty} fetch={(query) => ask(api.GET('/v1/communities/{community}/callback_endpoints', { params: { path: { community }, query } }))} />
      <Secret title={t.secretTitle} lead={t.secretOnce} value={secret} onClose={() => setSecret(null)} />
    </Page>
  )
}

function Add({ community, close, onSecret }: { community: string; close: () => void; onSecret: (secret: string) => void }) {
  const client = useQueryClient()
  const form = useForm({
    initial: { url: '', description: '', events: [] as string[] },
    check: ({ url }) => ({ url: url.trim() === '' ? text.errors.required : undefined }),
    send: async ({ url, description, events }) => {
      const made = await ask(api.POST('/v1/communities/{community}/callback_endpoints', { params: { path: { community } }, body: { url: url.trim(), description, events: events as Schema['EventKind'][] } }))
      await client.invalidateQueries({ queryKey: ['endpoints', community] })
      close()
      onSecret(made.secret)
    },
  })
  const { values, set, errors } = form
  return (
    <Form form={form} submit={text.form.add} cancel={close}>
      <TextInput label={t.url} type="url" required data-autofocus value={values.url} error={errors.url} onChange={(event) => set('url', event.currentTarget.value)} />
      <TextInput label={t.description} value={values.description} error={errors.description} onChange={(event) => set('description', event.currentTarget.value)} />
      <MultiSelect label={t.events} description={t.eventsHelp} data={KINDS} value={values.events} error={errors.events} onChange={(events) => set('events', events)} searchable />
    </Form>
  )
}
