// The number that members text to manage their contacts.
import { Group, Paper, Select, Stack, Table, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { api, ask, type Schema } from '../api/client'
import { editNumber, useFresh, useNumbers, type PoolNumber } from '../numbers/numbers'
import { Confirm } from '../parts/Confirm'
import { Form } from '../parts/Form'
import { useForm } from '../parts/form'
import { Go, useCommunity } from '../parts/links'
import { Empty, ErrorNote, Page, useSay } from '../parts/notes'
import { Scroll } from '../parts/Scroll'
import { useMay } from '../session/session'
import { PageLoading } from '../shell/fallbacks'
import { later } from '../text.later'
import { text } from '../text'

const t = later.desk

export default function Desk() {
  const community = useCommunity()
  const numbers = useNumbers(community)
  const asked = useQuery({
    queryKey: ['communities', community],
    queryFn: () => ask(api.GET('/v1/communities/{community}', { params: { path: { community } } })),
  })
  return (
    <Page title={t.title} lead={t.lead}>
      <ErrorNote error={numbers.error ?? asked.error} retry={() => void numbers.refetch()} />
      {numbers.data === undefined || asked.data === undefined ? (
        numbers.error === null && asked.error === null && <PageLoading />
      ) : (
        <>
          <Number community={community} numbers={numbers.data} />
          <Words community={community} policy={asked.data.policy} />
        </>
      )}
    </Page>
  )
}

function Number({ community, numbers }: { community: string; numbers: PoolNumber[] }) {
  const may = useMay()
  const fresh = useFresh(community)
  const desk = numbers.find((one) => one.desk)
  const free = numbers.filter((one) => !one.desk && !one.hub && one.assignments === 0)
  if (desk === undefined)
    return free.length === 0 || !may.change ? (
      <Empty action={<Go to={`/c/${community}/pools`}>{text.nav.pools}</Go>}>
        {may.change ? t.noneFree : t.noneViewer}
      </Empty>
    ) : (
      <Paper withBorder p="md">
        <Choose community={community} free={free} />
      </Paper>
    )
  return (
    <Paper withBorder p="md">
      <Group justify="space-between">
        <div>
          <Text size="sm" className="soft">
            {t.is}
          </Text>
          <Text fw={600} size="xl" className="number">
            {desk.number}
          </Text>
        </div>
        {may.change && (
          <Confirm
            label={t.clear}
            ask={t.clearAsk(desk.number)}
            what={t.clearWhat}
            done={t.cleared}
            act={() => editNumber(community, desk.id, { desk: false }).then(fresh)}
          />
        )}
      </Group>
    </Paper>
  )
}

function Choose({ community, free }: { community: string; free: PoolNumber[] }) {
  const say = useSay()
  const fresh = useFresh(community)
  const form = useForm({
    initial: { desk: null as string | null },
    check: ({ desk }) => ({ desk: desk === null ? text.errors.required : undefined }),
    send: async ({ desk }) => {
      const made = await editNumber(community, desk ?? '', { desk: true })
      await fresh()
      say(t.set(made.number))
    },
  })
  return (
    <Stack>
      <Text>{t.none}</Text>
      <Form form={form} submit={t.choose}>
        <Select
          label={t.number}
          description={t.numberHelp}
          required
          searchable
          limit={50}
          maw={420}
          data={free.map((one) => ({ value: one.id, label: one.number }))}
          value={form.values.desk}
          error={form.errors.desk}
          onChange={(desk) => form.set('desk', desk)}
        />
      </Form>
    </Stack>
  )
}

function Words({ community, policy }: { community: string; policy: Schema['Policy'] }) {
  const may = useMay()
  const words: [string, string][] = [
    [policy.desk_list_word, t.does.list],
    [policy.desk_more_word, t.does.more],
    [t.withName(policy.desk_add_word), t.does.add],
    [t.withName(policy.desk_drop_word), t.does.drop],
    [t.withName(policy.desk_block_word), t.does.block],
    [t.withName(policy.desk_unblock_word), t.does.unblock],
    [policy.desk_help_word, t.does.help],
  ]
  return (
    <Paper withBorder p="md">
      <Group justify="space-between" mb="sm">
        <Title order={2} size="h4">
          {t.words}
        </Title>
        {may.change && <Go to={`/c/${community}/policy`}>{t.change}</Go>}
      </Group>
      <Scroll label={t.words} minWidth={320} narrow="tight">
        <Table aria-label={t.words}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{t.word}</Table.Th>
              <Table.Th scope="col">{t.what}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {words.map(([word, does]) => (
              <Table.Tr key={word}>
                <Table.Th scope="row">{word}</Table.Th>
                <Table.Td>{does}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Scroll>
      <Text size="sm" mt="sm">
        {t.found[policy.find_by_name]}
      </Text>
    </Paper>
  )
}
