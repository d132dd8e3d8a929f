import { TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { api, ask, type Schema } from '../api/client'
import { Ask } from '../parts/Ask'
import { Form } from '../parts/Form'
import { useForm } from '../parts/form'
import { Go, useGo } from '../parts/links'
import { Page, useSay } from '../parts/notes'
import { ServerTable, type Column } from '../parts/ServerTable'
import { Time } from '../parts/time'
import { useMay } from '../session/session'
import { text } from '../text'

type Community = Schema['Community']
const t = text.communities

const columns: Column<Community>[] = [
  { id: 'name', title: text.col.name, show: (row) => <Go to={`/c/${row.id}`}>{row.name}</Go>, csv: (row) => row.name },
  { id: 'id', title: text.col.id, show: (row) => row.id, csv: (row) => row.id },
  { id: 'created', title: text.col.created, show: (row) => <Time at={row.created_at} />, csv: (row) => row.created_at },
  { id: 'policy', title: t.policy, show: (row) => <Go to={`/c/${row.id}/policy`}>{t.policy}</Go> },
]

export default function Communities() {
  const may = useMay()
  const add = may.own ? <Ask label={t.add}>{(close) => <Add close={close} />}</Ask> : undefined
  return (
    <Page title={t.title} lead={t.lead} actions={add}>
      <ServerTable
        name={t.title}
        queryKey={['communities', 'list']}
        columns={columns}
        rowId={(row) => row.id}
        empty={t.empty}
        fetch={(query) => ask(api.GET('/v1/communities', { params: { query } }))}
      />
    </Page>
  )
}

function Add({ close }: { close: () => void }) {
  const client = useQueryClient()
  const go = useGo()
  const say = useSay()
  const form = useForm({
    initial: { name: '' },
    check: ({ name }) => ({ name: name.trim() === '' ? text.errors.required : undefined }),
    send: async ({ name }) => {
      const made = await ask(api.POST('/v1/communities', { body: { name: name.trim() } }))
      await client.invalidateQueries({ queryKey: ['communities'] })
      say(t.added)
      close()
      go(`/c/${made.id}/pools`)
    },
  })
  return (
    <Form form={form} submit={text.form.add} cancel={close}>
      <TextInput
        label={text.col.name}
        required
        data-autofocus
        value={form.values.name}
        error={form.errors.name}
        onChange={(event) => form.set('name', event.currentTarget.value)}
      />
    </Form>
  )
}
