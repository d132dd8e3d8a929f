// What is remembered of released pairs: numbers that cool down, and those that are kept for their contact.
import { Checkbox, Group } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, ask, type Schema } from '../api/client'
import { MemberName } from '../members/names'
import { memberColumn } from '../members/columns'
import { Num, State } from '../parts/bits'
import { Confirm } from '../parts/Confirm'
import { Filters } from '../parts/Filters'
import { Go, useCommunity, useFilters } from '../parts/links'
import { Page, useSay } from '../parts/notes'
import { ServerTable, type Column } from '../parts/ServerTable'
import { Time } from '../parts/time'
import { useMay } from '../session/session'
import { later } from '../text.later'
import { text } from '../text'

const t = later.releases
type Release = Schema['Release']

export default function Releases() {
  const community = useCommunity()
  const [filters] = useFilters()
  const { member, held } = filters
  return (
    <Page title={t.title} lead={t.lead}>
      <Filters
        community={community}
        of={[
          { name: 'member', label: text.col.member, kind: 'member' },
          {
            name: 'held',
            label: t.held,
            choices: [
              { value: 'true', label: t.heldYes },
              { value: 'false', label: t.heldNo },
            ],
          },
        ]}
      />
      <Released community={community} member={member} held={held === undefined ? undefined : held === 'true'} />
    </Page>
  )
}

type Props = { community: string; member?: string; held?: boolean; own?: boolean }

/** The list, of all or of one member; on a member's own page without the member. */
export function Released({ community, member, held, own = false }: Props) {
  const may = useMay()
  const columns: Column<Release>[] = [
    ...(own
      ? []
      : [
          {
            id: 'member',
            title: text.col.member,
            show: (row: Release) => <MemberName community={community} member={row.member} />,
            csv: (row: Release) => row.member,
          },
        ]),
    { id: 'number', title: text.col.number, show: (row) => <Num of={row.number} />, csv: (row) => row.number },
    memberColumn('contact', t.stoodFor, community, (row) => row.contact),
    { id: 'state', title: text.col.state, show: (row) => <Standing of={row} />, csv: (row) => row.state },
    { id: 'released', title: t.released, show: (row) => <Time at={row.released_at} />, csv: (row) => row.released_at },
    { id: 'cool', title: t.coolUntil, csvOnly: true, show: () => null, csv: (row) => row.cool_until },
    { id: 'kept', title: t.keptUntil, csvOnly: true, show: () => null, csv: (row) => row.kept_until },
    { id: 'forwards', title: t.forwards, csvOnly: true, show: () => null, csv: (row) => row.forwards_until },
    ...(may.change
      ? [
          {
            id: 'actions',
            title: text.table.actions,
            show: (row: Release) => <Act community={community} release={row} />,
          },
        ]
      : []),
  ]
  const filtered = held !== undefined || (member !== undefined && !own)
  return (
    <ServerTable
      name={t.title}
      queryKey={['releases', community, member, held]}
      columns={columns}
      rowId={(row) => `${row.member} ${row.number_id}`}
      empty={own ? t.emptyOwn : filtered ? t.emptyFiltered : t.empty}
      emptyAction={own || filtered ? undefined : <Go to={`/c/${community}/quarantine`}>{t.quarantine}</Go>}
      fetch={(query) =>
        ask(
          api.GET('/v1/communities/{community}/releases', {
            params: { path: { community }, query: { ...query, member, held } },
          }),
        )
      }
    />
  )
}

/** How it stands, and until when: what is over is not said. */
function Standing({ of }: { of: Release }) {
  const until: [string, string | null | undefined][] = [
    [t.coolUntil, of.state === 'cooling' ? of.cool_until : null],
    [t.keptUntil, of.state === 'past' ? null : of.kept_until],
    [t.forwards, of.forwards_until],
  ]
  return (
    <>
      <State of={of.state} />
      {until.map(
        ([name, at]) =>
          at != null && (
            <div key={name}>
              {name} <Time at={at} />
            </div>
          ),
      )}
    </>
  )
}

function Act({ community, release }: { community: string; release: Release }) {
  const client = useQueryClient()
  const say = useSay()
  const [texts, setTexts] = useState(true)
  const params = { path: { community, member: release.member, number: release.number_id } }
  const fresh = () =>
    Promise.all(
      ['releases', 'contacts', 'assignments', 'quarantine'].map((key) =>
        client.invalidateQueries({ queryKey: [key, community] }),
      ),
    )
  const pair = async () => {
    const made = await ask(
      api.POST('/v1/communities/{community}/members/{member}/releases/{number}/re_pair', {
        params,
        body: { release_texts: texts },
      }),
    )
    await fresh()
    setTimeout(() => say(t.paired(made.contact.number, made.same_number, made.texts_released, made.texts_gone)))
  }
  return (
    <Group gap={4} wrap="nowrap">
      <Confirm label={t.pair} ask={t.pairAsk} what={t.pairWhat} danger={false} act={pair}>
        <Checkbox label={t.withTexts} checked={texts} onChange={(event) => setTexts(event.currentTarget.checked)} />
      </Confirm>
      {release.kept_until != null && (
        <Confirm
          label={t.discard}
          ask={t.discardAsk(release.number)}
          what={t.discardWhat}
          done={t.discarded}
          act={() =>
            ask(api.DELETE('/v1/communities/{community}/members/{member}/releases/{number}', { params })).then(fresh)
          }
        />
      )}
    </Group>
  )
}
