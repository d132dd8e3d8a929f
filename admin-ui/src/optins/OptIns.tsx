// Which phones have agreed to texts, how, and until when.
import { Select, Textarea, TextInput } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { api, ask, type Schema } from '../api/client'
import { MemberPicker } from '../members/MemberPicker'
import { MemberName } from '../members/names'
import { useNumbers } from '../numbers/numbers'
import { Ask } from '../parts/Ask'
import { Facts, Marks, Num, why } from '../parts/bits'
import { Confirm } from '../parts/Confirm'
import { Filters } from '../parts/Filters'
import { Form } from '../parts/Form'
import { useForm } from '../parts/form'
import { Go, useCommunity, useFilters } from '../parts/links'
import { Page, useSay } from '../parts/notes'
import { ServerTable, type Column } from '../parts/ServerTable'
import { Time, toInstant } from '../parts/time'
import { useMay } from '../session/session'
import { later } from '../text.later'
import { text } from '../text'

const t = later.optIns
type OptIn = Schema['OptIn']
const SOURCES = ['web_form', 'text', 'api', 'import', 'other'] as const

export default function OptIns() {
  const community = useCommunity()
  const may = useMay()
  const client = useQueryClient()
  const [filters] = useFilters()
  const member = filters['member']
  const numbers = useNumbers(community).data ?? []
  const numberOf = (id: string | null | undefined) => numbers.find((one) => one.id === id)?.number ?? id
  const fresh = () => client.invalidateQueries({ queryKey: ['opt_ins', community] })
  const columns: Column<OptIn>[] = [
    {
      id: 'member',
      title: text.col.member,
      show: (row) => (row.member == null ? t.nobody : <MemberName community={community} member={row.member} />),
      csv: (row) => row.member,
    },
    {
      id: 'contact',
      title: t.to,
      show: (row) => (row.contact == null ? t.all : <MemberName community={community} member={row.contact} />),
      csv: (row) => row.contact,
    },
    {
      id: 'number',
      title: text.col.number,
      show: (row) => <Num of={numberOf(row.number)} />,
      csv: (row) => numberOf(row.number),
    },
    { id: 'source', title: t.source, show: (row) => t.sources[row.source], csv: (row) => row.source },
    { id: 'evidence', title: t.evidence, show: (row) => row.evidence || text.none, csv: (row) => row.evidence },
    { id: 'given', title: t.given, show: (row) => <Time at={row.given_at} />, csv: (row) => row.given_at },
    {
      id: 'state',
      title: text.col.state,
      show: (row) => (
        <>
          <Marks of={[row.ended_at == null ? text.words.active : t.ended]} />
          {row.ended_at != null && (
            <div>
              <Time at={row.ended_at} /> (
              {row.ended_by == null ? text.none : (t.ends[row.ended_by] ?? why(row.ended_by))})
            </div>
          )}
        </>
      ),
      csv: (row) => row.ended_at,
    },
    ...(may.change
      ? [
          {
            id: 'actions',
            title: text.table.actions,
            show: (row: OptIn) =>
              row.ended_at == null && (
                <Confirm
                  label={t.withdraw}
                  ask={t.withdrawAsk}
                  what={t.withdrawWhat}
                  done={t.withdrawn}
                  act={() =>
                    ask(
                      api.DELETE('/v1/communities/{community}/opt_ins/{opt_in}', {
                        params: { path: { community, opt_in: row.id } },
                      }),
                    ).then(fresh)
                  }
                >
                  <Facts
                    of={[
                      [
                        text.col.member,
                        row.member == null ? t.nobody : <MemberName community={community} member={row.member} plain />,
                      ],
                      [t.evidence, row.evidence || null],
                    ]}
                  />
                </Confirm>
              ),
          },
        ]
      : []),
  ]
  const add = may.change && (
    <Ask label={t.add}>{(close) => <Add community={community} member={member ?? null} close={close} />}</Ask>
  )
  return (
    <Page title={t.title} lead={t.lead} actions={add}>
      <Filters community={community} of={[{ name: 'member', label: text.col.member, kind: 'member' }]} />
      <ServerTable
        name={t.title}
        queryKey={['opt_ins', community, member]}
        columns={columns}
        rowId={(row) => row.id}
        empty={member === undefined ? t.empty : t.emptyFiltered}
        emptyAction={member === undefined ? <Go to={`/c/${community}/policy`}>{t.policy}</Go> : undefined}
        fetch={(query) =>
          ask(
            api.GET('/v1/communities/{community}/opt_ins', {
              params: { path: { community }, query: { ...query, member } },
            }),
          )
        }
      />
    </Page>
  )
}

function Add({ community, member, close }: { community: string; member: string | null; close: () => void }) {
  const client = useQueryClient()
  const say = useSay()
  const form = useForm({
    initial: {
      member,
      device: null as string | null,
      contact: null as string | null,
      source: 'web_form' as OptIn['source'],
      evidence: '',
      given_at: '',
    },
    check: (typed) => ({
      member: typed.member === null ? text.errors.required : undefined,
      evidence: typed.evidence.trim() === '' ? text.errors.required : undefined,
      given_at: typed.given_at !== '' && Date.parse(typed.given_at) > Date.now() ? t.future : undefined,
    }),
    send: async (typed) => {
      await ask(
        api.POST('/v1/communities/{community}/opt_ins', {
          params: { path: { community } },
          body: {
            member: typed.member ?? '',
            source: typed.source,
            evidence: typed.evidence.trim(),
            ...(typed.device === null ? {} : { device: typed.device }),
            ...(typed.contact === null ? {} : { contact: typed.contact }),
            ...(typed.given_at === '' ? {} : { given_at: toInstant(typed.given_at) }),
          },
        }),
      )
      await client.invalidateQueries({ queryKey: ['opt_ins', community] })
      say(t.added)
      close()
    },
  })
  const { values, set, errors } = form
  const phones = usePhones(community, values.member)
  return (
    <Form form={form} submit={t.add} cancel={close}>
      <MemberPicker
        community={community}
        label={t.who}
        required
        value={values.member}
        error={errors.member}
        onChange={(next) => {
          set('member', next)
          set('device', null)
        }}
      />
      {phones.length > 1 && (
        <Select
          label={t.device}
          description={t.deviceHelp}
          clearable
          clearButtonProps={{ 'aria-label': text.table.clear }}
          data={phones.map((one) => ({ value: one.id, label: one.phone ?? one.id }))}
          {...form.chosen('device')}
        />
      )}
      <MemberPicker
        community={community}
        label={t.toOne}
        help={t.toOneHelp}
        without={values.member ?? undefined}
        {...form.chosen('contact')}
      />
      <Select
        label={t.source}
        allowDeselect={false}
        data={SOURCES.map((value) => ({ value, label: t.sources[value] }))}
        value={values.source}
        error={errors.source}
        onChange={(next) => next !== null && set('source', next as OptIn['source'])}
      />
      <Textarea
        label={t.evidence}
        description={t.evidenceHelp}
        required
        maxLength={500}
        autosize
        minRows={2}
        {...form.typed('evidence')}
      />
      <TextInput type="datetime-local" label={t.given} description={t.givenHelp} {...form.typed('given_at')} />
    </Form>
  )
}

function usePhones(community: string, member: string | null) {
  const asked = useQuery({
    queryKey: ['members', community, member, 'whole'],
    enabled: member !== null,
    queryFn: () =>
      ask(
        api.GET('/v1/communities/{community}/members/{member}', {
          params: { path: { community, member: member ?? '' } },
        }),
      ),
  })
  return asked.data?.devices.filter((one) => one.kind === 'phone') ?? []
}
