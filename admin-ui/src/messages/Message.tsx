// One text with every step that is known of it.
import { Button, Paper, Text, Timeline, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { api, ask, type Schema } from '../api/client'
import { MemberName } from '../members/names'
import { Facts, Num, State, why } from '../parts/bits'
import { Go, useCommunity, useGo, useParam } from '../parts/links'
import { ErrorNote, Page } from '../parts/notes'
import { Time } from '../parts/time'
import { useMay } from '../session/session'
import { PageLoading } from '../shell/fallbacks'
import { text } from '../text'
import type { Message } from './Messages'

const t = text.messages
const OVER = ['delivered', 'undelivered', 'failed', 'expired', 'blocked']

export default function MessagePage() {
  const community = useCommunity()
  const message = useParam('message')
  const asked = useQuery({
    queryKey: ['messages', community, message],
    queryFn: () =>
      ask(api.GET('/v1/communities/{community}/messages/{message}', { params: { path: { community, message } } })),
    refetchInterval: (query) => (OVER.includes(query.state.data?.status ?? '') ? false : 3000),
  })
  const one = asked.data
  if (one === undefined)
    return (
      <Page title={t.one}>
        {asked.isPending ? <PageLoading /> : <ErrorNote error={asked.error} retry={() => void asked.refetch()} />}
      </Page>
    )
  return (
    <Page title={t.one} actions={<ExplainLink community={community} message={one} />}>
      <Paper withBorder p="md">
        <Text className="bubble" component="div">
          {one.body_expired || one.body_erased ? t.bodyGone : one.text}
        </Text>
      </Paper>
      <Paper withBorder p="md">
        <Facts
          of={[
            [text.col.status, <State of={one.status} />],
            [
              text.col.reason,
              one.reason == null ? null : (
                <>
                  {why(one.reason)}
                  {one.detail ? `: ${one.detail}` : ''}
                </>
              ),
            ],
            [
              text.col.from,
              one.from == null && one.origin === 'notice' ? (
                text.product
              ) : (
                <MemberName community={community} member={one.from} />
              ),
            ],
            [text.col.to, one.to == null ? null : <MemberName community={community} member={one.to} />],
            [text.col.dialled, <Num of={one.dialled_number} />],
            [text.col.shown, <Num of={one.shown_number} />],
            [text.col.origin, one.origin],
            [
              text.col.text,
              [t.segments(one.segments, one.encoding), one.media > 0 && t.media(one.media), one.urgent && t.urgent]
                .filter(Boolean)
                .join(text.comma),
            ],
            [text.col.id, one.id],
          ]}
        />
      </Paper>
      <Steps community={community} message={one} />
    </Page>
  )
}

type Step = Schema['MessageStep']

/** What is known of a step beside its name and time. */
export function about(step: Step): string[] {
  const taken = step.taken == null ? t.pendingApp : step.taken ? t.taken : t.refusedByApp
  return [
    step.what === 'ruled' && step.status === 'accepted' ? t.bridge : null,
    step.reason == null ? null : why(step.reason),
    step.number == null ? null : step.what === 'accepted' ? t.dialledAs(step.number) : t.shownAs(step.number),
    step.part == null ? null : t.partOf(step.part, step.parts ?? step.part),
    step.carrier == null ? null : t.by(step.carrier),
    step.reference == null ? null : t.reference(step.reference),
    step.type ?? null,
    step.what === 'callback' ? taken : null,
    step.attempts == null ? null : t.tries(step.attempts),
    step.detail ?? null,
  ].filter((one) => one !== null)
}

function Steps({ community, message }: { community: string; message: Message }) {
  const asked = useQuery({
    queryKey: ['messages', community, message.id, 'steps'],
    queryFn: () =>
      ask(
        api.GET('/v1/communities/{community}/messages/{message}/steps', {
          params: { path: { community, message: message.id } },
        }),
      ),
    refetchInterval: OVER.includes(message.status) ? false : 3000,
  })
  const steps = asked.data?.data ?? []
  const past = (step: Step) => step.at == null || new Date(step.at) <= new Date()
  return (
    <section>
      <Title order={2} size="h4" mb="sm">
        {t.steps}
      </Title>
      <ErrorNote error={asked.error} retry={() => void asked.refetch()} />
      {asked.isPending && <PageLoading />}
      <Timeline bulletSize={14} lineWidth={2} active={steps.filter(past).length - 1}>
        {steps.map((step, index) => (
          <Timeline.Item
            key={index}
            title={
              <>
                {t.stepWords[step.what] ?? step.what}{' '}
                {step.status && step.what !== 'accepted' && !(step.what === 'ruled' && step.status === 'accepted') && (
                  <State of={step.status} />
                )}
              </>
            }
          >
            <Text size="sm">{step.at == null ? t.noTime : <Time at={step.at} brief={false} />}</Text>
            <Text size="sm" className="soft">
              {about(step).join(text.comma)}
            </Text>
            {step.delivery && <Go to={`/c/${community}/deliveries/${step.delivery}`}>{step.delivery}</Go>}
          </Timeline.Item>
        ))}
      </Timeline>
      <Text size="sm" mt="sm" className="soft">
        {text.time.zone(Intl.DateTimeFormat().resolvedOptions().timeZone)}
      </Text>
    </section>
  )
}

/** To the explanation: it asks for the sender's real phone, so it is for who may see that. The address names nobody's. */
function ExplainLink({ community, message }: { community: string; message: Message }) {
  const may = useMay()
  const go = useGo()
  const { from, dialled_number: to } = message
  if (!may.reveal || from == null || to == null) return null
  return (
    <Button
      variant="default"
      size="xs"
      onClick={() => go(`/c/${community}/explain`, { member: from, to, at: message.accepted_at })}
    >
      {t.explain}
    </Button>
  )
}
