import { Select } from '@mantine/core'
import { useState } from 'react'
import { text } from '../text'
import { useDirectory, useMember } from './names'

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

/** Choose a member by name, or by id where there are more than the directory holds. */
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
  const options = (directory.data?.data ?? [])
    .filter((one) => one.id !== without)
    .map((one) => ({ value: one.id, label: `${one.name}${one.guest ? ` (${text.words.guest})` : ''}` }))
  for (const extra of [value, /^mem_\w{8,}$/.test(typed.trim()) ? typed.trim() : null])
    if (extra !== null && extra !== '' && !options.some((one) => one.value === extra))
      options.push({ value: extra, label: chosen?.id === extra ? chosen.name : extra })
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
