// An endpoint of an app: a new one, or one that is there.
import { MultiSelect, Switch, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { api, ask, askTagged, type Schema } from '../api/client'
import { nothingYet, useEdit } from '../parts/edit'
import { Form } from '../parts/Form'
import { changed } from '../parts/form'
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
] satisfies Schema['EventKind'][]

const t = text.callbacks
type Endpoint = Schema['CallbackEndpoint']
type Props = { community: string; endpoint: Endpoint | null; close: () => void; onSecret: (secret: string) => void }

/** An address as the API takes it: whole, with its scheme. */
export function isAddress(typed: string): boolean {
  return /^https?:\/\//i.test(typed.trim()) && URL.canParse(typed.trim())
}

const valuesOf = (endpoint: Endpoint | null) => ({
  url: endpoint?.url ?? '',
  description: endpoint?.description ?? '',
  events: (endpoint?.events ?? []) as string[],
  intercepts: endpoint?.intercepts ?? false,
  strangers: endpoint?.strangers ?? false,
})
type Values = ReturnType<typeof valuesOf>

const bodyOf = ({ url, events, ...rest }: Values) => ({
  ...rest,
  url: url.trim(),
  events: events as Schema['EventKind'][],
})

const LABELS: Record<keyof Values, string> = {
  url: t.url,
  description: t.description,
  events: t.events,
  intercepts: later.endpoint.intercepts,
  strangers: later.endpoint.strangers,
}

export function EditEndpoint({ community, endpoint, close, onSecret }: Props) {
  const client = useQueryClient()
  const say = useSay()
  const path = { community, endpoint: endpoint?.id ?? '' }
  const form = useEdit({
    row: endpoint,
    of: valuesOf,
    labels: LABELS,
    check: ({ url }) => ({
      url: url.trim() === '' ? text.errors.required : isAddress(url) ? undefined : later.endpoint.whole,
    }),
    edit: (seen, typed): Partial<ReturnType<typeof bodyOf>> =>
      seen === null ? bodyOf(typed) : changed(valuesOf(seen), bodyOf(typed)),
    load: () =>
      endpoint === null
        ? nothingYet<Endpoint>()
        : askTagged(api.GET('/v1/communities/{community}/callback_endpoints/{endpoint}', { params: { path } })),
    send: async (body, headers): Promise<string | null> => {
      if (endpoint !== null) {
        const params = { path }
        await ask(api.PATCH('/v1/communities/{community}/callback_endpoints/{endpoint}', { params, body, headers }))
        return null
      }
      const params = { path: { community } }
      const whole = { url: '', ...body }
      const made = await ask(api.POST('/v1/communities/{community}/callback_endpoints', { params, body: whole }))
      return made.secret
    },
    done: async (secret) => {
      await client.invalidateQueries({ queryKey: ['endpoints', community] })
      close()
      if (secret == null) say(text.form.saved)
      else onSecret(secret)
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
