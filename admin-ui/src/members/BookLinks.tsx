// Private links to a member's address book.
import { Button, Code, CopyButton, Group, Modal, Select, Stack, Text } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, ask, type Schema } from '../api/client'
import { Ask } from '../parts/Ask'
import { State } from '../parts/bits'
import { Confirm } from '../parts/Confirm'
import { Form } from '../parts/Form'
import { useForm } from '../parts/form'
import { Qr } from '../parts/Qr'
import { timeColumn } from '../parts/columns'
import { ServerTable, type Column } from '../parts/ServerTable'
import { Time } from '../parts/time'
import { useMay } from '../session/session'
import { later } from '../text.later'
import { text } from '../text'

const t = later.book
type Link = Schema['BookLink']

export const stateOf = (link: Link, now: number): 'active' | 'revoked' | 'expired' =>
  link.revoked_at != null ? 'revoked' : Date.parse(link.expires_at) <= now ? 'expired' : 'active'

export function BookLinks({ community, member, name }: { community: string; member: string; name: string }) {
  const may = useMay()
  const client = useQueryClient()
  const [url, setUrl] = useState<string | null>(null)
  const fresh = () => client.invalidateQueries({ queryKey: ['book_links', community] })
  const columns: Column<Link>[] = [
    timeColumn('created', text.col.created, (row) => row.created_at),
    {
      id: 'state',
      title: text.col.state,
      show: (row) => <State of={stateOf(row, Date.now())} />,
      csv: (row) => stateOf(row, Date.now()),
    },
    timeColumn('expires', text.col.expires, (row) => row.expires_at),
    { id: 'taken', title: t.taken, show: (row) => <Time at={row.taken_at} />, csv: (row) => row.taken_at },
    ...(may.change
      ? [
          {
            id: 'actions',
            title: text.table.actions,
            show: (row: Link) =>
              stateOf(row, Date.now()) === 'active' && (
                <Confirm
                  label={t.revoke}
                  ask={t.revokeAsk}
                  what={t.revokeWhat}
                  done={t.revoked}
                  act={() =>
                    ask(
                      api.DELETE('/v1/communities/{community}/members/{member}/book_links/{book_link}', {
                        params: { path: { community, member, book_link: row.id } },
                      }),
                    ).then(fresh)
                  }
                />
              ),
          },
        ]
      : []),
  ]
  return (
    <Stack>
      <Text className="soft" maw={720}>
        {t.lead}
      </Text>
      {may.change && (
        <div>
          <Ask label={t.add}>
            {(close) => (
              <Make
                community={community}
                member={member}
                close={close}
                onUrl={(made) => {
                  void fresh()
                  setUrl(made)
                }}
              />
            )}
          </Ask>
        </div>
      )}
      <ServerTable
        name={t.title}
        queryKey={['book_links', community, member]}
        columns={columns}
        rowId={(row) => row.id}
        empty={t.empty}
        fetch={(query) =>
          ask(
            api.GET('/v1/communities/{community}/members/{member}/book_links', {
              params: { path: { community, member }, query },
            }),
          )
        }
      />
      <Modal
        opened={url !== null}
        onClose={() => setUrl(null)}
        title={t.linkOf(name)}
        closeOnClickOutside={false}
        closeButtonProps={{ 'aria-label': text.form.close }}
      >
        {url !== null && <Shown url={url} />}
      </Modal>
    </Stack>
  )
}

function Shown({ url }: { url: string }) {
  return (
    <Stack>
      <Text>{t.once}</Text>
      <Group justify="center">
        <Qr of={url} label={t.qr} />
      </Group>
      <Code block className="secret">
        {url}
      </Code>
      <CopyButton value={url}>
        {({ copied, copy }) => (
          <Button onClick={copy} data-autofocus>
            {copied ? text.form.copied : text.form.copy}
          </Button>
        )}
      </CopyButton>
    </Stack>
  )
}

const LIFETIMES: [string, string][] = [
  ['', t.usual],
  ['3600', t.hour],
  ['86400', t.day],
  ['604800', t.week],
  ['2592000', t.month],
]

type MakeProps = { community: string; member: string; close: () => void; onUrl: (url: string) => void }

function Make({ community, member, close, onUrl }: MakeProps) {
  const form = useForm({
    initial: { expires_in_s: '' },
    send: async ({ expires_in_s }) => {
      const made = await ask(
        api.POST('/v1/communities/{community}/members/{member}/book_links', {
          params: { path: { community, member } },
          body: expires_in_s === '' ? {} : { expires_in_s: Number(expires_in_s) },
        }),
      )
      close()
      // Without http.public_url it is a path on this server.
      onUrl(new URL(made.url, location.origin).href)
    },
  })
  return (
    <Form form={form} submit={t.add} cancel={close}>
      <Select
        label={t.lasts}
        description={t.lastsHelp}
        allowDeselect={false}
        data={LIFETIMES.map(([value, label]) => ({ value, label }))}
        value={form.values.expires_in_s}
        error={form.errors.expires_in_s}
        onChange={(next) => next !== null && form.set('expires_in_s', next)}
      />
    </Form>
  )
}
