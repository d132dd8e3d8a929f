// One member: devices, contacts with their numbers, and what happened.
import { Paper, Switch, Tabs, TextInput } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { api, ApiError, ask, askTagged, type Schema } from '../api/client'
import { Ask } from '../parts/Ask'
import { Form } from '../parts/Form'
import { Facts, Marks } from '../parts/bits'
import { Confirm } from '../parts/Confirm'
import { useEdit } from '../parts/edit'
import { changed } from '../parts/form'
import { useCommunity, useFilters, useGo, useParam } from '../parts/links'
import { ErrorNote, Page, useSay } from '../parts/notes'
import { isZone, Time } from '../parts/time'
import { useMay } from '../session/session'
import { PageLoading } from '../shell/fallbacks'
import { text } from '../text'
import { later } from '../text.later'
import { Released } from '../releases/Releases'
import { Blocks } from './Blocks'
import { BookLinks } from './BookLinks'
import { Contacts } from './Contacts'
import { Data, Gone } from './Data'
import { Devices } from './Devices'
import { Timeline } from './Timeline'

const t = text.members

export default function Member() {
  const community = useCommunity()
  const member = useParam('member')
  const path = { community, member }
  const client = useQueryClient()
  const go = useGo()
  const may = useMay()
  const [filters, setFilters] = useFilters()
  const asked = useQuery({
    queryKey: ['members', community, member, 'whole'],
    queryFn: () => ask(api.GET('/v1/communities/{community}/members/{member}', { params: { path } })),
  })
  const one = asked.data
  const remove = async () => {
    await ask(api.DELETE('/v1/communities/{community}/members/{member}', { params: { path } }))
    go(`/c/${community}/members`)
    await client.invalidateQueries({ queryKey: ['members', community] })
  }
  if (one === undefined) {
    const gone = asked.error instanceof ApiError && asked.error.status === 404
    return (
      <Page title={text.col.member}>
        {asked.isPending ? <PageLoading /> : <ErrorNote error={asked.error} retry={() => void asked.refetch()} />}
        {gone && may.change && <Gone community={community} member={member} />}
      </Page>
    )
  }
  const actions = may.change && (
    <>
      <Ask label={t.edit} primary={false} size="xs">
        {(close) => <Edit community={community} member={one} close={close} />}
      </Ask>
      <Confirm label={t.remove} ask={t.removeAsk(one.name)} what={t.removeWhat} done={t.removed} act={remove} />
    </>
  )
  return (
    <Page title={one.name} actions={actions}>
      <Paper withBorder p="md">
        <Facts
          of={[
            [text.col.id, one.id],
            [text.col.created, <Time at={one.created_at} brief={false} />],
            [text.col.flags, <Marks of={[one.guest && text.words.guest, one.listed && text.words.listed]} />],
            [t.timeZone, one.time_zone],
            [text.col.reference, one.reference],
          ]}
        />
      </Paper>
      <Tabs value={filters['tab'] ?? 'contacts'} onChange={(tab) => setFilters({ tab })} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="contacts">{t.contacts}</Tabs.Tab>
          <Tabs.Tab value="devices">{t.devices}</Tabs.Tab>
          <Tabs.Tab value="timeline">{t.timeline}</Tabs.Tab>
          <Tabs.Tab value="blocks">{later.blocks.title}</Tabs.Tab>
          <Tabs.Tab value="book">{later.book.title}</Tabs.Tab>
          <Tabs.Tab value="released">{later.releases.title}</Tabs.Tab>
          <Tabs.Tab value="data">{later.data.title}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="contacts">
          <Contacts community={community} member={member} />
        </Tabs.Panel>
        <Tabs.Panel value="devices">
          <Devices community={community} member={one} />
        </Tabs.Panel>
        <Tabs.Panel value="timeline">
          <Timeline community={community} member={member} />
        </Tabs.Panel>
        <Tabs.Panel value="blocks">
          <Blocks community={community} member={member} />
        </Tabs.Panel>
        <Tabs.Panel value="book">
          <BookLinks community={community} member={member} name={one.name} />
        </Tabs.Panel>
        <Tabs.Panel value="released">
          <Released community={community} member={member} own />
        </Tabs.Panel>
        <Tabs.Panel value="data">
          <Data community={community} member={member} name={one.name} />
        </Tabs.Panel>
      </Tabs>
    </Page>
  )
}

const valuesOf = ({ name, time_zone, listed }: Schema['Member']) => ({ name, time_zone: time_zone ?? '', listed })

function Edit({ community, member, close }: { community: string; member: Schema['Member']; close: () => void }) {
  const client = useQueryClient()
  const say = useSay()
  const path = { community, member: member.id }
  const form = useEdit({
    row: member,
    of: valuesOf,
    labels: { name: text.col.name, time_zone: t.timeZone, listed: t.listed },
    check: ({ name, time_zone }) => ({
      name: name.trim() === '' ? text.errors.required : undefined,
      time_zone: isZone(time_zone) ? undefined : later.members.noZone,
    }),
    edit: (seen, { name, time_zone, listed }) =>
      changed(
        { ...seen, time_zone: seen.time_zone ?? null },
        { name: name.trim(), listed, time_zone: time_zone.trim() === '' ? null : time_zone.trim() },
      ),
    load: () => askTagged(api.GET('/v1/communities/{community}/members/{member}', { params: { path } })),
    send: (body, headers) =>
      ask(api.PATCH('/v1/communities/{community}/members/{member}', { params: { path }, body, headers })),
    done: async () => {
      await client.invalidateQueries({ queryKey: ['members', community] })
      say(text.form.saved)
      close()
    },
  })
  return (
    <Form form={form} submit={text.form.save} cancel={close}>
      <TextInput label={text.col.name} required data-autofocus {...form.typed('name')} />
      <TextInput label={t.timeZone} description={t.timeZoneHelp} {...form.typed('time_zone')} />
      <Switch label={t.listed} {...form.ticked('listed')} />
    </Form>
  )
}
