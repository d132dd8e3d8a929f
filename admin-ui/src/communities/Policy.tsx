// The policy: the most used fields as a form, all of it as JSON. Only what was changed is sent.
import {
  Accordion,
  Button,
  Fieldset,
  JsonInput,
  MultiSelect,
  NumberInput,
  Select,
  SimpleGrid,
  Stack,
  Switch,
  Tabs,
  Textarea,
  TextInput,
} from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, ask, type Schema } from '../api/client'
import { Form } from '../parts/Form'
import { useForm } from '../parts/form'
import { useCommunity } from '../parts/links'
import { ErrorNote, Page, useSay } from '../parts/notes'
import { isZone, lasting } from '../parts/time'
import { useMay } from '../session/session'
import { PageLoading } from '../shell/fallbacks'
import { later } from '../text.later'
import { text } from '../text'

type Community = Schema['Community']
type Values = Record<string, unknown>
const t = text.communities

const CHOICES: Record<string, string[]> = {
  strangers: ['reply', 'reject', 'silent'],
  refused: ['reply', 'reject', 'silent'],
  late_replies: ['hold', 'refuse'],
  when_full: ['refuse', 'recycle'],
  above_day_cap: ['wait', 'refuse'],
  intercept_on_silence: ['allow', 'deny'],
  missed_calls: ['ignore', 'text'],
  find_by_name: ['nobody', 'listed', 'everyone'],
  book_changes: ['silent', 'text'],
  blocks_shown: ['unreachable', 'silent', 'open'],
}
const { groups } = later.policy
export const GROUPS: [string, string[]][] = [
  [groups.strangers, ['strangers', 'refused', 'late_replies', 'stranger_asked_every_s']],
  [groups.consent, ['acceptance_required', 'require_opt_in', 'blocks_shown']],
  [groups.tables, ['when_full', 'received_cap_percent', 'warn_at_percent']],
  [groups.times, ['cool_down_s', 'pair_memory_s', 'deadline_s']],
  [groups.hours, ['texting_hours', 'texting_days', 'texting_from', 'texting_until', 'time_zone', 'replies_any_hour_s']],
  [
    groups.traffic,
    [
      'member_texts_per_minute',
      'max_text_chars',
      'above_day_cap',
      'urgent_texts',
      'intercept_within_ms',
      'intercept_on_silence',
    ],
  ],
  [groups.calls, ['ring_s', 'max_call_s', 'missed_calls', 'missed_call_notice']],
  [
    groups.desk,
    [
      'find_by_name',
      'desk_texts_per_minute',
      'desk_list_word',
      'desk_more_word',
      'desk_add_word',
      'desk_drop_word',
      'desk_block_word',
      'desk_unblock_word',
      'desk_help_word',
      'desk_help_reply',
    ],
  ],
  [groups.book, ['book_link_s', 'book_changes', 'book_changed_notice']],
  [groups.hubs, ['overflow', 'hub_most_tags', 'hub_menu_notice', 'swap_notice']],
  [groups.notices, ['stranger_notice', 'released_notice', 'help_reply', 'stop_reply', 'start_reply', 'accept_request']],
  [
    groups.kept,
    ['bodies_kept_s', 'records_kept_s', 'quarantine_kept_s', 'strangers_kept_s', 'history_kept_s', 'imports_kept_s'],
  ],
]
// A group goes by its first field: its legend has spaces, and is part of an id.
const nameOf = (names: string[]) => names[0] ?? ''
const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
const LONG = /_(notice|reply|request)$/

export default function Policy() {
  const community = useCommunity()
  const asked = useQuery({
    queryKey: ['communities', community],
    queryFn: () => ask(api.GET('/v1/communities/{community}', { params: { path: { community } } })),
  })
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
    const next = await ask(
      api.PATCH('/v1/communities/{community}', { params: { path: { community: community.id } }, body: edit }),
    )
    client.setQueryData(['communities', community.id], next)
    await client.invalidateQueries({ queryKey: ['communities'], exact: true })
    say(text.form.saved)
  }
}

/** The fields that differ from what they were. */
export function changed(was: Values, now: Values): Values {
  return Object.fromEntries(
    Object.entries(now).filter(([key, value]) => JSON.stringify(was[key]) !== JSON.stringify(value)),
  )
}

/** What is wrong before it is sent. */
export function wrongOf(values: Values): Record<string, string | undefined> {
  const wrong: Record<string, string | undefined> = {}
  for (const name of ['name', 'time_zone', ...Object.keys(values).filter((one) => one.endsWith('_word'))])
    if (String(values[name] ?? '').trim() === '') wrong[name] = text.errors.required
  for (const name of ['texting_from', 'texting_until'])
    if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(String(values[name] ?? ''))) wrong[name] = later.policy.noTime
  if (!isZone(String(values['time_zone'] ?? ''))) wrong['time_zone'] = later.members.noZone
  if (Array.isArray(values['texting_days']) && values['texting_days'].length === 0)
    wrong['texting_days'] = text.errors.required
  return wrong
}

function Edit({ community }: { community: Community }) {
  const may = useMay()
  return (
    <Tabs defaultValue="form" keepMounted={false}>
      <Tabs.List mb="md">
        <Tabs.Tab value="form">{t.form}</Tabs.Tab>
        <Tabs.Tab value="json">{t.json}</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="form">
        <Fieldset variant="unstyled" disabled={!may.change} aria-label={t.form}>
          <Fields community={community} readOnly={!may.change} />
        </Fieldset>
      </Tabs.Panel>
      <Tabs.Panel value="json">
        <Json key={JSON.stringify(community.policy)} community={community} readOnly={!may.change} />
      </Tabs.Panel>
    </Tabs>
  )
}

function Fields({ community, readOnly }: { community: Community; readOnly: boolean }) {
  const save = useSave(community)
  const say = useSay()
  const [open, setOpen] = useState<string[]>(['strangers', 'acceptance_required', 'cool_down_s'])
  const was: Values = { name: community.name, ...community.policy }
  const form = useForm<Values>({
    initial: was,
    check: wrongOf,
    send: async (values) => {
      const { name, ...policy } = changed(was, values)
      if (name === undefined && Object.keys(policy).length === 0) return say(t.nothing)
      await save({
        ...(name === undefined ? {} : { name: String(name) }),
        ...(Object.keys(policy).length === 0 ? {} : { policy: policy as Schema['PolicyPatch'] }),
      })
    },
  })
  const { values, set, errors } = form
  // A field that is wrong is never out of sight.
  const shown = GROUPS.flatMap(([, names]) =>
    open.includes(nameOf(names)) || names.some((name) => errors[name] !== undefined) ? [nameOf(names)] : [],
  )
  const field = (name: string) => {
    const [label, help] = later.policy.fields[name] ?? [name, '']
    const value = values[name]
    const error = errors[name]
    const choices = CHOICES[name]
    if (choices)
      return (
        <Select
          key={name}
          label={label}
          description={help}
          data={choices}
          value={String(value)}
          allowDeselect={false}
          error={error}
          onChange={(next) => next !== null && set(name, next)}
        />
      )
    if (typeof value === 'boolean')
      return (
        <Switch
          key={name}
          label={label}
          description={help}
          checked={value}
          error={error}
          onChange={(event) => set(name, event.currentTarget.checked)}
        />
      )
    if (typeof value === 'number') {
      const shown = name.endsWith('_s') && value > 0 ? later.policy.shown(help, lasting(value)) : help
      return (
        <NumberInput
          key={name}
          label={label}
          description={shown}
          min={0}
          allowDecimal={false}
          value={value}
          error={error}
          onChange={(next) => set(name, typeof next === 'number' ? next : 0)}
        />
      )
    }
    if (Array.isArray(value))
      return (
        <MultiSelect
          key={name}
          label={label}
          description={help}
          data={DAYS.map((day) => ({ value: day, label: later.policy.days[day] ?? day }))}
          value={value as string[]}
          error={error}
          onChange={(next) =>
            set(
              name,
              DAYS.filter((day) => next.includes(day)),
            )
          }
        />
      )
    if (LONG.test(name))
      return (
        <Textarea
          key={name}
          label={label}
          description={help}
          autosize
          minRows={2}
          maxRows={6}
          value={String(value ?? '')}
          error={error}
          onChange={(event) => set(name, event.currentTarget.value)}
        />
      )
    return (
      <TextInput
        key={name}
        label={label}
        description={help}
        value={String(value ?? '')}
        error={error}
        onChange={(event) => set(name, event.currentTarget.value)}
      />
    )
  }
  return (
    <Form form={form} submit={readOnly ? null : text.form.save}>
      <TextInput
        label={t.rename}
        maw={420}
        value={String(values['name'])}
        error={errors['name']}
        onChange={(event) => set('name', event.currentTarget.value)}
      />
      <Accordion multiple variant="contained" order={2} value={shown} onChange={setOpen}>
        {GROUPS.map(([legend, names]) => (
          <Accordion.Item key={legend} value={nameOf(names)}>
            <Accordion.Control>{legend}</Accordion.Control>
            <Accordion.Panel>
              <SimpleGrid cols={{ base: 1, sm: 2 }}>{names.map(field)}</SimpleGrid>
            </Accordion.Panel>
          </Accordion.Item>
        ))}
      </Accordion>
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
    await save({ policy: policy as Schema['PolicyPatch'] }).catch((thrown: unknown) =>
      setWrong(thrown instanceof Error ? thrown.message : String(thrown)),
    )
    setBusy(false)
  }
  return (
    <Stack align="stretch">
      <JsonInput
        label={t.jsonLabel}
        description={t.jsonHelp}
        value={typed}
        onChange={setTyped}
        error={wrong}
        autosize
        minRows={12}
        maxRows={32}
        readOnly={readOnly}
        spellCheck={false}
      />
      {!readOnly && (
        <div>
          <Button loading={busy} onClick={() => void go()}>
            {text.form.save}
          </Button>
        </div>
      )}
    </Stack>
  )
}
