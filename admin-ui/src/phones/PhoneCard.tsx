// One virtual phone: what it sent and received, whom it knows, and a line to type.
import { Autocomplete, Button, Group, Paper, Stack, Text, TextInput, Title } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { api, ApiError, ask, sentence, type Schema } from '../api/client'
import { MemberName, useDirectory } from '../members/names'
import { Num, why } from '../parts/bits'
import { ErrorNote } from '../parts/notes'
import { understand } from '../parts/phone'
import { Time } from '../parts/time'
import { text } from '../text'

const t = text.phones
type Said = { at: string; text: string; own: boolean; with: string; verdict?: string }
type Props = { community: string; number: string; member: Schema['Member'] | undefined; may: boolean; onAway: () => void }
const QUICK = ['STOP', 'START', 'HELP', 'STOPALL']

export function PhoneCard({ community, number, member, may, onAway }: Props) {
  const [own, setOwn] = useState<Said[]>([])
  const [from, setFrom] = useState<string | null>(null)
  const inbox = useQuery({ queryKey: ['inbox', community, number], queryFn: () => ask(api.GET('/v1/loopback/phones/{phone}/texts', { params: { path: { phone: number } } })), refetchInterval: 2000, retry: false })
  const received: Said[] = (inbox.data?.data ?? []).map((one) => ({ at: one.at, text: one.text, own: false, with: one.from }))
  const all = [...received, ...own].sort((a, b) => a.at.localeCompare(b.at))
  const screen = useRef<HTMLDivElement>(null)
  const latest = received.at(-1)
  useEffect(() => {
    screen.current?.scrollTo?.({ top: screen.current.scrollHeight })
  }, [all.length])
  // What arrived lights its pair up for a moment.
  useEffect(() => {
    if (latest === undefined || Date.now() - new Date(latest.at).getTime() > 5000) return
    setFrom(latest.with)
    const timer = setTimeout(() => setFrom(null), 4000)
    return () => clearTimeout(timer)
  }, [latest?.at, latest?.with])
  const off = inbox.error instanceof ApiError && inbox.error.code === 'loopback_off'
  return (
    <Paper withBorder p="md" component="section" aria-label={member?.name ?? number}>
      <Group justify="space-between" wrap="nowrap" mb="xs">
        <div><Title order={2} size="h5">{member === undefined ? t.stranger : <MemberName community={community} member={member.id} />}</Title><Num of={number} /></div>
        <Button size="xs" variant="subtle" onClick={onAway}>{t.remove}</Button>
      </Group>
      {off ? <Text>{t.off}</Text> : <ErrorNote error={inbox.error} />}
      <div className="screen" ref={screen} tabIndex={0} role="log" aria-label={t.received}>
        {all.length === 0 && <Text size="sm">{t.nothing}</Text>}
        {all.map((one, index) => (
          <div key={`${one.at} ${index}`} className={one.own ? 'bubble own' : 'bubble'}>
            <Text size="xs">{one.own ? t.sent(one.with) : t.from(one.with)}{one.verdict ? `, ${one.verdict}` : ''}{' · '}<Time at={one.at} /></Text>
            {one.text}
          </div>
        ))}
      </div>
      {member && <Known community={community} member={member.id} lit={from} />}
      {may && <Write community={community} number={number} member={member?.id} reply={latest?.with} onSent={(sent) => setOwn((now) => [...now, sent])} />}
    </Paper>
  )
}

const useContacts = (community: string, member: string | undefined) =>
  useQuery({ queryKey: ['contacts', community, member, 'phone'], enabled: member !== undefined, queryFn: () => ask(api.GET('/v1/communities/{community}/members/{member}/contacts', { params: { path: { community, member: member ?? '' }, query: { limit: 100 } } })) })

function Known({ community, member, lit }: { community: string; member: string; lit: string | null }) {
  const contacts = useContacts(community, member).data?.data ?? []
  return (
    <Group gap={6} my="xs" aria-label={t.knows} role="group">
      {contacts.map((one) => <span key={one.id} className={one.number === lit ? 'bubble lit' : 'bubble'}><Text size="xs"><Num of={one.number} />{' '}<MemberName community={community} member={one.contact} plain /></Text></span>)}
    </Group>
  )
}

function Write({ community, number, member, reply, onSent }: { community: string; number: string; member: string | undefined; reply: string | undefined; onSent: (sent: Said) => void }) {
  const client = useQueryClient()
  const contacts = useContacts(community, member).data?.data ?? []
  const names = useDirectory(community).data?.data ?? []
  const [to, setTo] = useState('')
  const [body, setBody] = useState('')
  const [busy, setBusy] = useState(false)
  const [wrong, setWrong] = useState<{ field: string | null; said: string } | null>(null)
  const nameOf = (id: string) => names.find((one) => one.id === id)?.name ?? id
  const target = to !== '' ? to : (reply ?? contacts[0]?.number ?? '')
  const send = async (what: string) => {
    setBusy(true)
    setWrong(null)
    try {
      const dialled = (await understand(target)) ?? target
      const answer = await ask(api.POST('/v1/loopback/phones/{phone}/texts', { params: { path: { phone: number } }, body: { to: dialled, text: what } }))
      const verdict = t.verdict[answer.verdict] ?? answer.verdict
      onSent({ at: new Date().toISOString(), text: what, own: true, with: dialled, verdict: answer.reason == null ? verdict : `${verdict} (${why(answer.reason)})` })
      setBody('')
      // It arrives a moment later.
      setTimeout(() => void client.invalidateQueries({ queryKey: ['inbox', community] }), 400)
    } catch (thrown) {
      setWrong({ field: thrown instanceof ApiError ? thrown.field : null, said: sentence(thrown) })
    } finally {
      setBusy(false)
    }
  }
  return (
    <form onSubmit={(event) => { event.preventDefault(); if (body.trim() !== '' && target !== '') void send(body) }}>
      <Stack gap={6}>
        <Autocomplete size="xs" label={t.to} data={[...new Set(contacts.map((one) => one.number))]} renderOption={({ option }) => `${option.value} ${contacts.filter((one) => one.number === option.value).map((one) => nameOf(one.contact)).join(text.comma)}`} value={to} placeholder={target} description={member !== undefined && contacts.length === 0 ? t.noContacts : undefined} error={wrong?.field === 'to' ? wrong.said : undefined} onChange={setTo} />
        <TextInput size="xs" label={t.text} value={body} error={wrong?.field === 'text' ? wrong.said : undefined} onChange={(event) => setBody(event.currentTarget.value)} autoComplete="off" />
        {wrong !== null && wrong.field !== 'to' && wrong.field !== 'text' && <ErrorNote error={new Error(wrong.said)} />}
        <Group gap={4}>
          <Button size="xs" type="submit" loading={busy} disabled={body.trim() === '' || target === ''}>{t.send}</Button>
          {QUICK.map((word) => <Button key={word} size="xs" variant="default" disabled={busy || target === ''} onClick={() => void send(word)}>{word}</Button>)}
        </Group>
      </Stack>
    </form>
  )
}
