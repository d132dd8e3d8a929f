// Who may sign in. For owners.
import { Checkbox, Group, MultiSelect, Paper, Select, TextInput, Title } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Ask } from '../parts/Ask'
import { Marks } from '../parts/bits'
import { Confirm } from '../parts/Confirm'
import { useForm } from '../parts/form'
import { Form } from '../parts/Form'
import { Secret } from '../parts/Secret'
import { ServerTable, type Column } from '../parts/ServerTable'
import { Time } from '../parts/time'
import { addUser, editUser, removeUser, resetUser, users, type Role, type User } from '../session/api'
import { useSession } from '../session/session'
import { useCommunities } from '../shell/communities'
import { text } from '../text'

const t = text.settings

export function People() {
  const client = useQueryClient()
  const me = useSession().session?.user.id
  const [link, setLink] = useState<string | null>(null)
  const fresh = () => client.invalidateQueries({ queryKey: ['users'] })
  const columns: Column<User>[] = [
    { id: 'name', title: text.col.name, show: (row) => row.name, csv: (row) => row.name },
    { id: 'role', title: text.col.role, show: (row) => t.roles[row.role] ?? row.role, csv: (row) => row.role },
    {
      id: 'flags',
      title: text.col.flags,
      show: (row) => (
        <Marks
          of={[row.invited && t.invited, Boolean(row.provider) && t.byProvider, row.disabled && text.words.disabled]}
        />
      ),
      csv: (row) => (row.disabled ? text.words.disabled : ''),
    },
    {
      id: 'communities',
      title: text.communities.title,
      show: (row) => row.communities?.length ?? t.everything,
      csv: (row) => row.communities?.join(' '),
    },
    {
      id: 'seen',
      title: text.col.lastUsed,
      show: (row) => <Time at={row.signed_in_at} />,
      csv: (row) => row.signed_in_at,
    },
    {
      id: 'actions',
      title: text.table.actions,
      show: (row) =>
        row.id !== me && (
          <Group gap={4} wrap="nowrap">
            {!row.disabled && <Reset user={row} onLink={setLink} />}
            <Confirm
              label={row.disabled ? t.enable : t.disable}
              ask={row.disabled ? t.enableAsk(row.name) : t.disableAsk(row.name)}
              what={row.disabled ? t.enableWhat : t.disableWhat}
              danger={!row.disabled}
              act={() => editUser(row.id, { disabled: !row.disabled }).then(fresh)}
            />
            <Confirm
              label={t.removeUser}
              ask={t.removeUserAsk(row.name)}
              what={t.removeUserWhat}
              act={() => removeUser(row.id).then(fresh)}
            />
          </Group>
        ),
    },
  ]
  return (
    <Paper withBorder p="md">
      <Group justify="space-between" mb="sm">
        <Title order={2} size="h4">
          {t.people}
        </Title>
        <Ask label={t.addUser} size="xs">
          {(close) => <Add close={close} onLink={setLink} />}
        </Ask>
      </Group>
      <ServerTable
        name={t.people}
        bare
        queryKey={['users']}
        columns={columns}
        rowId={(row) => row.id}
        empty={t.noUsers}
        fetch={users}
      />
      <Secret title={t.linkTitle} lead={t.linkOnce} value={link} onClose={() => setLink(null)} />
    </Paper>
  )
}

/** Without a public address in its settings the broker gives the path alone. */
const whole = (link: string) => (link.startsWith('/') ? location.origin + link : link)

function Reset({ user, onLink }: { user: User; onLink: (link: string) => void }) {
  const [codes, setCodes] = useState(false)
  const act = () => resetUser(user.id, codes).then((made) => onLink(whole(made.link)))
  return (
    <Confirm
      label={t.reset}
      ask={t.resetAsk(user.name)}
      what={user.invited ? t.resetInvited : t.resetWhat}
      done={t.resetDone}
      danger={false}
      act={act}
    >
      {user.totp && (
        <Checkbox label={t.resetTotp} checked={codes} onChange={(event) => setCodes(event.currentTarget.checked)} />
      )}
    </Confirm>
  )
}

function Add({ close, onLink }: { close: () => void; onLink: (link: string) => void }) {
  const client = useQueryClient()
  const communities = useCommunities().data?.data ?? []
  const form = useForm({
    initial: { name: '', role: 'viewer' as Role, communities: [] as string[] },
    check: (typed) => ({ name: typed.name.trim() === '' ? text.errors.required : undefined }),
    send: async ({ name, role, communities: only }) => {
      const made = await addUser({
        name: name.trim(),
        role,
        communities: role === 'owner' || only.length === 0 ? null : only,
      })
      await client.invalidateQueries({ queryKey: ['users'] })
      close()
      onLink(whole(made.link))
    },
  })
  const { values, set, errors } = form
  return (
    <Form form={form} submit={text.form.add} cancel={close}>
      <TextInput
        label={text.col.name}
        required
        data-autofocus
        autoComplete="off"
        value={values.name}
        error={errors.name}
        onChange={(event) => set('name', event.currentTarget.value)}
      />
      <Select
        label={t.role}
        description={t.roleHelp}
        allowDeselect={false}
        data={Object.entries(t.roles).map(([value, label]) => ({ value, label }))}
        value={values.role}
        error={errors.role}
        onChange={(next) => next !== null && set('role', next as Role)}
      />
      {values.role !== 'owner' && (
        <MultiSelect
          label={t.communities}
          description={t.communitiesHelp}
          data={communities.map((one) => ({ value: one.id, label: one.name }))}
          value={values.communities}
          error={errors.communities}
          onChange={(next) => set('communities', next)}
        />
      )}
    </Form>
  )
}
