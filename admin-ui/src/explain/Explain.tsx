// What would happen to a text from one number to another, drawn.
import { Button, Group, List, Paper, Select, SimpleGrid, Stack, Text, TextInput, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { api, ask, sentence, ApiError, type Schema } from '../api/client'
import { MemberName } from '../members/names'
import { revealedPhones } from '../members/revealed'
import { State, why } from '../parts/bits'
import { useCommunity, useFilters, useFollowing } from '../parts/links'
import { Closed } from '../parts/Closed'
import { Empty, ErrorNote, Page } from '../parts/notes'
import { understand } from '../parts/phone'
import { PhoneInput } from '../parts/PhoneInput'
import { localOf, said, toInstant } from '../parts/time'
import { useMay } from '../session/session'
import { PageLoading } from '../shell/fallbacks'
import { text } from '../text'
import { chain } from './chain'

const t = text.explain
type Decision = Schema['Decision']

export default function Explain() {
  return useMay().reveal ? <Asked /> : <Closed title={t.title} />
}

function Asked() {
  const community = useCommunity()
  const [filters, setFilters] = useFilters()
  const { from: typed = '', member = '', to = '', at, tag } = filters
  // A message leads here by its sender's id; the phone itself is asked for by whoever may see it, and stays out of the
  // address. From which of several phones it came is not known, so one may be chosen.
  const [chosen, setChosen] = useState<string | null>(null)
  const sender = useQuery(revealedPhones(community, member, typed === ''))
  const phones = typed === '' && member !== '' ? (sender.data ?? []) : []
  const from = typed !== '' ? typed : (phones.find((one) => one === chosen) ?? phones[0] ?? '')
  const asked = useQuery({
    queryKey: ['explain', community, from, to, at, tag],
    enabled: from !== '' && to !== '',
    staleTime: 0,
    queryFn: () =>
      ask(
        api.GET('/v1/communities/{community}/resolve', {
          params: {
            path: { community },
            query: {
              from,
              to,
              ...(at === undefined ? {} : { at }),
              ...(tag === undefined ? {} : { tag: Number(tag) }),
            },
          },
        }),
      ),
  })
  // The same question once more is asked anew; another one is asked by its address.
  const look = (asking: Record<string, string | null>) => {
    // Who was asked about by their id still is, where the phone was not changed.
    const next = member !== '' && asking['from'] === from ? { ...asking, from: null } : { ...asking, member: null }
    const same = Object.entries(next).every(([name, value]) => (value ?? '') === (filters[name] ?? ''))
    if (same && from !== '' && to !== '') void asked.refetch()
    else setFilters(next)
  }
  const field = asked.error instanceof ApiError ? asked.error.field : null
  return (
    <Page title={t.title} lead={t.lead}>
      <Question
        initial={{ from, to, at: at ?? '', tag: tag ?? '' }}
        wrong={field === null ? null : { field, said: sentence(asked.error) }}
        onAsk={look}
      />
      {phones.length > 1 && (
        <Select
          label={t.whichPhone}
          description={t.whichPhoneHelp}
          maw={420}
          allowDeselect={false}
          data={phones}
          value={from}
          onChange={setChosen}
        />
      )}
      {field === null && <ErrorNote error={asked.error ?? sender.error} />}
      {sender.data?.length === 0 && <Text>{text.members.noDevices}</Text>}
      {(from === '' || to === '') && !sender.isLoading ? (
        <Empty>{t.empty}</Empty>
      ) : asked.isLoading || sender.isLoading ? (
        <PageLoading />
      ) : (
        asked.data && <Answer community={community} decision={asked.data} from={from} to={to} />
      )}
    </Page>
  )
}

type Typed = { from: string; to: string; at: string; tag: string }

function Question({
  initial,
  wrong,
  onAsk,
}: {
  initial: Typed
  wrong: { field: string; said: string } | null
  onAsk: (typed: Record<string, string | null>) => void
}) {
  const [typed, setTyped] = useState(initial)
  const [known, setKnown] = useState<{ from: string | null; to: string | null }>({ from: null, to: null })
  const [local, setLocal] = useState(localOf(initial.at))
  const error = (name: string) =>
    lacks.includes(name) && typed[name as keyof Typed].trim() === ''
      ? text.errors.required
      : wrong?.field === name
        ? wrong.said
        : null
  const [lacks, setLacks] = useState<string[]>([])
  useFollowing(`${initial.from} ${initial.to} ${initial.at} ${initial.tag}`, () => {
    setTyped(initial)
    setKnown({ from: null, to: null })
    setLocal(localOf(initial.at))
    setLacks([])
  })
  const go = async () => {
    const lacking = (['from', 'to'] as const).filter((name) => typed[name].trim() === '')
    setLacks(lacking)
    if (lacking.length === 0)
      onAsk({
        // What is typed may be sent before it was looked at; what is no phone is the broker's to say.
        from: known.from ?? (await understand(typed.from).catch(() => null)) ?? typed.from.trim(),
        to: known.to ?? (await understand(typed.to).catch(() => null)) ?? typed.to.trim(),
        at: local === localOf(initial.at) ? initial.at : (toInstant(local) ?? null),
        tag: typed.tag.trim(),
      })
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        void go()
      }}
    >
      <Stack>
        <SimpleGrid cols={{ base: 1, sm: 2, lg: 4 }}>
          <PhoneInput
            label={t.from}
            required
            value={typed.from}
            error={error('from')}
            onChange={(from, e164) => {
              setTyped((now) => ({ ...now, from }))
              setKnown((now) => ({ ...now, from: e164 }))
            }}
          />
          <PhoneInput
            label={t.to}
            required
            value={typed.to}
            error={error('to')}
            onChange={(to, e164) => {
              setTyped((now) => ({ ...now, to }))
              setKnown((now) => ({ ...now, to: e164 }))
            }}
          />
          <TextInput
            type="datetime-local"
            step={1}
            label={t.at}
            description={t.atHelp}
            inputWrapperOrder={['label', 'input', 'description', 'error']}
            value={local}
            error={error('at')}
            onChange={(event) => setLocal(event.currentTarget.value)}
          />
          <TextInput
            label={t.tag}
            description={t.tagHelp}
            inputWrapperOrder={['label', 'input', 'description', 'error']}
            inputMode="numeric"
            value={typed.tag}
            error={error('tag')}
            onChange={(event) => {
              const tag = event.currentTarget.value
              setTyped((now) => ({ ...now, tag }))
            }}
          />
        </SimpleGrid>
        <Group>
          <Button type="submit">{t.go}</Button>
        </Group>
      </Stack>
    </form>
  )
}

function Answer({
  community,
  decision,
  from,
  to,
}: {
  community: string
  decision: Decision
  from: string
  to: string
}) {
  const links = chain(decision, from, to)
  const said_of = (name: string, value: string | null): ReactNode =>
    value === null ? (
      text.none
    ) : name === 'pair' || name === 'contact' ? (
      <MemberName community={community} member={value} />
    ) : (
      value
    )
  return (
    <Stack>
      <Paper withBorder p="md" aria-live="polite">
        <Group gap="xs" mb={4}>
          <Title order={2} size="h4">
            {t.outcomes[decision.outcome]}
          </Title>
          <State of={decision.outcome === 'bridge' ? 'bridged' : decision.outcome} />
          {decision.at && (
            <Text size="sm" className="soft">
              {said(decision.at)}
            </Text>
          )}
        </Group>
        <Text>{decision.sentence}</Text>
        {decision.reason != null && (
          <Text mt={4}>
            <b>{t.rule}</b>
            {`: ${why(decision.reason)}`}
          </Text>
        )}
        {decision.held_until != null && <Text>{t.heldUntil(said(decision.held_until))}</Text>}
      </Paper>
      <section>
        <Title order={3} size="h5" mb="xs">
          {t.chain}
        </Title>
        <ol className="chain">
          {links.map((link, index) => (
            <li key={link.name}>
              {index > 0 && (
                <span className="arrow" aria-hidden="true">
                  →
                </span>
              )}
              <div
                className={`link${link.state === 'stop' ? ' stop' : link.state === 'unreached' ? ' unreached' : ''}`}
              >
                <Text size="xs">{t[link.name]}</Text>
                <Text fw={600}>{said_of(link.name, link.value)}</Text>
                {link.note !== null && <Text size="sm">{link.note}</Text>}
                {link.state === 'stop' && (
                  <Text size="sm" fw={600}>
                    {t.stops}
                  </Text>
                )}
              </div>
            </li>
          ))}
        </ol>
      </section>
      <section>
        <Title order={3} size="h5" mb="xs">
          {t.steps}
        </Title>
        <List type="ordered">
          {decision.steps.map((step, index) => (
            <List.Item key={index} fw={index === decision.steps.length - 1 ? 600 : undefined}>
              {step}
            </List.Item>
          ))}
        </List>
      </section>
    </Stack>
  )
}
