// Pools, their numbers, and how full and how busy each is.
import { MultiSelect, NumberInput, Progress, Select, Tabs, Text, TextInput } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { api, ask, type Schema } from '../api/client'
import { Ask } from '../parts/Ask'
import { Form } from '../parts/Form'
import { useForm } from '../parts/form'
import { useCommunity, useFilters } from '../parts/links'
import { Page, useSay } from '../parts/notes'
import { dialled } from '../parts/phone'
import { PhoneInput } from '../parts/PhoneInput'
import { ServerTable, type Column } from '../parts/ServerTable'
import { Time } from '../parts/time'
import { useMay } from '../session/session'
import { text } from '../text'
import { Numbers } from './Numbers'
import { Traffic } from './Traffic'

const t = text.pools
type Pool = Schema['Pool']

export const usePools = (community: string) =>
  useQuery({
    queryKey: ['pools', community, 'all'],
    queryFn: () =>
      ask(api.GET('/v1/communities/{community}/pools', { params: { path: { community }, query: { limit: 500 } } })),
    staleTime: 60_000,
  })

export default function Pools() {
  const community = useCommunity()
  const may = useMay()
  const [filters, setFilters] = useFilters()
  const actions = may.change && (
    <>
      <Ask label={t.addPool} primary={false}>
        {(close) => <AddPool community={community} close={close} />}
      </Ask>
      <Ask label={t.addNumber}>{(close) => <AddNumber community={community} close={close} />}</Ask>
    </>
  )
  return (
    <Page title={t.title} lead={t.lead} actions={actions}>
      <Tabs value={filters['tab'] ?? 'numbers'} onChange={(tab) => setFilters({ tab })} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="numbers">{t.numbers}</Tabs.Tab>
          <Tabs.Tab value="traffic">{t.traffic}</Tabs.Tab>
          <Tabs.Tab value="pools">{t.pools}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="numbers">
          <Numbers community={community} />
        </Tabs.Panel>
        <Tabs.Panel value="traffic">
          <Traffic community={community} />
        </Tabs.Panel>
        <Tabs.Panel value="pools">
          <ServerTable
            name={t.pools}
            queryKey={['pools', community]}
            columns={columns}
            rowId={(row) => row.id}
            empty={t.empty}
            fetch={(query) =>
              ask(api.GET('/v1/communities/{community}/pools', { params: { path: { community }, query } }))
            }
          />
        </Tabs.Panel>
      </Tabs>
    </Page>
  )
}

const columns: Column<Pool>[] = [
  { id: 'name', title: text.col.name, show: (row) => row.name, csv: (row) => row.name },
  { id: 'created', title: text.col.created, show: (row) => <Time at={row.created_at} />, csv: (row) => row.created_at },
  { id: 'id', title: text.col.id, show: (row) => row.id, csv: (row) => row.id },
]

export function Fill({ used, all }: { used: number; all: number }) {
  return (
    <div>
      <Text size="sm" className="number">
        {t.seats(used, all)}
      </Text>
      <Progress
        value={all === 0 ? 0 : (100 * used) / all}
        size="sm"
        aria-label={t.seats(used, all)}
        color={used >= all * 0.9 && all > 0 ? 'red' : 'blue'}
      />
    </div>
  )
}

function AddPool({ community, close }: { community: string; close: () => void }) {
  const client = useQueryClient()
  const say = useSay()
  const form = useForm({
    initial: { name: '' },
    check: ({ name }) => ({ name: name.trim() === '' ? text.errors.required : undefined }),
    send: async ({ name }) => {
      await ask(
        api.POST('/v1/communities/{community}/pools', { params: { path: { community } }, body: { name: name.trim() } }),
      )
      await client.invalidateQueries({ queryKey: ['pools', community] })
      say(t.poolAdded)
      close()
    },
  })
  return (
    <Form form={form} submit={text.form.add} cancel={close}>
      <TextInput
        label={text.col.name}
        required
        data-autofocus
        value={form.values.name}
        error={form.errors.name}
        onChange={(event) => form.set('name', event.currentTarget.value)}
      />
    </Form>
  )
}

function AddNumber({ community, close }: { community: string; close: () => void }) {
  const client = useQueryClient()
  const say = useSay()
  const pools = usePools(community).data?.data ?? []
  const form = useForm({
    initial: {
      pool: null as string | null,
      number: '',
      carrier: 'loopback',
      capabilities: ['sms', 'voice'] as Schema['Capability'][],
      region: '',
      rate_per_s: '' as number | string,
    },
    check: (typed) => ({
      pool: typed.pool === null && pools.length !== 1 ? text.errors.required : undefined,
      number: typed.number.trim() === '' ? text.phone.notUnderstood : undefined,
      carrier: typed.carrier.trim() === '' ? text.errors.required : undefined,
    }),
    send: async ({ pool, number, carrier, capabilities, region, rate_per_s }) => {
      const body = {
        pool: pool ?? pools[0]?.id ?? '',
        number: await dialled(number, 'number'),
        carrier: carrier.trim(),
        capabilities,
        ...(region.trim() === '' ? {} : { region: region.trim().toUpperCase() }),
        ...(rate_per_s === '' ? {} : { rate_per_s: Number(rate_per_s) }),
      }
      const made = await ask(api.POST('/v1/communities/{community}/numbers', { params: { path: { community } }, body }))
      await Promise.all(
        ['numbers', 'traffic', 'capacity'].map((key) => client.invalidateQueries({ queryKey: [key, community] })),
      )
      say(t.numberAdded(made.number))
      close()
    },
  })
  const { values, set, errors } = form
  return (
    <Form form={form} submit={text.form.add} cancel={close}>
      <Select
        label={text.col.pool}
        required
        data={pools.map((one) => ({ value: one.id, label: one.name }))}
        value={values.pool ?? (pools.length === 1 ? (pools[0]?.id ?? null) : null)}
        error={errors.pool}
        description={pools.length === 0 ? t.empty : undefined}
        onChange={(pool) => set('pool', pool)}
      />
      <PhoneInput label={text.col.number} required {...form.chosen('number')} />
      <TextInput label={text.col.carrier} description={t.carrierHelp} required {...form.typed('carrier')} />
      <MultiSelect
        label={t.capabilities}
        data={['sms', 'mms', 'voice']}
        value={values.capabilities}
        error={errors.capabilities}
        onChange={(next) => set('capabilities', next as Schema['Capability'][])}
      />
      <TextInput label={t.region} description={t.regionHelp} maxLength={2} {...form.typed('region')} />
      <NumberInput label={t.rate} min={0} {...form.chosen('rate_per_s')} />
    </Form>
  )
}
