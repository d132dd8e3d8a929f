// Members by name: the first page of them at once, the others one by one.
import { Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api, ask, type Schema } from '../api/client'
import { Go } from '../parts/links'
import { text } from '../text'

type Member = Schema['Member']

export function useDirectory(community: string) {
  return useQuery({
    queryKey: ['members', community, 'directory'],
    queryFn: () => ask(api.GET('/v1/communities/{community}/members', { params: { path: { community }, query: { limit: 500 } } })),
    staleTime: 60_000,
    enabled: community !== '',
  })
}

export function useMember(community: string, member: string | null | undefined) {
  const directory = useDirectory(community)
  const known = directory.data?.data.find((one) => one.id === member)
  const alone = useQuery({
    queryKey: ['members', community, member],
    queryFn: () => ask(api.GET('/v1/communities/{community}/members/{member}', { params: { path: { community, member: member ?? '' } } })),
    staleTime: 60_000,
    retry: false,
    enabled: member != null && member !== '' && known === undefined && !directory.isPending,
  })
  return known ?? alone.data
}

export function MemberName({ community, member, plain = false }: { community: string; member: string | null | undefined; plain?: boolean }) {
  const known = useMember(community, member)
  if (member === null || member === undefined) return <>{text.messages.stranger}</>
  const name = known?.name ?? member
  return plain ? <>{name}</> : <Go to={`/c/${community}/members/${member}`}>{name}</Go>
}

export const phonesOf = (member: Member) => member.devices.flatMap((device) => (device.phone ? [device.phone] : []))

type PickProps = { community: string; value: string | null; onChange: (member: string | null) => void; label?: string; error?: string | null; required?: boolean; size?: string; help?: string | null; without?: string }

/** Choose a member by name, or by id where there are more than the directory holds. */
export function MemberPicker({ community, value, onChange, label = text.members.pick, error, required, size, help = text.members.pickHelp, without }: PickProps) {
  const [typed, setTyped] = useState('')
  const directory = useDirectory(community)
  const chosen = useMember(community, value)
  const options = (directory.data?.data ?? []).filter((one) => one.id !== without).map((one) => ({ value: one.id, label: `${one.name}${one.guest ? ` (${text.words.guest})` : ''}` }))
  for (const extra of [value, /^mem_\w{8,}$/.test(typed.trim()) ? typed.trim() : null])
    if (extra !== null && extra !== '' && !options.some((one) => one.value === extra)) options.push({ value: extra, label: chosen?.id === extra ? chosen.name : extra })
  return (
    <Select
      label={label}
      description={help}
      size={size}
      searchable
      clearable
      required={required}
      data={options}
      limit={50}
      value={value}
      onChange={onChange}
      onSearchChange={setTyped}
      nothingFoundMessage={text.members.pickNone}
      error={error}
      clearButtonProps={{ 'aria-label': text.table.clear }}
    />
  )
}
