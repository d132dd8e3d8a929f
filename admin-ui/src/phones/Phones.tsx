// Virtual phones side by side, on the loopback carrier.
import { Button, Group, Paper, SimpleGrid, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { useQuery } from '@tanstack/react-query'
import { MemberPicker } from '../members/MemberPicker'
import { useMember } from '../members/names'
import { firstPhone } from '../members/revealed'
import { useCommunity, useFilters } from '../parts/links'
import { Empty, ErrorNote, Page } from '../parts/notes'
import { PhoneInput } from '../parts/PhoneInput'
import { useMay } from '../session/session'
import { text } from '../text'
import { PhoneCard } from './PhoneCard'

const t = text.phones

// In the address a phone is `mem_…` or a number.
export default function Phones() {
  const community = useCommunity()
  const may = useMay()
  const [filters, setFilters] = useFilters()
  const phones = (filters['phones'] ?? '').split(' ').filter((one) => one !== '')
  const put = (next: string[]) => setFilters({ phones: [...new Set(next)].join(' ') })
  return (
    <Page title={t.title} lead={t.lead}>
      {phones.length === 0 && <Empty>{t.none}</Empty>}
      <SimpleGrid cols={{ base: 1, sm: 2, xl: 3 }}>
        {phones.map((one) => <Shown key={one} community={community} phone={one} may={may.change} onAway={() => put(phones.filter((other) => other !== one))} />)}
      </SimpleGrid>
      <Add community={community} onAdd={(one) => put([...phones, one])} />
    </Page>
  )
}

function Shown({ community, phone, may, onAway }: { community: string; phone: string; may: boolean; onAway: () => void }) {
  const isMember = phone.startsWith('mem_')
  const member = useMember(community, isMember ? phone : null)
  // The simulator texts from the phone itself, so its number is asked for as it is.
  const asked = useQuery({ queryKey: ['members', community, phone, 'phone'], enabled: isMember, staleTime: Infinity, retry: false, queryFn: async () => (await firstPhone(community, phone)) ?? null })
  const number = isMember ? (asked.data ?? undefined) : phone
  if (number === undefined) return <Paper withBorder p="md"><Group justify="space-between"><Text>{member?.name ?? text.loading}</Text><Button size="xs" variant="subtle" onClick={onAway}>{t.remove}</Button></Group><ErrorNote error={asked.error} />{asked.data === null && <Text>{text.members.noDevices}</Text>}</Paper>
  return <PhoneCard community={community} number={number} member={member} may={may} onAway={onAway} />
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
          <Button variant="default" disabled={member === null} onClick={() => { if (member !== null) onAdd(member); setMember(null) }}>{t.add}</Button>
        </Stack>
        <Stack align="flex-start">
          <PhoneInput label={t.stranger} value={typed} onChange={(next, e164) => { setTyped(next); setKnown(e164) }} />
          <Button variant="default" disabled={known === null} onClick={() => { if (known !== null) onAdd(known); setTyped('') }}>{t.add}</Button>
        </Stack>
      </SimpleGrid>
    </Paper>
  )
}
