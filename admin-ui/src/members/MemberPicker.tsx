import { Select } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useState } from 'react'
import type { Schema } from '../api/client'
import { text } from '../text'
import { useDirectory, useMember, useNamed } from './names'

type PickProps = {
  community: string
  value: string | null
  onChange: (member: string | null) => void
  label?: string
  error?: string | null
  required?: boolean
  size?: string
  help?: string | null
  without?: string
}

const labelOf = (one: Schema['Member']) => `${one.name}${one.guest ? ` (${text.words.guest})` : ''}`
const ID = /^mem_\w{8,}$/

/** Choose a member by name, or by id. Those who are not in the directory are asked for by what is typed. */
export function MemberPicker({
  community,
  value,
  onChange,
  label = text.members.pick,
  error,
  required,
  size,
  help = text.members.pickHelp,
  without,
}: PickProps) {
  const [typed, setTyped] = useState('')
  const directory = useDirectory(community)
  const chosen = useMember(community, value)
  // Once somebody is chosen, the field holds their name: that is no search.
  const sought = typed.trim()
  const [search] = useDebouncedValue(
    ID.test(sought) || (chosen !== undefined && sought === labelOf(chosen)) ? '' : sought,
    250,
  )
  const named = useNamed(community, search)
  const found = new Map([...(directory.data?.data ?? []), ...(named.data?.data ?? [])].map((one) => [one.id, one]))
  const options = [...found.values()]
    .filter((one) => one.id !== without)
    .map((one) => ({ value: one.id, label: labelOf(one) }))
  for (const extra of [value, ID.test(sought) ? sought : null])
    if (extra !== null && extra !== '' && !options.some((one) => one.value === extra))
      options.push({ value: extra, label: chosen?.id === extra ? labelOf(chosen) : extra })
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
      nothingFoundMessage={named.isFetching ? text.loading : text.members.pickNone}
      error={error}
      clearButtonProps={{ 'aria-label': text.table.clear }}
    />
  )
}
