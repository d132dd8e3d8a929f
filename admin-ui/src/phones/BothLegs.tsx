// Both legs of the call that goes on, or went last, between the phones on the page.
import { Group, Paper, Text, Title } from '@mantine/core'
import { useQueries, useQuery } from '@tanstack/react-query'
import { api, ask } from '../api/client'
import { Ladder } from '../calls/Ladder'
import { State } from '../parts/bits'
import { Go } from '../parts/links'
import { text } from '../text'
import { newest } from './calls'

const t = text.phones.call

/** What the phones' cards ask for already; nothing is asked twice. */
export function BothLegs({ community, numbers }: { community: string; numbers: string[] }) {
  const lists = useQueries({
    queries: numbers.map((number) => ({
      queryKey: ['phone_calls', community, number],
      queryFn: () => ask(api.GET('/v1/loopback/phones/{phone}/calls', { params: { path: { phone: number } } })),
      retry: false,
    })),
  })
  const call = newest(lists.flatMap((one) => one.data?.data ?? []).filter((one) => one.community === community))?.call
  return call == null ? null : <Legs community={community} call={call} />
}

function Legs({ community, call }: { community: string; call: string }) {
  const asked = useQuery({
    queryKey: ['calls', community, call],
    queryFn: () => ask(api.GET('/v1/communities/{community}/calls/{call}', { params: { path: { community, call } } })),
    refetchInterval: (query) => (query.state.data?.state === 'ended' ? false : 1000),
    // It is recorded a moment after it rings.
    retry: 5,
    retryDelay: 500,
  })
  const one = asked.data
  return (
    <Paper withBorder p="md" component="section" aria-label={t.bothLegs}>
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h4">
          {t.bothLegs}
        </Title>
        {one && <State of={one.state} />}
      </Group>
      <Text size="sm" mb="xs">
        <Go to={`/c/${community}/calls/${call}`}>{t.wholeCall}</Go>
      </Text>
      {one === undefined || one.steps.length === 0 ? (
        <Text size="sm">{t.drawnLater}</Text>
      ) : (
        <Ladder steps={one.steps} />
      )}
    </Paper>
  )
}
