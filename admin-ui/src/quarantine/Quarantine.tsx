import { Checkbox, Group } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, ask } from '../api/client'
import { MemberName } from '../members/names'
import { Facts } from '../parts/bits'
import { Confirm } from '../parts/Confirm'
import { Filters } from '../parts/Filters'
import { useCommunity, useFilters } from '../parts/links'
import { Page } from '../parts/notes'
import { ServerTable, type Column } from '../parts/ServerTable'
import { useMay } from '../session/session'
import { columnsOf, type Message } from '../messages/Messages'
import { text } from '../text'

const t = text.quarantine

export default function Quarantine() {
  const community = useCommunity()
  const may = useMay()
  const [filters] = useFilters()
  const member = filters['member']
  const columns: Column<Message>[] = [
    ...columnsOf(community).filter((one) => one.id !== 'status'),
    ...(may.change
      ? [
          {
            id: 'actions',
            title: text.table.actions,
            show: (row: Message) => <Act community={community} message={row} />,
          },
        ]
      : []),
  ]
  return (
    <Page title={t.title} lead={t.lead}>
      <Filters community={community} of={[{ name: 'member', label: text.col.member, kind: 'member' }]} />
      <ServerTable
        name={t.title}
        queryKey={['quarantine', community, member]}
        columns={columns}
        rowId={(row) => row.id}
        empty={t.empty}
        fetch={(query) =>
          ask(
            api.GET('/v1/communities/{community}/quarantine', {
              params: { path: { community }, query: { ...query, member } },
            }),
          )
        }
      />
    </Page>
  )
}

const FIRST_WORDS = 120

/** The text, or as much of it as tells it from others. */
export const firstWords = (said: string) =>
  said.length > FIRST_WORDS ? `${said.slice(0, FIRST_WORDS).trimEnd()}…` : said

function Act({ community, message }: { community: string; message: Message }) {
  const client = useQueryClient()
  const [pair, setPair] = useState(false)
  const params = { path: { community, message: message.id } }
  const which = (
    <Facts
      of={[
        [text.col.from, <MemberName community={community} member={message.from} plain />],
        [text.col.text, message.text == null ? null : firstWords(message.text)],
      ]}
    />
  )
  const fresh = () => client.invalidateQueries({ queryKey: ['quarantine', community] })
  return (
    <Group gap={4} wrap="nowrap">
      <Confirm
        label={t.release}
        ask={t.releaseAsk}
        what={t.releaseWhat}
        done={t.released}
        danger={false}
        act={() =>
          ask(
            api.POST('/v1/communities/{community}/quarantine/{message}/release', { params, body: { re_pair: pair } }),
          ).then(fresh)
        }
      >
        {which}
        <Checkbox label={t.rePair} checked={pair} onChange={(event) => setPair(event.currentTarget.checked)} />
      </Confirm>
      <Confirm
        label={t.discard}
        ask={t.discardAsk}
        what={t.discardWhat}
        done={t.discarded}
        act={() => ask(api.POST('/v1/communities/{community}/quarantine/{message}/discard', { params })).then(fresh)}
      >
        {which}
      </Confirm>
    </Group>
  )
}
