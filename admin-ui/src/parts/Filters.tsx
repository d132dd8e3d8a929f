// Filters of a list, kept in the address.
import { Button, Group, Select, TextInput } from '@mantine/core'
import { MemberPicker } from '../members/MemberPicker'
import { text } from '../text'
import { useFilters } from './links'
import { localOf, toInstant } from './time'

export type Filter = {
  name: string
  label: string
  choices?: (string | { value: string; label: string })[]
  kind?: 'member' | 'time'
  /** The filter without which this one means nothing: it is offered and kept only beside that. */
  needs?: string
}

export function Filters({ community, of }: { community: string; of: Filter[] }) {
  const [filters, set] = useFilters()
  const some = of.some((one) => filters[one.name] !== undefined)
  const put = (name: string, value: string | null | undefined) => {
    const left = value ? [] : of.filter((one) => one.needs === name).map((one) => [one.name, null])
    set({ [name]: value, ...Object.fromEntries(left) })
  }
  return (
    <Group component="section" gap="xs" align="flex-end" role="search" aria-label={text.table.filters}>
      {of.map((one) => {
        if (one.needs !== undefined && filters[one.needs] === undefined) return null
        const value = filters[one.name] ?? null
        if (one.kind === 'member')
          return (
            <div key={one.name} style={{ width: 200 }}>
              <MemberPicker
                community={community}
                label={one.label}
                help={null}
                size="xs"
                value={value}
                onChange={(next) => put(one.name, next)}
              />
            </div>
          )
        if (one.kind === 'time')
          return (
            <TextInput
              key={one.name}
              w={190}
              size="xs"
              type="datetime-local"
              label={one.label}
              // With its zone in the address: who is sent the link may be in another.
              value={localOf(value ?? '')}
              onChange={(event) => put(one.name, toInstant(event.currentTarget.value))}
            />
          )
        return (
          <Select
            key={one.name}
            w={150}
            size="xs"
            label={one.label}
            placeholder={text.table.any}
            clearable
            clearButtonProps={{ 'aria-label': text.table.clear }}
            data={one.choices ?? []}
            value={value}
            onChange={(next) => put(one.name, next)}
          />
        )
      })}
      {some && (
        <Button size="xs" variant="subtle" onClick={() => set(Object.fromEntries(of.map((one) => [one.name, null])))}>
          {text.table.clear}
        </Button>
      )}
    </Group>
  )
}
