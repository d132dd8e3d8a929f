// One virtual phone: what it sent and received, whom it knows, its calls, and a line to type.
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
import { alight } from './calls'
import { Line, usePhoneCalls } from './Line'

const t = text.phones
type Said = { at: string; text: string; own: boolean; with: string; verdict?: string }
type Props = {
  community: string
  number: string
  member: Schema['Member'] | undefined
  onAway: () => void
}
const QUICK = ['STOP', 'START', 'HELP', 'STOPALL']
const LIT_MS = 4000

export function PhoneCard({ community, number, member, onAway }: Props) {
  const [own, setOwn] = useState<Said[]>([])
  const [to, setTo] = useState('')
  const [now, setNow] = useState(() => Date.now())
  const inbox = useQuery({
    queryKey: ['inbox', community, number],
    queryFn: () => ask(api.GET('/v1/loopback/phones/{phone}/texts', { params: { path: { phone: number } } })),
    refetchInterval: 2000,
    retry: false,
  })
  const asked = usePhoneCalls(community, number)
  const contacts = useContacts(community, member?.id).data?.data ?? []
  const names = useDirectory(community).data?.data ?? []
  const nameOf = (shown: string) => {
    const contact = contacts.find((one) => one.number === shown)?.contact
    return contact === undefined ? undefined : (names.find((one) => one.id === contact)?.name ?? contact)
  }
  const received: Said[] = (inbox.data?.data ?? []).map((one) => ({
    at: one.at,
    text: one.text,
    own: false,
    with: one.from,
  }))
  const all = [...received, ...own].sort((a, b) => a.at.localeCompare(b.at))
  const calls = asked.data?.data ?? []
  const screen = useRef<HTMLDivElement>(null)
  const latest = all.at(-1)
  useEffect(() => {
    screen.current?.scrollTo?.({ top: screen.current.scrollHeight })
  }, [all.length])
  // What goes over a pair lights it up, a text for a moment.
  useEffect(() => {
    setNow(Date.now())
    const timer = setTimeout(() => setNow(Date.now()), LIT_MS)
    return () => clearTimeout(timer)
  }, [latest?.at])
  const lit = alight(calls, all, now, LIT_MS)
  const off = inbox.error instanceof ApiError && inbox.error.code === 'loopback_off'
  const target = to !== '' ? to : (received.at(-1)?.with ?? calls.at(-1)?.number ?? contacts[0]?.number ?? '')
  return (
    <Paper withBorder p="md" component="section" aria-label={member?.name ?? number}>
      <Group justify="space-between" wrap="nowrap" mb="xs">
        <div>
          <Title order={2} size="h5">
            {member === undefined ? t.stranger : <MemberName community={community} member={member.id} />}
          </Title>
          <Num of={number} />
        </div>
        <Button size="xs" variant="subtle" onClick={onAway}>
          {t.remove}
        </Button>
      </Group>
      {off ? <Text>{t.off}</Text> : <ErrorNote error={inbox.error} />}
      {!off && <Line community={community} number={number} target={target} nameOf={nameOf} asked={asked} />}
      <div className="screen" ref={screen} tabIndex={0} role="log" aria-label={t.received}>
        {all.length === 0 && <Text size="sm">{t.nothing}</Text>}
        {all.map((one, index) => (
          <div key={`${one.at} ${index}`} className={one.own ? 'bubble own' : 'bubble'}>
            <Text size="xs">
              {one.own ? t.sent(one.with) : t.from(one.with)}
              {one.verdict ? `, ${one.verdict}` : ''}
              {' · '}
              <Time at={one.at} />
            </Text>
            {one.text}
          </div>
        ))}
      </div>
      {member && <Known contacts={contacts} nameOf={nameOf} lit={lit} chosen={target} onChoose={setTo} />}
      <Write
        {...{ community, number, contacts, nameOf, to, target }}
        isMember={member !== undefined}
        onTo={setTo}
        onSent={(sent) => setOwn((before) => [...before, sent])}
      />
    </Paper>
  )
}

const useContacts = (community: string, member: string | undefined) =>
  useQuery({
    queryKey: ['contacts', community, member, 'phone'],
    enabled: member !== undefined,
    queryFn: () => {
      const path = { community, member: member ?? '' }
      return ask(
        api.GET('/v1/communities/{community}/members/{member}/contacts', { params: { path, query: { limit: 100 } } }),
      )
    },
  })

type Contact = Schema['Contact']
type NameOf = (number: string) => string | undefined
type KnownProps = {
  contacts: Contact[]
  nameOf: NameOf
  lit: Set<string>
  chosen: string
  onChoose: (number: string) => void
}

/** The pairs of this phone. One that something goes over lights up; one that is chosen is dialled and texted. */
function Known({ contacts, nameOf, lit, chosen, onChoose }: KnownProps) {
  return (
    <Group gap={6} my="xs" aria-label={t.knows} role="group">
      {contacts.map((one) => (
        <button
          key={one.id}
          type="button"
          className={lit.has(one.number) ? 'bubble chip lit' : 'bubble chip'}
          aria-pressed={one.number === chosen}
          onClick={() => onChoose(one.number)}
        >
          <Text size="xs" component="span">
            <Num of={one.number} /> {nameOf(one.number)}
            {lit.has(one.number) && (
              <>
                {' '}
                <strong>{t.live}</strong>
              </>
            )}
          </Text>
        </button>
      ))}
    </Group>
  )
}

type WriteProps = {
  community: string
  number: string
  isMember: boolean
  contacts: Contact[]
  nameOf: NameOf
  to: string
  target: string
  onTo: (to: string) => void
  onSent: (sent: Said) => void
}

function Write({ community, number, isMember, contacts, nameOf, to, target, onTo, onSent }: WriteProps) {
  const client = useQueryClient()
  const [body, setBody] = useState('')
  const [busy, setBusy] = useState(false)
  const [wrong, setWrong] = useState<{ field: string | null; said: string } | null>(null)
  const send = async (what: string) => {
    setBusy(true)
    setWrong(null)
    try {
      const dialled = (await understand(target)) ?? target
      const answer = await ask(
        api.POST('/v1/loopback/phones/{phone}/texts', {
          params: { path: { phone: number } },
          body: { to: dialled, text: what },
        }),
      )
      const verdict = t.verdict[answer.verdict] ?? answer.verdict
      onSent({
        at: new Date().toISOString(),
        text: what,
        own: true,
        with: dialled,
        verdict: answer.reason == null ? verdict : `${verdict} (${why(answer.reason)})`,
      })
      // STOP and its like leave alone what stands in the line.
      setBody((now) => (now === what ? '' : now))
      // It arrives a moment later.
      setTimeout(() => void client.invalidateQueries({ queryKey: ['inbox', community] }), 400)
    } catch (thrown) {
      setWrong({ field: thrown instanceof ApiError ? thrown.field : null, said: sentence(thrown) })
    } finally {
      setBusy(false)
    }
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (body.trim() !== '' && target !== '') void send(body)
      }}
    >
      <Stack gap={6}>
        <Autocomplete
          size="xs"
          label={t.to}
          data={[...new Set(contacts.map((one) => one.number))]}
          renderOption={({ option }) => [option.value, nameOf(option.value)].filter(Boolean).join(' ')}
          value={to}
          placeholder={target}
          description={isMember && contacts.length === 0 ? t.noContacts : undefined}
          error={wrong?.field === 'to' ? wrong.said : undefined}
          onChange={onTo}
        />
        <TextInput
          size="xs"
          label={t.text}
          value={body}
          error={wrong?.field === 'text' ? wrong.said : undefined}
          onChange={(event) => setBody(event.currentTarget.value)}
          autoComplete="off"
        />
        {wrong !== null && wrong.field !== 'to' && wrong.field !== 'text' && (
          <ErrorNote error={new Error(wrong.said)} />
        )}
        <Group gap={4}>
          <Button size="xs" type="submit" loading={busy} disabled={body.trim() === '' || target === ''}>
            {t.send}
          </Button>
          {QUICK.map((word) => (
            <Button
              key={word}
              size="xs"
              variant="default"
              disabled={busy || target === ''}
              onClick={() => void send(word)}
            >
              {word}
            </Button>
          ))}
        </Group>
      </Stack>
    </form>
  )
}
