// Retiring numbers: plan, look, start.
import {
  Button,
  Group,
  MultiSelect,
  NumberInput,
  Paper,
  SegmentedControl,
  Stack,
  Table,
  Text,
  TextInput,
} from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, ask, type Schema } from '../api/client'
import { useNumbers } from '../numbers/numbers'
import { Form } from '../parts/Form'
import { Facts, Num, State } from '../parts/bits'
import { Confirm } from '../parts/Confirm'
import { useForm } from '../parts/form'
import { Go, useCommunity, useGo } from '../parts/links'
import { Page } from '../parts/notes'
import { timeColumn } from '../parts/columns'
import { ServerTable, type Column } from '../parts/ServerTable'
import { useMay } from '../session/session'
import { text } from '../text'

const t = text.swaps
type Swap = Schema['Swap']
type Plan = Schema['SwapPlan']

export const emptied = (swap: Swap) =>
  swap.carrier ?? swap.region ?? swap.numbers.map((one) => one.number).join(text.comma)

export default function Swaps() {
  const community = useCommunity()
  const may = useMay()
  const columns: Column<Swap>[] = [
    {
      id: 'what',
      title: t.by,
      show: (row) => <Go to={`/c/${community}/swaps/${row.id}`}>{emptied(row)}</Go>,
      csv: emptied,
    },
    { id: 'state', title: text.col.state, show: (row) => <State of={row.state} />, csv: (row) => row.state },
    {
      id: 'progress',
      title: text.col.progress,
      show: (row) => t.progress(row.moved, row.total),
      csv: (row) => `${row.moved}/${row.total}`,
    },
    timeColumn('created', text.col.created, (row) => row.created_at),
    { id: 'id', title: text.col.id, show: (row) => row.id, csv: (row) => row.id },
  ]
  return (
    <Page title={t.title} lead={t.lead}>
      {may.change && <PlanForm community={community} />}
      <ServerTable
        name={t.title}
        queryKey={['swaps', community, 'list']}
        columns={columns}
        rowId={(row) => row.id}
        empty={t.empty}
        refreshMs={5000}
        fetch={(query) => ask(api.GET('/v1/communities/{community}/swaps', { params: { path: { community }, query } }))}
      />
    </Page>
  )
}

function PlanForm({ community }: { community: string }) {
  const client = useQueryClient()
  const go = useGo()
  const [planned, setPlan] = useState<{ typed: object; asked: Schema['NewSwap']; plan: Plan } | null>(null)
  const numbers = useNumbers(community).data ?? []
  const form = useForm({
    initial: { by: 'numbers', numbers: [] as string[], carrier: '', region: '', overlap_s: 14 as number | string },
    check: (typed) => ({
      numbers: typed.by === 'numbers' && typed.numbers.length === 0 ? text.errors.required : undefined,
      carrier: typed.by === 'carrier' && typed.carrier.trim() === '' ? text.errors.required : undefined,
      region: typed.by === 'region' && typed.region.trim() === '' ? text.errors.required : undefined,
    }),
    send: async (typed) => {
      const overlap = typed.overlap_s === '' ? {} : { overlap_s: Math.round(Number(typed.overlap_s) * 86_400) }
      const asked =
        typed.by === 'numbers'
          ? { numbers: typed.numbers, ...overlap }
          : typed.by === 'carrier'
            ? { carrier: typed.carrier.trim(), ...overlap }
            : { region: typed.region.trim().toUpperCase(), ...overlap }
      setPlan({
        typed,
        asked,
        plan: await ask(
          api.POST('/v1/communities/{community}/swaps/plan', {
            params: { path: { community }, query: { limit: 100 } },
            body: asked,
          }),
        ),
      })
    },
  })
  const { values, set } = form
  // A plan is that of what was on the form when it was asked for. Once anything else stands there, it cannot be started.
  const plan = planned?.typed === values ? planned : null
  const start = async () => {
    if (plan === null) return
    const swap = await ask(
      api.POST('/v1/communities/{community}/swaps', { params: { path: { community } }, body: plan.asked }),
    )
    await client.invalidateQueries({ queryKey: ['swaps', community] })
    go(`/c/${community}/swaps/${swap.id}`)
  }
  return (
    <Paper withBorder p="md">
      <Form form={form} submit={t.plan}>
        <SegmentedControl
          aria-label={t.by}
          fullWidth
          maw={420}
          value={values.by}
          onChange={(by) => set('by', by)}
          data={[
            { value: 'numbers', label: t.byNumber },
            { value: 'carrier', label: t.byCarrier },
            { value: 'region', label: t.byRegion },
          ]}
        />
        <Group align="flex-start" grow preventGrowOverflow={false}>
          {values.by === 'numbers' && (
            <MultiSelect
              label={t.byNumber}
              searchable
              limit={50}
              data={numbers.map((one) => ({ value: one.id, label: one.number }))}
              {...form.chosen('numbers')}
            />
          )}
          {values.by === 'carrier' && <TextInput label={text.col.carrier} {...form.typed('carrier')} />}
          {values.by === 'region' && <TextInput label={text.col.region} maxLength={2} {...form.typed('region')} />}
          <NumberInput label={t.overlap} description={t.overlapHelp} min={0} {...form.chosen('overlap_s')} maw={260} />
        </Group>
      </Form>
      {plan !== null && (
        <Stack mt="md">
          <PlanView plan={plan.plan} />
          <Group>
            <Confirm label={t.start} ask={t.startAsk} what={t.startWhat} done={t.started} act={start} size="sm">
              <Facts of={[[t.empties, <Num of={leaving(plan.plan)} />]]} />
            </Confirm>
            <Button variant="subtle" onClick={() => setPlan(null)}>
              {text.form.cancel}
            </Button>
          </Group>
        </Stack>
      )}
    </Paper>
  )
}

const MOST_NAMED = 10

/** The numbers that a plan empties, by name; of many the first, and how many more. */
export function leaving({ numbers }: Pick<Plan, 'numbers'>): string {
  const names = numbers.map((one) => one.number)
  return [
    ...names.slice(0, MOST_NAMED),
    ...(names.length > MOST_NAMED ? [text.poolFiles.more(names.length - MOST_NAMED)] : []),
  ].join(text.comma)
}

function PlanView({ plan }: { plan: Plan }) {
  const stuck = plan.moves.filter((one) => one.to == null)
  return (
    <section aria-label={t.planTitle}>
      <Text fw={600}>{t.planned(plan.rows, plan.movable, plan.members)}</Text>
      <Text>
        {[
          plan.stuck > 0 && t.stuck(plan.stuck),
          plan.narrower > 0 && t.narrower(plan.narrower),
          t.told(plan.told.phone),
        ]
          .filter(Boolean)
          .join(' ')}
      </Text>
      {plan.targets.length > 0 && (
        <Table aria-label={t.targets} mt="xs" maw={480}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{t.targets}</Table.Th>
              <Table.Th scope="col" className="figure">
                {text.col.pairs}
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {plan.targets.map((one) => (
              <Table.Tr key={one.id}>
                <Table.Td>
                  <Num of={one.number} />
                </Table.Td>
                <Table.Td className="figure">{one.rows}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      {stuck.map((one) => (
        <Text key={one.assignment} size="sm">
          {one.reason}
        </Text>
      ))}
    </section>
  )
}
