import { Checkbox, NumberInput, Select, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, ask, type Schema } from '../api/client'
import { Ask } from '../parts/Ask'
import { Form } from '../parts/Form'
import { Marks } from '../parts/bits'
import { Secret } from '../parts/Secret'
import { Confirm } from '../parts/Confirm'
import { useForm } from '../parts/form'
import { Page } from '../parts/notes'
import { timeColumn } from '../parts/columns'
import { ServerTable, type Column } from '../parts/ServerTable'
import { useMay } from '../session/session'
import { remembered, useCommunities } from '../shell/communities'
import { text } from '../text'

const t = text.keys
type Key = Schema['ApiKey']

export default function Keys() {
  const may = useMay()
  const client = useQueryClient()
  const communities = useCommunities().data?.data ?? []
  const [token, setToken] = useState<string | null>(null)
  const nameOf = (id: string | null | undefined) =>
    id == null ? text.none : (communities.find((one) => one.id === id)?.name ?? id)
  const columns: Column<Key>[] = [
    { id: 'name', title: text.col.name, show: (row) => row.name, csv: (row) => row.name },
    {
      id: 'scope',
      title: text.col.scope,
      show: (row) => (
        <Marks
          of={[
            row.scope,
            row.read_only && text.words.readOnly,
            row.revoked_at != null && text.words.revoked,
            row.revoked_at == null &&
              row.expires_at != null &&
              new Date(row.expires_at) < new Date() &&
              text.words.expired,
          ]}
        />
      ),
      csv: (row) => row.scope,
    },
    { id: 'community', title: text.nav.community, show: (row) => nameOf(row.community), csv: (row) => row.community },
    { id: 'app', title: text.col.app, show: (row) => row.app ?? text.none, csv: (row) => row.app },
    timeColumn('used', text.col.lastUsed, (row) => row.last_used_at),
    timeColumn('expires', text.col.expires, (row) => row.expires_at),
    { id: 'id', title: text.col.id, show: (row) => row.id, csv: (row) => row.id },
    ...(may.own
      ? [
          {
            id: 'actions',
            title: text.table.actions,
            show: (row: Key) =>
              row.revoked_at == null && (
                <Confirm
                  label={t.revoke}
                  ask={t.revokeAsk(row.name)}
                  what={t.revokeWhat}
                  done={t.revoked}
                  act={() =>
                    ask(api.DELETE('/v1/keys/{key}', { params: { path: { key: row.id } } })).then(() =>
                      client.invalidateQueries({ queryKey: ['keys'] }),
                    )
                  }
                />
              ),
          },
        ]
      : []),
  ]
  const add = may.own && <Ask label={t.add}>{(close) => <Add close={close} onToken={setToken} />}</Ask>
  return (
    <Page title={t.title} lead={t.lead} actions={add}>
      <ServerTable
        name={t.title}
        queryKey={['keys']}
        columns={columns}
        rowId={(row) => row.id}
        empty={t.empty}
        fetch={(query) => ask(api.GET('/v1/keys', { params: { query } }))}
      />
      <Secret title={t.tokenTitle} lead={t.tokenOnce} value={token} onClose={() => setToken(null)} />
    </Page>
  )
}

function Add({ close, onToken }: { close: () => void; onToken: (token: string) => void }) {
  const client = useQueryClient()
  const communities = useCommunities().data?.data ?? []
  const form = useForm({
    initial: {
      name: '',
      scope: 'app' as Key['scope'],
      community: remembered(),
      app: '',
      read_only: false,
      expires_in_s: '' as number | string,
    },
    check: (typed) => ({
      name: typed.name.trim() === '' ? text.errors.required : undefined,
      community: typed.scope !== 'admin' && typed.community === null ? text.errors.required : undefined,
      app: typed.scope === 'app' && typed.app.trim() === '' ? text.errors.required : undefined,
    }),
    send: async ({ name, scope, community, app, read_only, expires_in_s: days }) => {
      const body = {
        name: name.trim(),
        scope,
        community: scope === 'admin' ? null : community,
        app: scope === 'app' ? app.trim() : null,
        read_only,
        expires_in_s: days === '' ? null : Math.round(Number(days) * 86_400),
      }
      const made = await ask(api.POST('/v1/keys', { body }))
      await client.invalidateQueries({ queryKey: ['keys'] })
      close()
      onToken(made.token)
    },
  })
  const { values, set, errors } = form
  return (
    <Form form={form} submit={text.form.add} cancel={close}>
      <TextInput label={text.col.name} required data-autofocus {...form.typed('name')} />
      <Select
        label={t.scope}
        data={['app', 'community', 'admin']}
        value={values.scope}
        error={errors.scope}
        allowDeselect={false}
        onChange={(next) => next !== null && set('scope', next as Key['scope'])}
      />
      {values.scope !== 'admin' && (
        <Select
          label={text.nav.community}
          data={communities.map((one) => ({ value: one.id, label: one.name }))}
          {...form.chosen('community')}
        />
      )}
      {values.scope === 'app' && <TextInput label={t.app} description={t.appHelp} required {...form.typed('app')} />}
      <NumberInput label={t.days} description={t.daysHelp} min={0} {...form.chosen('expires_in_s')} />
      <Checkbox
        label={t.readOnly}
        checked={values.read_only}
        onChange={(event) => set('read_only', event.currentTarget.checked)}
      />
    </Form>
  )
}
