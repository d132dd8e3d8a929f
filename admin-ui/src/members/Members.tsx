import { Button, Checkbox, Group, Switch, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { Fragment, useState } from 'react'
import { api, ask, sentence, type Schema } from '../api/client'
import { Ask } from '../parts/Ask'
import { Form } from '../parts/Form'
import { Marks, Num } from '../parts/bits'
import { useForm } from '../parts/form'
import { Go, useCommunity, useFilters, useFollowing } from '../parts/links'
import { Page, useSay } from '../parts/notes'
import { dialled, faultOf } from '../parts/phone'
import { PhoneInput } from '../parts/PhoneInput'
import { ServerTable, type Column } from '../parts/ServerTable'
import { isZone, Time } from '../parts/time'
import { useMay } from '../session/session'
import { later } from '../text.later'
import { text } from '../text'
import { phonesOf } from './names'

type Member = Schema['Member']
const t = text.members

const columnsOf = (community: string): Column<Member>[] => [
  {
    id: 'name',
    title: text.col.name,
    show: (row) => <Go to={`/c/${community}/members/${row.id}`}>{row.name}</Go>,
    csv: (row) => row.name,
  },
  {
    id: 'phone',
    title: text.col.phone,
    show: (row) => (phonesOf(row).length === 0 ? text.none : <Phones of={phonesOf(row)} />),
    csv: (row) => phonesOf(row).join(' '),
  },
  {
    id: 'flags',
    title: text.col.flags,
    show: (row) => (
      <Marks
        of={[
          row.guest && text.words.guest,
          row.listed && text.words.listed,
          row.devices.some((one) => one.frozen_at) && text.words.frozen,
        ]}
      />
    ),
    csv: (row) => (row.guest ? text.words.guest : ''),
  },
  {
    id: 'reference',
    title: text.col.reference,
    show: (row) => row.reference ?? text.none,
    csv: (row) => row.reference,
  },
  { id: 'created', title: text.col.created, show: (row) => <Time at={row.created_at} />, csv: (row) => row.created_at },
  { id: 'id', title: text.col.id, show: (row) => row.id, csv: (row) => row.id },
]

/** Each is kept whole where there is no room for all in a line. */
const Phones = ({ of }: { of: string[] }) =>
  of.map((one, index) => (
    <Fragment key={one}>
      {index > 0 && text.comma}
      <Num of={one} />
    </Fragment>
  ))

export default function Members() {
  const community = useCommunity()
  const may = useMay()
  const [filters, setFilters] = useFilters()
  const { phone, name } = filters
  const found = phone !== undefined || name !== undefined
  const add = may.change ? <Ask label={t.add}>{(close) => <Add community={community} close={close} />}</Ask> : undefined
  return (
    <Page title={t.title} lead={t.lead} actions={add}>
      <Find name={name ?? ''} phone={phone ?? ''} byPhone={may.reveal} onFind={setFilters} />
      <ServerTable
        name={t.title}
        queryKey={['members', community, 'list', phone, name]}
        columns={columnsOf(community)}
        rowId={(row) => row.id}
        empty={phone !== undefined ? t.emptyFound : name !== undefined ? t.emptyNamed : t.empty}
        emptyAction={
          found ? (
            <Button variant="default" onClick={() => setFilters({ phone: null, name: null })}>
              {text.table.clear}
            </Button>
          ) : (
            may.change && <Go to={`/c/${community}/imports`}>{text.nav.imports}</Go>
          )
        }
        fetch={(query) =>
          ask(
            api.GET('/v1/communities/{community}/members', {
              params: { path: { community }, query: { ...query, phone, name } },
            }),
          )
        }
      />
    </Page>
  )
}

type Wanted = { name: string | null; phone: string | null }
type FindProps = { name: string; phone: string; byPhone: boolean; onFind: (wanted: Wanted) => void }

/** By the beginning of the name, or by a whole phone: typing one empties the other. */
function Find({ name, phone, byPhone, onFind }: FindProps) {
  const [called, setCalled] = useState(name)
  const [typed, setTyped] = useState(phone)
  const [known, setKnown] = useState<string | null>(null)
  const [wrong, setWrong] = useState<string | null>(null)
  useFollowing(`${name} ${phone}`, () => {
    setCalled(name)
    setTyped(phone)
    setKnown(null)
    setWrong(null)
  })
  const find = async () => {
    const none = typed.trim() === ''
    // What is typed may be sent before it was looked at.
    let e164: string | null = null
    try {
      e164 = none ? null : (known ?? (await dialled(typed)))
      setWrong(null)
    } catch (thrown) {
      setWrong(sentence(thrown))
    }
    if (none || e164 !== null) onFind({ name: called.trim() || null, phone: e164 })
  }
  const clear = () => {
    setCalled('')
    setTyped('')
    setWrong(null)
    onFind({ name: null, phone: null })
  }
  const nameTyped = (next: string) => {
    setCalled(next)
    setTyped('')
  }
  const phoneTyped = (next: string, e164: string | null) => {
    setTyped(next)
    setKnown(e164)
    setWrong(null)
    if (next !== '') setCalled('')
  }
  return (
    <form
      role="search"
      onSubmit={(event) => {
        event.preventDefault()
        void find()
      }}
    >
      <Group align="flex-start" gap="xs">
        <TextInput
          label={t.searchName}
          description={t.searchNameHelp}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          type="search"
          autoComplete="off"
          value={called}
          onChange={(event) => nameTyped(event.currentTarget.value)}
        />
        {byPhone && (
          <PhoneInput label={t.search} help={t.searchHelp} value={typed} error={wrong} onChange={phoneTyped} />
        )}
        <Button type="submit" variant="default" mt={25}>
          {t.find}
        </Button>
        {(phone !== '' || name !== '') && (
          <Button variant="subtle" mt={25} onClick={clear}>
            {text.table.clear}
          </Button>
        )}
      </Group>
    </form>
  )
}

function Add({ community, close }: { community: string; close: () => void }) {
  const client = useQueryClient()
  const say = useSay()
  const form = useForm({
    initial: { name: '', phone: '', time_zone: '', guest: false, listed: false },
    check: async (typed) => ({
      name: typed.name.trim() === '' ? text.errors.required : undefined,
      phone: await faultOf(typed.phone),
      time_zone: isZone(typed.time_zone) ? undefined : later.members.noZone,
    }),
    send: async ({ name, phone, time_zone, guest, listed }) => {
      const body = {
        name: name.trim(),
        phone: phone.trim() === '' ? null : await dialled(phone),
        guest,
        listed,
        time_zone: time_zone.trim() === '' ? null : time_zone.trim(),
      }
      const made = await ask(api.POST('/v1/communities/{community}/members', { params: { path: { community } }, body }))
      await client.invalidateQueries({ queryKey: ['members', community] })
      say(t.added(made.name))
      close()
    },
  })
  const { values, set, errors } = form
  return (
    <Form form={form} submit={text.form.add} cancel={close}>
      <TextInput label={text.col.name} required data-autofocus {...form.typed('name')} />
      <PhoneInput value={values.phone} error={errors.phone} onChange={(typed) => set('phone', typed)} />
      <TextInput label={t.timeZone} description={t.timeZoneHelp} {...form.typed('time_zone')} />
      <Checkbox label={t.guest} {...form.ticked('guest')} />
      <Switch label={t.listed} {...form.ticked('listed')} />
    </Form>
  )
}
