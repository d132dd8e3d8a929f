// What a carrier allows over several numbers together.
import { Group, MultiSelect, NumberInput, Select, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { all } from '../api/all'
import { api, ask, askTagged, type Schema } from '../api/client'
import { editNumber, useFresh, useNumbers, type Campaign } from '../numbers/numbers'
import { Ask } from '../parts/Ask'
import { Confirm } from '../parts/Confirm'
import { nothingYet, useEdit } from '../parts/edit'
import { Form } from '../parts/Form'
import { changed, useForm } from '../parts/form'
import { Go, useCommunity } from '../parts/links'
import { Page, useSay } from '../parts/notes'
import { ServerTable, type Column } from '../parts/ServerTable'
import { usePools } from '../pools/Pools'
import { useMay } from '../session/session'
import { later } from '../text.later'
import { text } from '../text'
import { moves } from './moves'

const t = later.campaigns

export default function Campaigns() {
  const community = useCommunity()
  const may = useMay()
  const fresh = useFresh(community)
  const pools = usePools(community).data?.data ?? []
  const numbers = useNumbers(community).data ?? []
  const sent = useSentToday(community)
  const named = (row: Campaign) => numbers.filter((one) => one.campaign === row.id)
  const poolOf = (row: Campaign) => pools.find((one) => one.id === row.pool)?.name ?? row.pool
  const limit = (value: number) => (value === 0 ? t.noLimit : String(value))
  const columns: Column<Campaign>[] = [
    { id: 'name', title: text.col.name, show: (row) => row.name, csv: (row) => row.name },
    {
      id: 'rate',
      title: text.col.rate,
      show: (row) => limit(row.rate_per_s),
      csv: (row) => row.rate_per_s,
      numeric: true,
    },
    {
      id: 'cap',
      title: t.perDay,
      show: (row) => limit(row.texts_per_day),
      csv: (row) => row.texts_per_day,
      numeric: true,
    },
    {
      id: 'sent',
      title: text.col.sent,
      show: (row) => sent.get(row.id) ?? 0,
      csv: (row) => sent.get(row.id) ?? 0,
      numeric: true,
    },
    { id: 'pool', title: t.pool, show: (row) => poolOf(row) ?? text.none, csv: (row) => poolOf(row) },
    {
      id: 'numbers',
      title: t.named,
      show: (row) => named(row).length,
      csv: (row) =>
        named(row)
          .map((one) => one.number)
          .join(' '),
      numeric: true,
    },
    {
      id: 'created',
      title: text.col.created,
      csvOnly: true,
      show: () => null,
      csv: (row) => row.created_at,
    },
    ...(may.change
      ? [
          {
            id: 'actions',
            title: text.table.actions,
            show: (row: Campaign) => (
              <Group gap={4} wrap="nowrap">
                <Ask label={t.edit} title={t.editOf(row.name)} primary={false} size="xs">
                  {(close) => <Edit community={community} campaign={row} close={close} />}
                </Ask>
                <Ask label={t.assign} title={t.assignTo(row.name)} primary={false} size="xs">
                  {(close) => <Assign community={community} campaign={row} close={close} />}
                </Ask>
                <Confirm
                  label={t.remove}
                  ask={t.removeAsk(row.name)}
                  what={t.removeWhat}
                  done={t.removed}
                  act={() =>
                    ask(
                      api.DELETE('/v1/communities/{community}/campaigns/{campaign}', {
                        params: { path: { community, campaign: row.id } },
                      }),
                    ).then(fresh)
                  }
                />
              </Group>
            ),
          },
        ]
      : []),
  ]
  const add = may.change && (
    <Ask label={t.add}>{(close) => <Edit community={community} campaign={null} close={close} />}</Ask>
  )
  return (
    <Page title={t.title} lead={t.lead} actions={add}>
      <ServerTable
        name={t.title}
        queryKey={['campaigns', community]}
        columns={columns}
        rowId={(row) => row.id}
        empty={t.empty}
        emptyAction={
          <Go to={`/c/${community}/pools`} search={{ tab: 'traffic' }}>
            {t.traffic}
          </Go>
        }
        fetch={(query) =>
          ask(api.GET('/v1/communities/{community}/campaigns', { params: { path: { community }, query } }))
        }
      />
    </Page>
  )
}

/** What each campaign has sent today stands with its numbers. */
function useSentToday(community: string): Map<string, number> {
  const traffic = useQuery({
    // Not among those that each text makes fresh: it asks for every number of the community.
    queryKey: ['campaign_sent', community],
    refetchInterval: 30_000,
    queryFn: () =>
      all((query) => ask(api.GET('/v1/communities/{community}/traffic', { params: { path: { community }, query } }))),
  })
  const sent = new Map<string, number>()
  for (const one of traffic.data ?? []) if (one.campaign != null) sent.set(one.campaign, one.campaign_sent_today ?? 0)
  return sent
}

type Values = { name: string; pool: string | null; rate_per_s: number | string; texts_per_day: number | string }

const valuesOf = (campaign: Campaign | null): Values => ({
  name: campaign?.name ?? '',
  pool: campaign?.pool ?? null,
  rate_per_s: campaign?.rate_per_s ?? 0,
  texts_per_day: campaign?.texts_per_day ?? 0,
})

const bodyOf = ({ name, pool, rate_per_s, texts_per_day }: Values) => ({
  name: name.trim(),
  pool,
  rate_per_s: Number(rate_per_s),
  texts_per_day: Number(texts_per_day),
})

const LABELS: Record<keyof Values, string> = {
  name: text.col.name,
  pool: t.pool,
  rate_per_s: text.pools.rate,
  texts_per_day: t.perDay,
}

function Edit({ community, campaign, close }: { community: string; campaign: Campaign | null; close: () => void }) {
  const say = useSay()
  const fresh = useFresh(community)
  const pools = usePools(community).data?.data ?? []
  const path = { community, campaign: campaign?.id ?? '' }
  const form = useEdit({
    row: campaign,
    of: valuesOf,
    labels: LABELS,
    // An emptied field is not sent as 0, which would be no limit.
    check: ({ name, rate_per_s, texts_per_day }) => ({
      name: name.trim() === '' ? text.errors.required : undefined,
      rate_per_s: rate_per_s === '' ? text.errors.required : undefined,
      texts_per_day: texts_per_day === '' ? text.errors.required : undefined,
    }),
    edit: (seen, typed): Partial<ReturnType<typeof bodyOf>> =>
      seen === null ? bodyOf(typed) : changed(valuesOf(seen), bodyOf(typed)),
    load: () =>
      campaign === null
        ? nothingYet<Campaign>()
        : askTagged(api.GET('/v1/communities/{community}/campaigns/{campaign}', { params: { path } })),
    send: (body, headers): Promise<Campaign> =>
      campaign === null
        ? ask(
            api.POST('/v1/communities/{community}/campaigns', {
              params: { path: { community } },
              body: { name: '', ...body },
            }),
          )
        : ask(api.PATCH('/v1/communities/{community}/campaigns/{campaign}', { params: { path }, body, headers })),
    done: async (made) => {
      await fresh()
      say(campaign === null ? t.added(made?.name ?? '') : text.form.saved)
      close()
    },
  })
  return (
    <Form form={form} submit={campaign === null ? text.form.add : text.form.save} cancel={close}>
      <TextInput label={text.col.name} description={t.nameHelp} required data-autofocus {...form.typed('name')} />
      <NumberInput label={text.pools.rate} description={t.zero} min={0} {...form.chosen('rate_per_s')} />
      <NumberInput
        label={t.perDay}
        description={t.zeroDay}
        min={0}
        allowDecimal={false}
        {...form.chosen('texts_per_day')}
      />
      <Select
        label={t.pool}
        description={t.poolHelp}
        clearable
        clearButtonProps={{ 'aria-label': t.noPool }}
        data={pools.map((one) => ({ value: one.id, label: one.name }))}
        {...form.chosen('pool')}
      />
    </Form>
  )
}

function Assign({ community, campaign, close }: { community: string; campaign: Campaign; close: () => void }) {
  const numbers = useNumbers(community)
  if (numbers.data === undefined) return text.loading
  return <Choose community={community} campaign={campaign} numbers={numbers.data} close={close} />
}

type ChooseProps = { community: string; campaign: Campaign; numbers: Schema['PoolNumber'][]; close: () => void }

function Choose({ community, campaign, numbers, close }: ChooseProps) {
  const say = useSay()
  const fresh = useFresh(community)
  const names = (id: string | null | undefined) => id != null && id !== campaign.id
  const form = useForm({
    initial: { numbers: numbers.filter((one) => one.campaign === campaign.id).map((one) => one.id) },
    send: async ({ numbers: chosen }) => {
      const changes = moves(numbers, campaign.id, chosen)
      try {
        for (const { number, campaign: to } of changes) await editNumber(community, number, { campaign: to })
      } finally {
        await fresh()
      }
      say(t.assigned(chosen.length))
      close()
    },
  })
  return (
    <Form form={form} submit={text.form.save} cancel={close}>
      <MultiSelect
        label={t.named}
        description={t.namedHelp}
        searchable
        limit={50}
        hidePickedOptions
        nothingFoundMessage={text.pools.noNumbers}
        data={numbers.map((one) => ({ value: one.id, label: names(one.campaign) ? t.other(one.number) : one.number }))}
        value={form.values.numbers}
        error={form.errors.numbers}
        clearButtonProps={{ 'aria-label': text.table.clear }}
        onChange={(next) => form.set('numbers', next)}
      />
    </Form>
  )
}
