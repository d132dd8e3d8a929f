// One text with every step that is known of it.
import { Button, Paper, Text, Timeline, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { api, ask, sentence } from '../api/client'
import { useStream } from '../live/live'
import { MemberName } from '../members/names'
import { firstPhone } from '../members/revealed'
import { Facts, Num, State, why } from '../parts/bits'
import { useCommunity, useGo, useParam } from '../parts/links'
import { ErrorNote, Page, useSay } from '../parts/notes'
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
  const asked = useQuery({ queryKey: ['messages', community, message], queryFn: () => ask(api.GET('/v1/communities/{community}/messages/{message}', { params: { path: { community, message } } })), refetchInterval: (query) => (OVER.includes(query.state.data?.status ?? '') ? false : 3000) })
  const one = asked.data
  if (one === undefined) return <Page title={t.one}>{asked.isPending ? <PageLoading /> : <ErrorNote error={asked.error} retry={() => void asked.refetch()} />}</Page>
  return (
    <Page title={t.one} actions={<ExplainLink community={community} message={one} />}>
      <Paper withBorder p="md"><Text className="bubble" component="div">{one.body_expired || one.body_erased ? t.bodyGone : one.text}</Text></Paper>
      <Paper withBorder p="md">
        <Facts
          of={[
            [text.col.status, <State of={one.status} />],
            [text.col.reason, one.reason == null ? null : <>{why(one.reason)}{one.detail ? `: ${one.detail}` : ''}</>],
            [text.col.from, one.from == null && one.origin === 'notice' ? text.product : <MemberName community={community} member={one.from} />],
            [text.col.to, one.to == null ? null : <MemberName community={community} member={one.to} />],
            [text.col.dialled, <Num of={one.dialled_number} />],
            [text.col.shown, <Num of={one.shown_number} />],
            [text.col.origin, one.origin],
            [text.col.text, [t.segments(one.segments, one.encoding), one.media > 0 && t.media(one.media), one.urgent && t.urgent].filter(Boolean).join(text.comma)],
            [text.col.id, one.id],
          ]}
        />
      </Paper>
      <Steps message={one} />
    </Page>
  )
}

function Steps({ message }: { message: Message }) {
  const live = useStream().events.filter((told) => (told.data['message'] as { id?: string } | undefined)?.id === message.id)
  const seen = live.map((told) => ({ at: told.timestamp, what: t.stateSince((told.data['message'] as { status?: string }).status ?? told.type) }))
  const steps = [
    { at: message.accepted_at, what: t.accepted },
    ...(message.held_until ? [{ at: message.held_until, what: t.held }] : []),
    ...(message.updated_at === message.accepted_at ? [] : [{ at: message.updated_at, what: t.stateSince(message.status) }]),
    ...seen.filter((one) => one.at !== message.updated_at && one.what !== t.stateSince(message.status)),
    ...(OVER.includes(message.status) ? [] : [{ at: message.expires_at, what: t.expires }]),
  ].sort((a, b) => a.at.localeCompare(b.at))
  return (
    <section>
      <Title order={2} size="h4" mb="sm">{t.steps}</Title>
      <Timeline bulletSize={14} lineWidth={2} active={steps.filter((one) => new Date(one.at) <= new Date()).length - 1}>
        {steps.map((one) => <Timeline.Item key={`${one.at} ${one.what}`} title={one.what}><Text size="sm"><Time at={one.at} brief={false} /></Text></Timeline.Item>)}
      </Timeline>
      <Text size="sm" mt="sm" className="soft">{text.time.zone(Intl.DateTimeFormat().resolvedOptions().timeZone)}</Text>
    </section>
  )
}

/** To the explanation: it needs the sender's real phone, so it is for who may see that. */
function ExplainLink({ community, message }: { community: string; message: Message }) {
  const may = useMay()
  const go = useGo()
  const say = useSay()
  const { from, dialled_number: to } = message
  if (!may.reveal || from == null || to == null) return null
  const explain = async () => {
    try {
      const phone = await firstPhone(community, from)
      if (phone !== undefined) go(`/c/${community}/explain`, { from: phone, to, at: message.accepted_at })
    } catch (thrown) {
      say(sentence(thrown))
    }
  }
  return <Button variant="default" size="xs" onClick={() => void explain()}>{t.explain}</Button>
}
