import { Button, Group, Modal, Stack } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, ask, type Schema } from '../api/client'
import { Ask } from '../parts/Ask'
import { Form } from '../parts/Form'
import { Facts, Marks, Num, why } from '../parts/bits'
import { Confirm } from '../parts/Confirm'
import { Filters } from '../parts/Filters'
import { useForm } from '../parts/form'
import { useFilters } from '../parts/links'
import { useSay } from '../parts/notes'
import { timeColumn } from '../parts/columns'
import { ServerTable, type Column } from '../parts/ServerTable'
import { Time } from '../parts/time'
import { useMay } from '../session/session'
import { text } from '../text'
import { later } from '../text.later'
import { Busy } from './Busy'
import { MemberPicker } from './MemberPicker'
import { MemberName } from './names'
import { memberColumn, pairColumn } from './columns'

type Contact = Schema['Contact']
const t = text.members

export function Contacts({ community, member }: { community: string; member: string }) {
  const may = useMay()
  const client = useQueryClient()
  const [filters] = useFilters()
  const { contact, origin, pending, blocked, stopped } = filters
  const asked = { contact, origin: origin as Contact['origin'] | undefined, ...flags({ pending, blocked, stopped }) }
  const filtered = Object.values(asked).some((one) => one !== undefined)
  const [history, setHistory] = useState<string | null>(null)
  const fresh = () => client.invalidateQueries({ queryKey: ['contacts', community] })
  const path = (contact: string) => ({ path: { community, member, contact } })
  const block = (row: Contact) =>
    ask(
      api.PATCH('/v1/communities/{community}/members/{member}/contacts/{contact}', {
        params: path(row.contact),
        body: { blocked: !row.blocked },
      }),
    ).then(fresh)
  const whom = (row: Contact) => (
    <Facts
      of={[
        [text.col.contact, <MemberName community={community} member={row.contact} plain />],
        [text.col.theirs, <Num of={row.number} />],
      ]}
    />
  )
  const columns: Column<Contact>[] = [
    memberColumn('contact', text.col.contact, community, (row) => row.contact),
    {
      id: 'number',
      title: text.col.theirs,
      show: (row) => <Num of={row.tag == null ? row.number : `${row.number} #${row.tag}`} />,
      csv: (row) => row.number,
    },
    {
      id: 'mirror',
      title: text.col.mirror,
      show: (row) => <Num of={row.mirror_number} />,
      csv: (row) => row.mirror_number,
    },
    pairColumn,
    timeColumn('created', text.col.created, (row) => row.created_at),
    {
      id: 'actions',
      title: text.table.actions,
      show: (row) => (
        <Group gap={4} wrap="nowrap">
          <Button size="xs" variant="default" onClick={() => setHistory(row.contact)}>
            {t.history}
          </Button>
          {may.change && row.pending && row.origin === 'received' && (
            <Confirm
              label={later.contact.accept}
              ask={later.contact.acceptAsk}
              what={later.contact.acceptWhat}
              done={later.contact.accepted}
              danger={false}
              act={() =>
                ask(
                  api.POST('/v1/communities/{community}/members/{member}/contacts/{contact}/accept', {
                    params: path(row.contact),
                  }),
                ).then(fresh)
              }
            />
          )}
          {may.change && (
            <Confirm
              label={row.blocked ? t.unblock : t.block}
              ask={row.blocked ? t.unblockAsk : t.blockAsk}
              what={row.blocked ? t.unblockWhat : t.blockWhat}
              done={text.form.saved}
              danger={!row.blocked}
              act={() => block(row)}
            >
              {whom(row)}
            </Confirm>
          )}
          {may.change && (
            <Confirm
              label={t.release}
              ask={t.releaseAsk}
              what={t.releaseWhat}
              done={t.released}
              act={() =>
                ask(
                  api.DELETE('/v1/communities/{community}/members/{member}/contacts/{contact}', {
                    params: path(row.contact),
                  }),
                ).then(fresh)
              }
            >
              {whom(row)}
            </Confirm>
          )}
        </Group>
      ),
    },
  ]
  const add = may.change && (
    <div>
      <Ask label={t.addContact}>{(close) => <Add community={community} member={member} close={close} />}</Ask>
    </div>
  )
  return (
    <Stack>
      {add}
      <Filters
        community={community}
        of={[
          { name: 'contact', label: text.col.contact, kind: 'member' },
          {
            name: 'origin',
            label: text.col.origin,
            choices: [
              { value: 'chosen', label: text.words.chosen },
              { value: 'received', label: text.words.received },
            ],
          },
          { name: 'pending', label: text.words.pending, choices: YES_NO },
          { name: 'blocked', label: text.words.blocked, choices: YES_NO },
          { name: 'stopped', label: text.words.stopped, choices: YES_NO },
        ]}
      />
      <ServerTable
        name={t.contacts}
        queryKey={['contacts', community, member, asked]}
        columns={columns}
        rowId={(row) => row.id}
        empty={filtered ? t.noContactsFiltered : t.noContacts}
        fetch={(query) =>
          ask(
            api.GET('/v1/communities/{community}/members/{member}/contacts', {
              params: { path: { community, member }, query: { ...query, ...asked } },
            }),
          )
        }
      />
      <Modal
        opened={history !== null}
        onClose={() => setHistory(null)}
        title={t.historyOf}
        size="xl"
        closeButtonProps={{ 'aria-label': text.form.close }}
      >
        {history !== null && (
          <Stack>
            <Busy community={community} member={member} contact={history} />
            <History community={community} member={member} contact={history} />
          </Stack>
        )}
      </Modal>
    </Stack>
  )
}

const YES_NO = [
  { value: 'true', label: text.yes },
  { value: 'false', label: text.no },
]

/** What stands in the address, as the API asks for it. */
export const flags = <Name extends string>(of: Record<Name, string | undefined>) =>
  Object.fromEntries(
    Object.entries<string | undefined>(of).map(([name, said]) => [
      name,
      said === 'true' ? true : said === 'false' ? false : undefined,
    ]),
  ) as Record<Name, boolean | undefined>

const historyColumns: Column<Schema['AssignmentChanged']>[] = [
  { id: 'at', title: text.col.at, show: (row) => <Time at={row.at} />, csv: (row) => row.at },
  { id: 'why', title: text.col.action, show: (row) => why(row.why), csv: (row) => row.why },
  {
    id: 'by',
    title: text.col.who,
    show: (row) => t.by(row.by_key ?? row.by_member ?? why(row.by)),
    csv: (row) => row.by,
  },
  { id: 'number', title: text.col.number, show: (row) => <Num of={row.number} />, csv: (row) => row.number },
  {
    id: 'flags',
    title: text.col.flags,
    show: (row) => (
      <Marks
        of={[
          row.live && text.words.active,
          row.pending && text.words.pending,
          row.blocked && text.words.blocked,
          row.stopped && text.words.stopped,
        ]}
      />
    ),
  },
]

function History({ community, member, contact }: { community: string; member: string; contact: string }) {
  return (
    <ServerTable
      name={t.historyOf}
      queryKey={['contacts', community, member, contact, 'history']}
      columns={historyColumns}
      rowId={(row) => `${row.at} ${row.member} ${row.why} ${row.number}`}
      empty={t.noTimeline}
      fetch={(query) =>
        ask(
          api.GET('/v1/communities/{community}/members/{member}/contacts/{contact}/history', {
            params: { path: { community, member, contact }, query },
          }),
        )
      }
    />
  )
}

function Add({ community, member, close }: { community: string; member: string; close: () => void }) {
  const client = useQueryClient()
  const say = useSay()
  const form = useForm({
    initial: { contact: null as string | null },
    check: ({ contact }) => ({ contact: contact === null ? text.errors.required : undefined }),
    send: async ({ contact }) => {
      const made = await ask(
        api.POST('/v1/communities/{community}/members/{member}/contacts', {
          params: { path: { community, member } },
          body: { contact: contact ?? '' },
        }),
      )
      await client.invalidateQueries({ queryKey: ['contacts', community] })
      say(made.number)
      close()
    },
  })
  return (
    <Form form={form} submit={text.form.add} cancel={close}>
      <MemberPicker
        community={community}
        label={t.contactWith}
        required
        without={member}
        value={form.values.contact}
        error={form.errors.contact}
        onChange={(contact) => form.set('contact', contact)}
      />
    </Form>
  )
}
