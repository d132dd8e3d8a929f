// One delivery: its body, and each try with what was sent and answered.
import { Accordion, Paper, Text, Title } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { api, ask } from '../api/client'
import { Facts, State } from '../parts/bits'
import { Confirm } from '../parts/Confirm'
import { Go, useCommunity, useParam } from '../parts/links'
import { Empty, ErrorNote, Page } from '../parts/notes'
import { said, Time } from '../parts/time'
import { useMay } from '../session/session'
import { PageLoading } from '../shell/fallbacks'
import { text } from '../text'

const t = text.callbacks

export default function DeliveryPage() {
  const community = useCommunity()
  const delivery = useParam('delivery')
  const may = useMay()
  const client = useQueryClient()
  const params = { path: { community, delivery } }
  const asked = useQuery({
    queryKey: ['deliveries', community, delivery],
    queryFn: () => ask(api.GET('/v1/communities/{community}/deliveries/{delivery}', { params })),
    refetchInterval: (query) => (query.state.data?.state === 'pending' ? 3000 : false),
  })
  const one = asked.data
  if (one === undefined)
    return (
      <Page title={t.delivery}>
        {asked.isPending ? <PageLoading /> : <ErrorNote error={asked.error} retry={() => void asked.refetch()} />}
      </Page>
    )
  const replay = may.change && (
    <Confirm
      label={t.replay}
      ask={t.replayOneAsk}
      what={t.replayOneWhat}
      done={t.replayedOne}
      danger={false}
      act={() =>
        ask(api.POST('/v1/communities/{community}/deliveries/{delivery}/replay', { params })).then(() =>
          client.invalidateQueries({ queryKey: ['deliveries', community] }),
        )
      }
    />
  )
  return (
    <Page title={`${t.delivery}: ${one.type}`} actions={replay}>
      <Paper withBorder p="md">
        <Facts
          of={[
            [text.col.state, <State of={one.state} />],
            [text.col.created, <Time at={one.created_at} brief={false} />],
            [
              text.col.endpoint,
              <Go to={`/c/${community}/deliveries`} search={{ endpoint: one.endpoint }}>
                {one.endpoint}
              </Go>,
            ],
            [text.col.attempts, one.attempts],
            [text.col.lastStatus, one.last_status ?? one.last_error],
            [text.col.id, one.id],
          ]}
        />
      </Paper>
      <section>
        <Title order={2} size="h4" mb="xs">
          {t.body}
        </Title>
        {one.body == null ? (
          <Empty>{text.none}</Empty>
        ) : (
          <pre className="body" tabIndex={0}>
            {JSON.stringify(one.body, null, 2)}
          </pre>
        )}
      </section>
      <section>
        <Title order={2} size="h4" mb="xs">
          {t.tries}
        </Title>
        {one.tries.length === 0 ? (
          <Empty>{t.noTries}</Empty>
        ) : (
          <Accordion variant="separated" order={3}>
            {one.tries.map((one_try) => (
              <Accordion.Item key={one_try.attempt} value={String(one_try.attempt)}>
                <Accordion.Control>
                  {`${t.attempt(one_try.attempt)}: ${one_try.status ?? one_try.error ?? text.none} – `}
                  {`${said(one_try.at, true)}, ${t.took(one_try.duration_ms)}`}
                </Accordion.Control>
                <Accordion.Panel>
                  <Text fw={600}>{t.request}</Text>
                  <pre className="body" tabIndex={0}>
                    {one_try.request}
                  </pre>
                  <Text fw={600} mt="sm">
                    {t.answer}
                  </Text>
                  <pre className="body" tabIndex={0}>
                    {one_try.answer === '' ? (one_try.error ?? text.none) : one_try.answer}
                  </pre>
                </Accordion.Panel>
              </Accordion.Item>
            ))}
          </Accordion>
        )}
      </section>
    </Page>
  )
}
