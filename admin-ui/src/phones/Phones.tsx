// Virtual phones side by side, on the loopback carrier, and the call between them.
import { Button, Group, Paper, SimpleGrid, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { useQueries } from '@tanstack/react-query'
import { MemberPicker } from '../members/MemberPicker'
import { useMember } from '../members/names'
import { revealedPhones } from '../members/revealed'
import { useCommunity, useFilters } from '../parts/links'
import { Closed } from '../parts/Closed'
import { Empty, ErrorNote, Page } from '../parts/notes'
import { PhoneInput } from '../parts/PhoneInput'
import { useMay } from '../session/session'
import { text } from '../text'
import { BothLegs } from './BothLegs'
import { nobodys } from './calls'
import { FullTable } from './FullTable'
import { PhoneCard } from './PhoneCard'
import { taken } from './taken'

const t = text.phones

// In the address a phone is `mem_…` or a number.
export default function Phones() {
  return useMay().change ? <Simulator /> : <Closed title={t.title} />
}

function Simulator() {
  const community = useCommunity()
  const [filters, setFilters] = useFilters()
  const phones = (filters['phones'] ?? '').split(' ').filter((one) => one !== '')
  const put = (next: string[]) => setFilters({ phones: [...new Set(next)].join(' ') })
  const shown = useNumbers(community, phones)
  const first = phones.find((one) => one.startsWith('mem_'))
  const numbers = shown.flatMap((one) => (one.number === undefined ? [] : [one.number]))
  return (
    <Page title={t.title} lead={t.lead}>
      {phones.length === 0 && <Empty>{t.none}</Empty>}
      <SimpleGrid cols={{ base: 1, sm: 2, xl: 3 }}>
        {shown.map((one) => (
          <Shown
            key={one.phone}
            community={community}
            of={one}
            onAway={() => put(phones.filter((other) => other !== one.phone))}
          />
        ))}
      </SimpleGrid>
      <BothLegs community={community} numbers={numbers} />
      <Add community={community} onAdd={(one) => put([...phones, one])} />
      {first !== undefined && <Fill community={community} member={first} />}
    </Page>
  )
}

type Found = { phone: string; number: string | undefined; error: unknown; none: boolean }

// The simulator texts and calls from the phone itself, so its number is asked for as it is.
function useNumbers(community: string, phones: string[]): Found[] {
  const asked = useQueries({
    queries: phones.map((phone) => revealedPhones(community, phone, phone.startsWith('mem_'))),
  })
  return phones.map((phone, index) => {
    if (!phone.startsWith('mem_')) return { phone, number: phone, error: null, none: false }
    return {
      phone,
      number: asked[index]?.data?.[0],
      error: asked[index]?.error,
      none: asked[index]?.data?.length === 0,
    }
  })
}

function Shown({ community, of, onAway }: { community: string; of: Found; onAway: () => void }) {
  const member = useMember(community, of.phone.startsWith('mem_') ? of.phone : null)
  if (of.number !== undefined)
    return <PhoneCard community={community} number={of.number} member={member} onAway={onAway} />
  return (
    <Paper withBorder p="md">
      <Group justify="space-between">
        <Text>{member?.name ?? text.loading}</Text>
        <Button size="xs" variant="subtle" onClick={onAway}>
          {t.remove}
        </Button>
      </Group>
      <ErrorNote error={of.error} />
      {of.none && <Text>{text.members.noDevices}</Text>}
    </Paper>
  )
}

function Fill({ community, member }: { community: string; member: string }) {
  const known = useMember(community, member)
  return known === undefined ? null : <FullTable community={community} member={member} name={known.name} />
}

/** A phone that is no member's. */
function Stranger({ community, onAdd }: { community: string; onAdd: (phone: string) => void }) {
  const [busy, setBusy] = useState(false)
  const [wrong, setWrong] = useState<unknown>(null)
  const add = async () => {
    setBusy(true)
    setWrong(null)
    try {
      const phone = await nobodys(taken(community), 99)
      if (phone !== null) onAdd(phone)
    } catch (thrown) {
      setWrong(thrown)
    } finally {
      setBusy(false)
    }
  }
  return (
    <>
      <Button variant="default" loading={busy} onClick={() => void add()}>
        {t.addStranger}
      </Button>
      <ErrorNote error={wrong} />
    </>
  )
}

function Add({ community, onAdd }: { community: string; onAdd: (phone: string) => void }) {
  const [member, setMember] = useState<string | null>(null)
  const [typed, setTyped] = useState('')
  const [known, setKnown] = useState<string | null>(null)
  return (
    <Paper withBorder p="md">
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <Stack align="flex-start">
          <MemberPicker community={community} label={t.addMember} value={member} onChange={setMember} />
          <Button
            variant="default"
            disabled={member === null}
            onClick={() => {
              if (member !== null) onAdd(member)
              setMember(null)
            }}
          >
            {t.add}
          </Button>
        </Stack>
        <Stack align="flex-start">
          <PhoneInput
            label={t.other}
            value={typed}
            onChange={(next, e164) => {
              setTyped(next)
              setKnown(e164)
            }}
          />
          <Group gap="xs">
            <Button
              variant="default"
              disabled={known === null}
              onClick={() => {
                if (known !== null) onAdd(known)
                setTyped('')
              }}
            >
              {t.add}
            </Button>
            <Stranger community={community} onAdd={onAdd} />
          </Group>
        </Stack>
      </SimpleGrid>
    </Paper>
  )
}
