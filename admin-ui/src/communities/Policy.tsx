// The policy: the most used fields as a form, all of it as JSON. Only what was changed is sent.
import { Button, Fieldset, JsonInput, NumberInput, Select, SimpleGrid, Stack, Switch, Tabs, TextInput } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, ask, type Schema } from '../api/client'
import { Form } from '../parts/Form'
import { useForm } from '../parts/form'
import { useCommunity } from '../parts/links'
import { ErrorNote, Page, useSay } from '../parts/notes'
import { lasting } from '../parts/time'
import { useMay } from '../session/session'
import { PageLoading } from '../shell/fallbacks'
import { text } from '../text'

type Community = Schema['Community']
type Values = Record<string, unknown>
const t = text.communities

const CHOICES: Record<string, string[]> = { strangers: ['reply', 'reject', 'silent'], refused: ['reply', 'reject', 'silent'], late_replies: ['hold', 'refuse'], when_full: ['refuse', 'recycle'] }
const GROUPS: [string, string[]][] = [
  [t.groups.strangers, ['strangers', 'refused', 'late_replies', 'acceptance_required', 'require_opt_in']],
  [t.groups.tables, ['when_full', 'received_cap_percent', 'warn_at_percent', 'overflow']],
  [t.groups.times, ['cool_down_s', 'pair_memory_s', 'deadline_s', 'ring_s']],
  [t.groups.hours, ['texting_hours', 'texting_from', 'texting_until', 'time_zone']],
  [t.groups.privacy, ['bodies_kept_s', 'records_kept_s', 'quarantine_kept_s']],
]

export default function Policy() {
  const community = useCommunity()
  const asked = useQuery({ queryKey: ['communities', community], queryFn: () => ask(api.GET('/v1/communities/{community}', { params: { path: { community } } })) })
  return (
    <Page title={t.policyTitle} lead={t.policyLead}>
      <ErrorNote error={asked.error} retry={() => void asked.refetch()} />
      {asked.isPending && <PageLoading />}
      {asked.data && <Edit key={asked.data.id} community={asked.data} />}
    </Page>
  )
}

function useSave(community: Community) {
  const client = useQueryClient()
  const say = useSay()
  return async (edit: Schema['CommunityEdit']) => {
    const next = await ask(api.PATCH('/v1/communities/{community}', { params: { path: { community: community.id } }, body: edit }))
    client.setQueryData(['communities', community.id], next)
    await client.invalidateQueries({ queryKey: ['communities'], exact: true })
    say(text.form.saved)
  }
}

/** The fields that differ from what they were. */
export function changed(was: Values, now: Values): Values {
  return Object.fromEntries(Object.entries(now).filter(([key, value]) => JSON.stringify(was[key]) !== JSON.stringify(value)))
}

function Edit({ community }: { community: Community }) {
  const may = useMay()
  return (
    <Tabs defaultValue="form" keepMounted={false}>
      <Tabs.List mb="md">
        <Tabs.Tab value="form">{t.form}</Tabs.Tab>
        <Tabs.Tab value="json">{t.json}</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="form"><Fieldset variant="unstyled" disabled={!may.change} aria-label={t.form}><Fields community={community} readOnly={!may.change} /></Fieldset></Tabs.Panel>
      <Tabs.Panel value="json"><Json key={JSON.stringify(community.policy)} community={community} readOnly={!may.change} /></Tabs.Panel>
    </Tabs>
  )
}

function Fields({ community, readOnly }: { community: Community; readOnly: boolean }) {
  const save = useSave(community)
  const say = useSay()
  const was: Values = { name: community.name, ...community.policy }
  const form = useForm<Values>({
    initial: was,
    send: async (values) => {
      const { name, ...policy } = changed(was, values)
      if (name === undefined && Object.keys(policy).length === 0) return say(t.nothing)
      await save({ ...(name === undefined ? {} : { name: String(name) }), ...(Object.keys(policy).length === 0 ? {} : { policy: policy as Schema['PolicyPatch'] }) })
    },
  })
  const { values, set, errors } = form
  const field = (name: string) => {
    const [label, help] = t.fields[name] ?? [name, '']
    const value = values[name]
    const error = errors[name]
    const choices = CHOICES[name]
    if (choices) return <Select key={name} label={label} description={help} data={choices} value={String(value)} allowDeselect={false} error={error} onChange={(next) => next !== null && set(name, next)} />
    if (typeof value === 'boolean') return <Switch key={name} label={label} description={help} checked={value} error={error} onChange={(event) => set(name, event.currentTarget.checked)} />
    if (typeof value === 'number') {
      const shown = name.endsWith('_s') && value > 0 ? `${help} (${lasting(value)})` : help
      return <NumberInput key={name} label={label} description={shown} min={0} allowDecimal={false} value={value} error={error} onChange={(next) => set(name, typeof next === 'number' ? next : 0)} />
    }
    return <TextInput key={name} label={label} description={help} value={String(value ?? '')} error={error} onChange={(event) => set(name, event.currentTarget.value)} />
  }
  return (
    <Form form={form} submit={readOnly ? null : text.form.save}>
      <TextInput label={t.rename} maw={420} value={String(values['name'])} error={errors['name']} onChange={(event) => set('name', event.currentTarget.value)} />
      {GROUPS.map(([legend, names]) => (
        <Fieldset key={legend} legend={legend}><SimpleGrid cols={{ base: 1, sm: 2 }}>{names.map(field)}</SimpleGrid></Fieldset>
      ))}
    </Form>
  )
}

function Json({ community, readOnly }: { community: Community; readOnly: boolean }) {
  const save = useSave(community)
  const say = useSay()
  const [typed, setTyped] = useState(() => JSON.stringify(community.policy, null, 2))
  const [wrong, setWrong] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const go = async () => {
    let policy: Values
    try {
      policy = changed(community.policy as Values, JSON.parse(typed) as Values)
    } catch (thrown) {
      return setWrong(text.errors.badJson(thrown instanceof Error ? thrown.message : ''))
    }
    if (Object.keys(policy).length === 0) return say(t.nothing)
    setBusy(true)
    setWrong(null)
    await save({ policy: policy as Schema['PolicyPatch'] }).catch((thrown: unknown) => setWrong(thrown instanceof Error ? thrown.message : String(thrown)))
    setBusy(false)
  }
  return (
    <Stack align="stretch">
      <JsonInput label={t.jsonLabel} description={t.jsonHelp} value={typed} onChange={setTyped} error={wrong} autosize minRows={12} maxRows={32} readOnly={readOnly} spellCheck={false} />
      {!readOnly && <div><Button loading={busy} onClick={() => void go()}>{text.form.save}</Button></div>}
    </Stack>
  )
}
