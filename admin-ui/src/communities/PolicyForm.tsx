// The policy as a form. What is typed is kept as a draft until it is saved.
import {
  Accordion,
  Fieldset,
  MultiSelect,
  NumberInput,
  Select,
  SimpleGrid,
  Switch,
  Textarea,
  TextInput,
} from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import type { Schema, Tagged } from '../api/client'
import { useDraft } from '../parts/drafts'
import { Form } from '../parts/Form'
import { changed, useForm } from '../parts/form'
import { useSay } from '../parts/notes'
import { lasting } from '../parts/time'
import { later } from '../text.later'
import { text } from '../text'
import { CHOICES, DAYS, GROUPS, LONG, nameOf, valuesOf, wrongOf, type Community, type Values } from './fields'
import { MovedOn, useSave, type PolicyProps } from './save'

const t = text.communities

export function PolicyForm({ latest, readOnly }: PolicyProps) {
  const save = useSave()
  const say = useSay()
  const [open, setOpen] = useState<string[]>(['strangers', 'acceptance_required', 'cool_down_s'])
  const [draft, setDraft] = useDraft<{ seen: Tagged<Community>; mine: Values }>(`policy form ${latest.data.id}`)
  // A draft stands on what was seen when it was begun, whatever was fetched since.
  const seen = draft?.seen ?? latest
  const was = valuesOf(seen.data)
  const form = useForm<Values>({
    initial: { ...was, ...draft?.mine },
    check: (values) => wrongOf(values, was),
    send: async (values) => {
      const { name, ...policy } = changed(was, values)
      if (name === undefined && Object.keys(policy).length === 0) return say(t.nothing)
      const edit = {
        ...(name === undefined ? {} : { name: String(name) }),
        ...(Object.keys(policy).length === 0 ? {} : { policy: policy as Schema['PolicyPatch'] }),
      }
      try {
        const fresh = await save(seen, edit, values, valuesOf)
        // What was typed while it was sent stays.
        put(fresh, { ...valuesOf(fresh.data), ...changed(values, now.current) })
      } catch (thrown) {
        if (thrown instanceof MovedOn) put(thrown.fresh, { ...thrown.values, ...changed(values, now.current) })
        throw thrown
      }
    },
  })
  const { values, errors } = form
  const now = useRef(values)
  now.current = values
  const keep = (over: Tagged<Community>, next: Values) => {
    const mine = changed(valuesOf(over.data), next)
    setDraft(Object.keys(mine).length === 0 ? undefined : { seen: over, mine })
  }
  const put = (over: Tagged<Community>, next: Values) => {
    form.setValues(next)
    keep(over, next)
  }
  const set = (name: string, value: unknown) => {
    form.set(name, value)
    keep(seen, { ...now.current, [name]: value })
  }
  // Where nothing is typed the form shows what there is now.
  const clean = draft === undefined
  const { setValues } = form
  useEffect(() => {
    if (clean) setValues(valuesOf(latest.data))
  }, [clean, latest, setValues])
  // A field that is wrong is never out of sight.
  const shown = GROUPS.flatMap(([, names]) =>
    open.includes(nameOf(names)) || names.some((name) => errors[name] !== undefined) ? [nameOf(names)] : [],
  )
  const field = (name: string) => {
    const [label, help] = later.policy.fields[name] ?? [name, '']
    const value = values[name]
    const error = errors[name]
    const choices = CHOICES[name]
    if (choices)
      return (
        <Select
          key={name}
          label={label}
          description={help}
          data={choices}
          value={String(value)}
          allowDeselect={false}
          error={error}
          onChange={(next) => next !== null && set(name, next)}
        />
      )
    if (typeof value === 'boolean')
      return (
        <Switch
          key={name}
          label={label}
          description={help}
          checked={value}
          error={error}
          onChange={(event) => set(name, event.currentTarget.checked)}
        />
      )
    // One that was emptied is still a number's.
    if (typeof was[name] === 'number') {
      const shown =
        name.endsWith('_s') && typeof value === 'number' && value > 0 ? later.policy.shown(help, lasting(value)) : help
      return (
        <NumberInput
          key={name}
          label={label}
          description={shown}
          min={0}
          allowDecimal={false}
          value={value as number | string}
          error={error}
          onChange={(next) => set(name, next)}
        />
      )
    }
    if (Array.isArray(value))
      return (
        <MultiSelect
          key={name}
          label={label}
          description={help}
          data={DAYS.map((day) => ({ value: day, label: later.policy.days[day] ?? day }))}
          value={value as string[]}
          error={error}
          onChange={(next) =>
            set(
              name,
              DAYS.filter((day) => next.includes(day)),
            )
          }
        />
      )
    if (LONG.test(name))
      return (
        <Textarea
          key={name}
          label={label}
          description={help}
          autosize
          minRows={2}
          maxRows={6}
          value={String(value ?? '')}
          error={error}
          onChange={(event) => set(name, event.currentTarget.value)}
        />
      )
    return (
      <TextInput
        key={name}
        label={label}
        description={help}
        value={String(value ?? '')}
        error={error}
        onChange={(event) => set(name, event.currentTarget.value)}
      />
    )
  }
  return (
    <section aria-label={t.form}>
      <Form form={form} submit={readOnly ? null : text.form.save}>
        <TextInput
          label={t.rename}
          maw={420}
          disabled={readOnly}
          value={String(values['name'])}
          error={errors['name']}
          onChange={(event) => set('name', event.currentTarget.value)}
        />
        <Accordion multiple variant="contained" order={2} value={shown} onChange={setOpen}>
          {GROUPS.map(([legend, names]) => (
            <Accordion.Item key={legend} value={nameOf(names)}>
              <Accordion.Control>{legend}</Accordion.Control>
              <Accordion.Panel>
                {/* Not around the groups: whoever only looks opens them too. */}
                <Fieldset variant="unstyled" disabled={readOnly} aria-label={legend}>
                  <SimpleGrid cols={{ base: 1, sm: 2 }}>{names.map(field)}</SimpleGrid>
                </Fieldset>
              </Accordion.Panel>
            </Accordion.Item>
          ))}
        </Accordion>
      </Form>
    </section>
  )
}
