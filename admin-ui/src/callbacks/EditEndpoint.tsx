// An endpoint of an app: a new one, or one that is there.
import { MultiSelect, Switch, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, ask, type Schema } from '../api/client'
import { Form } from '../parts/Form'
import { changed, useForm } from '../parts/form'
import { useSay } from '../parts/notes'
import { later } from '../text.later'
import { text } from '../text'

/** What an endpoint can be told of. */
const KINDS = [
  'message.received',
  'message.held',
  'message.status',
  'assignment.created',
  'assignment.released',
  'assignment.moved',
  'opt_out.changed',
  'quarantine.held',
  'call.ringing',
  'call.answered',
  'call.ended',
  'stranger.not_connected',
  'member.table_nearly_full',
  'member.erased',
]

const t = text.callbacks
type Endpoint = Schema['CallbackEndpoint']
type Props = { community: string; endpoint: Endpoint | null; close: () => void; onSecret: (secret: string) => void }

/** An address as the API takes it: whole, with its scheme. */
export function isAddress(typed: string): boolean {
  return /^https?:\/\//i.test(typed.trim()) && URL.canParse(typed.trim())
}

export function EditEndpoint({ community, endpoint: now, close, onSecret }: Props) {
  // As it was when the dialog was opened: what others change meanwhile is not this form's to put back.
  const [endpoint] = useState(now)
  const client = useQueryClient()
  const say = useSay()
  const form = useForm({
    initial: {
      url: endpoint?.url ?? '',
      description: endpoint?.description ?? '',
      events: (endpoint?.events ?? []) as string[],
      intercepts: endpoint?.intercepts ?? false,
      strangers: endpoint?.strangers ?? false,
    },
    check: ({ url }) => ({
      url: url.trim() === '' ? text.errors.required : isAddress(url) ? undefined : later.endpoint.whole,
    }),
    send: async ({ url, events, ...rest }) => {
      const body = { ...rest, url: url.trim(), events: events as Schema['EventKind'][] }
      const path = { community }
      const edit = endpoint === null ? {} : changed({ ...endpoint }, body)
      const made =
        endpoint === null
          ? await ask(api.POST('/v1/communities/{community}/callback_endpoints', { params: { path }, body }))
          : null
      if (endpoint !== null && Object.keys(edit).length > 0)
        await ask(
          api.PATCH('/v1/communities/{community}/callback_endpoints/{endpoint}', {
            params: { path: { community, endpoint: endpoint.id } },
            body: edit,
          }),
        )
      await client.invalidateQueries({ queryKey: ['endpoints', community] })
      close()
      if (made === null) say(text.form.saved)
      else onSecret(made.secret)
    },
  })
  return (
    <Form form={form} submit={endpoint === null ? text.form.add : text.form.save} cancel={close}>
      <TextInput
        label={t.url}
        description={later.endpoint.whole}
        type="url"
        required
        data-autofocus
        {...form.typed('url')}
      />
      <TextInput label={t.description} {...form.typed('description')} />
      <MultiSelect label={t.events} description={t.eventsHelp} data={KINDS} {...form.chosen('events')} searchable />
      <Switch
        label={later.endpoint.intercepts}
        description={later.endpoint.interceptsHelp}
        {...form.ticked('intercepts')}
      />
      <Switch
        label={later.endpoint.strangers}
        description={later.endpoint.interceptsHelp}
        {...form.ticked('strangers')}
      />
    </Form>
  )
}
