// Every carrier and trunk as it stands, and what to do when one is down.
import { Alert, Badge, Group, Paper, SimpleGrid, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { api, ask, type Schema } from '../api/client'
import { Facts, Num, State, why } from '../parts/bits'
import { Empty, ErrorNote, Page } from '../parts/notes'
import { Scroll } from '../parts/Scroll'
import { said, Time } from '../parts/time'
import { PageLoading } from '../shell/fallbacks'
import { text } from '../text'

const t = text.carriers
type Carrier = Schema['Carrier']

export default function Carriers() {
  const asked = useQuery({ queryKey: ['carriers'], queryFn: () => ask(api.GET('/v1/carriers')), refetchInterval: 3000 })
  const all = asked.data?.data ?? []
  return (
    <Page title={t.title} lead={t.lead}>
      <ErrorNote error={asked.error} retry={() => void asked.refetch()} />
      {asked.isPending ? (
        <PageLoading />
      ) : all.length === 0 ? (
        <Empty>{t.empty}</Empty>
      ) : (
        <SimpleGrid cols={{ base: 1, lg: 2 }}>
          {inOrder(all).map((one) => (
            <One key={`${one.kind} ${one.name}`} carrier={one} />
          ))}
        </SimpleGrid>
      )}
      {asked.data && (
        <Text size="xs" className="soft">
          {t.node(asked.data.node, said(asked.data.since))}
        </Text>
      )}
    </Page>
  )
}

const WORST = ['down', 'not_configured', 'degraded', 'connecting', 'up']

/** Those that need somebody first. */
export const inOrder = (carriers: Carrier[]): Carrier[] =>
  [...carriers].sort((a, b) => WORST.indexOf(a.state) - WORST.indexOf(b.state) || a.name.localeCompare(b.name))

/** What to do about it, if anything. */
export function todo({ state, kind }: Pick<Carrier, 'state' | 'kind'>): string | null {
  if (state === 'up' || state === 'connecting') return null
  return (state === 'degraded' ? t.todos['degraded'] : t.todos[kind]) ?? null
}

function One({ carrier }: { carrier: Carrier }) {
  const advice = todo(carrier)
  return (
    <Paper withBorder p="md" component="article">
      <Stack gap="sm">
        <Group justify="space-between" gap="xs">
          <div>
            <Title order={2} size="h4">
              {carrier.name}
            </Title>
            <Text size="sm" className="soft">
              {t.kinds[carrier.kind] ?? carrier.kind}
            </Text>
          </div>
          <Group gap="xs">
            <State of={carrier.state} />
            {carrier.since && (
              <Text size="xs" className="soft">
                <Time at={carrier.since} />
              </Text>
            )}
          </Group>
        </Group>
        {advice !== null && (
          <Alert color={carrier.state === 'degraded' ? 'yellow' : 'red'} variant="light">
            <Text size="sm" fw={700} c="var(--mantine-color-text)">
              {t.todo}
            </Text>
            <Text size="sm" c="var(--mantine-color-text)">
              {advice}
            </Text>
          </Alert>
        )}
        <Facts
          of={[
            ...(carrier.texts ? texts(carrier.texts) : []),
            ...(carrier.calls ? calls(carrier.calls) : []),
            [
              t.trouble,
              carrier.trouble ? (
                <>
                  {carrier.trouble.what}{' '}
                  <Text span size="xs" className="soft">
                    <Time at={carrier.trouble.at} />
                  </Text>
                </>
              ) : (
                t.noTrouble
              ),
            ],
          ]}
        />
        <Links carrier={carrier} />
      </Stack>
    </Paper>
  )
}

function texts(of: NonNullable<Carrier['texts']>): [string, ReactNode][] {
  return [
    [t.waiting, <Num of={String(of.waiting)} />],
    [t.window, t.windowOf(of.in_flight, of.window)],
    [t.texts, t.perSecond(of.sent_per_s, of.received_per_s)],
    [t.sent, <Num of={String(of.sent)} />],
    [t.received, <Num of={String(of.received)} />],
    [`${t.putOff}${text.comma}${t.refused}`, `${of.put_off}${text.comma}${of.refused}`],
    [t.lastSent, <Time at={of.last_sent_at} />],
  ]
}

function calls(of: NonNullable<Carrier['calls']>): [string, ReactNode][] {
  return [
    [t.calls, t.callsNow(of.now, of.most)],
    [t.inOut, t.inOutOf(of.incoming, of.outgoing)],
    [t.answered, <Num of={String(of.answered)} />],
    [t.failed, t.failedOf(of.failed, of.refused)],
    [t.limit, t.limitOf(of.per_s)],
    ...(of.registered == null
      ? []
      : [[t.registered, of.registered ? text.yes : text.no] satisfies [string, ReactNode]]),
    [t.options, of.takes ? t.every(of.asked_every_s) : t.onlyBrings],
  ]
}

function Links({ carrier }: { carrier: Carrier }) {
  if (carrier.kind === 'loopback' || (carrier.kind === 'unknown' && carrier.links.length === 0)) return null
  if (carrier.links.length === 0) return <Text size="sm">{t.noLinks}</Text>
  return (
    <Scroll minWidth={380} label={`${carrier.name}: ${t.links}`} narrow="cards">
      <table className="plain" aria-label={`${carrier.name}: ${t.links}`}>
        <thead>
          <tr>
            <th scope="col">{t.links}</th>
            <th scope="col">{text.col.state}</th>
            <th scope="col">{t.window}</th>
            <th scope="col">{t.trouble}</th>
          </tr>
        </thead>
        <tbody>
          {carrier.links.map((link, index) => (
            <tr key={`${index} ${link.target} ${link.mode}`}>
              <td data-title={t.links}>
                <div>
                  {link.target ?? t.hidden}
                  <Text size="xs" className="soft">
                    {[link.bound_as && t.boundAs(link.bound_as), link.mode && why(link.mode)]
                      .filter(Boolean)
                      .join(text.comma)}
                  </Text>
                </div>
              </td>
              <td data-title={text.col.state}>
                <div>
                  <State of={link.state} />
                  {link.since && (
                    <Text size="xs" className="soft">
                      <Time at={link.since} />
                    </Text>
                  )}
                </div>
              </td>
              <td data-title={t.window}>
                <div>
                  {link.window === 0 ? text.none : t.windowOf(link.in_flight, link.window)}
                  {link.paced_per_s != null && (
                    <Badge variant="dot" color="yellow" tt="none">
                      {t.paced(link.paced_per_s)}
                    </Badge>
                  )}
                </div>
              </td>
              <td data-title={t.trouble}>
                <div>
                  {link.trouble ? (
                    <>
                      {link.trouble.what}
                      <Text size="xs" className="soft">
                        <Time at={link.trouble.at} />
                      </Text>
                    </>
                  ) : (
                    text.none
                  )}
                </div>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  )
}
