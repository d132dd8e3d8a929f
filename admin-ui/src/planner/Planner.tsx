// How far the numbers go, and what a change would bring.
import { NumberInput, Paper, SimpleGrid, Stack, Table, Text, TextInput, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { api, ask, type Schema } from '../api/client'
import { Form } from '../parts/Form'
import { useForm } from '../parts/form'
import { Go, useCommunity } from '../parts/links'
import { Empty, ErrorNote, Page } from '../parts/notes'
import { Scroll } from '../parts/Scroll'
import { ServerTable, type Column } from '../parts/ServerTable'
import { said } from '../parts/time'
import { PageLoading } from '../shell/fallbacks'
import { useMay } from '../session/session'
import { text } from '../text'

const Plot = lazy(() => import('../parts/Plot'))
const t = text.planner
type Capacity = Schema['Capacity']
type Row = Schema['MemberCapacity']

export default function Planner() {
  const community = useCommunity()
  const may = useMay()
  const asked = useQuery({
    queryKey: ['capacity', community],
    queryFn: () => ask(api.GET('/v1/communities/{community}/capacity', { params: { path: { community } } })),
  })
  const columns: Column<Row>[] = [
    {
      id: 'name',
      title: text.col.member,
      show: (row) => <Go to={`/c/${community}/members/${row.member}`}>{row.name}</Go>,
      csv: (row) => row.name,
    },
    {
      id: 'contacts',
      title: text.col.contacts,
      show: (row) => row.contacts,
      csv: (row) => row.contacts,
      numeric: true,
    },
    { id: 'usable', title: text.col.usable, show: (row) => row.usable, csv: (row) => row.usable, numeric: true },
    { id: 'free', title: text.col.free, show: (row) => row.free, csv: (row) => row.free, numeric: true },
    {
      id: 'full',
      title: text.col.full,
      show: (row) => runsOut(row.runs_out),
      csv: (row) => row.runs_out.at ?? row.runs_out.outlook,
    },
    { id: 'region', title: text.col.region, show: (row) => row.region ?? text.none, csv: (row) => row.region },
  ]
  return (
    <Page title={t.title} lead={t.lead}>
      <ErrorNote error={asked.error} retry={() => void asked.refetch()} />
      {asked.isPending && <PageLoading />}
      {asked.data && <Headroom capacity={asked.data} />}
      {may.change && <WhatIf community={community} />}
      <section>
        <Title order={2} size="h4" mb="xs">
          {t.fullest}
        </Title>
        <ServerTable
          name={t.fullest}
          queryKey={['capacity', community, 'members']}
          columns={columns}
          rowId={(row) => row.member}
          empty={t.nobody}
          limit={25}
          fetch={(query) =>
            ask(api.GET('/v1/communities/{community}/capacity/members', { params: { path: { community }, query } }))
          }
        />
      </section>
    </Page>
  )
}

export function runsOut({ outlook, at }: Schema['RunsOut']): string {
  return outlook === 'around' && at != null ? said(at, true) : (t.outlook[outlook] ?? outlook)
}

function Headroom({ capacity }: { capacity: Capacity }) {
  const x = capacity.fill.map((band) => (band.from_percent + band.to_percent) / 2)
  const y = capacity.fill.map((band) => band.members)
  return (
    <>
      <Text>{capacity.explained}</Text>
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Paper withBorder p="md">
          <Title order={2} size="h5">
            {t.headroom}
          </Title>
          {capacity.members === 0 ? (
            <Empty>{t.nobody}</Empty>
          ) : (
            <Suspense fallback={<PageLoading />}>
              <Plot
                label={t.chartLabel}
                x={x}
                y={y}
                bars
                xLabel={t.share}
                yLabel={t.members}
                table={capacity.fill.map((band) => [t.band(band.from_percent, band.to_percent), band.members])}
              />
            </Suspense>
          )}
        </Paper>
        <Paper withBorder p="md">
          <Title order={2} size="h5" mb="xs">
            {t.needed}
          </Title>
          <Needed capacity={capacity} />
        </Paper>
      </SimpleGrid>
    </>
  )
}

function Needed({ capacity }: { capacity: Capacity }) {
  return (
    <Scroll minWidth={360} label={t.needed} narrow="tight">
      <Table aria-label={t.needed}>
        <Table.Thead>
          <Table.Tr>
            {[text.col.at, t.needed, t.missing, t.atMost].map((one) => (
              <Table.Th key={one} scope="col">
                {one}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {capacity.needed.map((one) => (
            <Table.Tr key={one.in_days}>
              <Table.Td>{t.inDays(one.in_days)}</Table.Td>
              <Table.Td>{one.numbers ?? text.none}</Table.Td>
              <Table.Td>{one.missing ?? text.none}</Table.Td>
              <Table.Td>{one.at_most ?? text.none}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Scroll>
  )
}

function WhatIf({ community }: { community: string }) {
  const [answer, setAnswer] = useState<Schema['CapacityWhatIf'] | null>(null)
  const form = useForm({
    initial: { count: 10 as number | string, region: '', more_contacts: 0 as number | string },
    send: async ({ count, region, more_contacts }) => {
      const add =
        Number(count) > 0
          ? [{ count: Number(count), ...(region.trim() === '' ? {} : { region: region.trim().toUpperCase() }) }]
          : []
      setAnswer(
        await ask(
          api.POST('/v1/communities/{community}/capacity/what_if', {
            params: { path: { community } },
            body: { add_numbers: add, more_contacts: Number(more_contacts) },
          }),
        ),
      )
    },
  })
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h4" mb="xs">
        {t.whatIf}
      </Title>
      <Form form={form} submit={t.ask}>
        <SimpleGrid cols={{ base: 1, sm: 3 }}>
          <NumberInput label={t.addNumbers} min={0} {...form.chosen('count')} />
          <TextInput label={t.region} maxLength={2} {...form.typed('region')} />
          <NumberInput label={t.moreContacts} min={0} {...form.chosen('more_contacts')} />
        </SimpleGrid>
      </Form>
      {answer && <Compare answer={answer} />}
    </Paper>
  )
}

function Compare({ answer: { before, after } }: { answer: Schema['CapacityWhatIf'] }) {
  const rows: [string, number, number][] = [
    [t.usable, before.usable, after.usable],
    [t.full, before.full, after.full],
    [t.running, before.running_out, after.running_out],
  ]
  return (
    <Stack mt="md" aria-live="polite">
      <Text>{after.explained}</Text>
      <Table maw={480} aria-label={t.whatIf}>
        <Table.Thead>
          <Table.Tr>
            <Table.Td />
            {[t.before, t.after].map((one) => (
              <Table.Th key={one} scope="col" className="figure">
                {one}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map(([name, was, is]) => (
            <Table.Tr key={name}>
              <Table.Th scope="row">{name}</Table.Th>
              <Table.Td className="figure">{was}</Table.Td>
              <Table.Td className="figure">{is}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Stack>
  )
}
