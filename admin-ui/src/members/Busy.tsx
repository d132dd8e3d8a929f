// What waits between two, and how long their texts took.
import { Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { api, ask, type Schema } from '../api/client'
import { Facts } from '../parts/bits'
import { ErrorNote } from '../parts/notes'
import { later } from '../text.later'

const t = later.contact
const told = ({ waiting, oldest_waiting_s, latency }: Schema['PairWay']) =>
  t.way(waiting, oldest_waiting_s, latency.texts, latency.p50_ms, latency.p99_ms)

export function Busy({ community, member, contact }: { community: string; member: string; contact: string }) {
  const path = { community, member, contact }
  const asked = useQuery({
    queryKey: ['traffic', community, member, contact],
    queryFn: () =>
      ask(api.GET('/v1/communities/{community}/members/{member}/contacts/{contact}/traffic', { params: { path } })),
  })
  if (asked.data === undefined) return <ErrorNote error={asked.error} />
  return (
    <section>
      <Title order={3} size="h5" mb="xs">
        {t.busy}
      </Title>
      <Facts
        of={[
          [t.outgoing, told(asked.data.outgoing)],
          [t.incoming, told(asked.data.incoming)],
        ]}
      />
    </section>
  )
}
