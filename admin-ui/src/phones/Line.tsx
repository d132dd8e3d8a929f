// The part of a virtual phone that calls.
import { Button, Group, NativeSelect, Stack, Text } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { api, ApiError, ask, sentence } from '../api/client'
import { Go } from '../parts/links'
import { ErrorNote } from '../parts/notes'
import { text } from '../text'
import { current, display, rings, talked, type PhoneCall } from './calls'

const t = text.phones.call

export function usePhoneCalls(community: string, number: string) {
  return useQuery({
    queryKey: ['phone_calls', community, number],
    queryFn: () => ask(api.GET('/v1/loopback/phones/{phone}/calls', { params: { path: { phone: number } } })),
    // While something goes on its counts are looked at; else it may be called.
    refetchInterval: (query) =>
      query.state.error ? false : current(query.state.data?.data ?? []) === undefined ? 1500 : 700,
    retry: false,
  })
}

/** A clock for what goes on. */
function useNow(goes: boolean): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    if (!goes) return
    setNow(Date.now())
    const timer = setInterval(() => setNow(Date.now()), 500)
    return () => clearInterval(timer)
  }, [goes])
  return now
}

type Props = {
  community: string
  number: string
  target: string
  nameOf: (number: string) => string | undefined
  asked: ReturnType<typeof usePhoneCalls>
}

/** Calls of this phone: the present one, the last one, and who is dialled next. */
export function Line({ community, number, target, nameOf, asked }: Props) {
  const client = useQueryClient()
  const [busy, setBusy] = useState(false)
  const [wrong, setWrong] = useState<unknown>(null)
  const calls = asked.data?.data ?? []
  const going = current(calls)
  const shown = going ?? calls.at(-1)
  const now = useNow(going?.state === 'answered')
  const off = asked.error instanceof ApiError && asked.error.code === 'loopback_calls_off'
  if (off)
    return (
      <Text size="xs" my="xs" className="soft">
        {t.off}
      </Text>
    )
  const path = { phone: number }
  const run = async (what: () => Promise<unknown>) => {
    setBusy(true)
    setWrong(null)
    try {
      await what()
    } catch (thrown) {
      setWrong(thrown)
    } finally {
      setBusy(false)
      void client.invalidateQueries({ queryKey: ['phone_calls', community] })
    }
  }
  const about = (call: PhoneCall) => ({ params: { path: { ...path, leg: call.id } } })
  const dial = () =>
    run(() => ask(api.POST('/v1/loopback/phones/{phone}/calls', { params: { path }, body: { to: target } })))
  const answer = (call: PhoneCall) =>
    run(() => ask(api.POST('/v1/loopback/phones/{phone}/calls/{leg}/answer', about(call))))
  const decline = (call: PhoneCall) =>
    run(() => ask(api.POST('/v1/loopback/phones/{phone}/calls/{leg}/decline', about(call))))
  const hangUp = (call: PhoneCall) =>
    run(() => ask(api.POST('/v1/loopback/phones/{phone}/calls/{leg}/hang_up', about(call))))
  const who = shown === undefined ? '' : [shown.number, nameOf(shown.number)].filter(Boolean).join(' ')
  return (
    <Stack gap={6} my="xs" role="group" aria-label={t.title}>
      {shown !== undefined && (
        <div className={going === undefined ? 'bubble' : 'bubble lit'}>
          <Text size="sm" fw={going === undefined ? 400 : 600} role="status">
            {display(shown, who)}
          </Text>
          {shown.answered_at != null && (
            <Text size="xs">
              <span className="number" aria-label={t.talked} role="timer">
                {talked(shown, now)}
              </span>
              {' · '}
              {t.sound(shown.packets_sent, shown.packets_received, shown.packets_heard)}
            </Text>
          )}
          {shown.call != null && shown.community === community && (
            <Text size="xs">
              <Go to={`/c/${community}/calls/${shown.call}`}>{t.bothLegs}</Go>
            </Text>
          )}
        </div>
      )}
      <Group gap={4}>
        {going === undefined && (
          <Button size="xs" loading={busy} disabled={target === ''} onClick={() => void dial()}>
            {target === '' ? t.dial : t.dialTo(target)}
          </Button>
        )}
        {going !== undefined && rings(going) && (
          <Button size="xs" loading={busy} onClick={() => void answer(going)}>
            {t.answer}
          </Button>
        )}
        {going !== undefined && (
          <Button
            size="xs"
            variant="default"
            className="danger"
            disabled={busy}
            onClick={() => void (rings(going) ? decline(going) : hangUp(going))}
          >
            {rings(going) ? t.decline : t.hangUp}
          </Button>
        )}
      </Group>
      {wrong !== null && <ErrorNote error={new Error(sentence(wrong))} />}
      <Answering community={community} number={number} />
    </Stack>
  )
}

const WAYS = ['person', 'auto', 'decline', 'busy'] as const
type Way = (typeof WAYS)[number]

function Answering({ community, number }: { community: string; number: string }) {
  const client = useQueryClient()
  const path = { path: { phone: number } }
  const key = ['phone_answering', community, number]
  const asked = useQuery({
    queryKey: key,
    retry: false,
    queryFn: () => ask(api.GET('/v1/loopback/phones/{phone}', { params: path })),
  })
  const [failed, setFailed] = useState<unknown>(null)
  const choose = async (answering: Way) => {
    setFailed(null)
    try {
      const next = await ask(api.PATCH('/v1/loopback/phones/{phone}', { params: path, body: { answering } }))
      client.setQueryData(key, next)
    } catch (thrown) {
      setFailed(thrown)
    }
  }
  const ways = WAYS.map((value) => ({ value, label: t.ways[value] }))
  const shown = asked.data?.answering ?? 'person'
  return (
    <>
      <NativeSelect
        size="xs"
        label={t.answering}
        value={shown}
        data={ways}
        onChange={(event) => void choose(event.currentTarget.value as Way)}
      />
      <ErrorNote error={failed} />
    </>
  )
}
