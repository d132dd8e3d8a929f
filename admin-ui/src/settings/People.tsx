// Who may sign in. For owners.
import { Checkbox, Group, MultiSelect, Paper, Select, Text, TextInput, Title } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Ask } from '../parts/Ask'
import { Marks } from '../parts/bits'
import { Confirm } from '../parts/Confirm'
import { changed, useForm } from '../parts/form'
import { Form } from '../parts/Form'
import { useSay } from '../parts/notes'
import { Secret } from '../parts/Secret'
import { timeColumn } from '../parts/columns'
import { ServerTable, type Column } from '../parts/ServerTable'
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
    timeColumn('seen', text.col.lastUsed, (row) => row.signed_in_at),
    {
      id: 'actions',
      title: text.table.actions,
      show: (row) =>
        row.id !== me && (
          <Group gap={4} wrap="nowrap">
            <Ask label={t.edit} title={t.editOf(row.name)} primary={false} size="xs">
              {(close) => <Edit user={row} close={close} />}
            </Ask>
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

type Typed = { name: string; role: Role; communities: string[] }

/** Owners have all communities; of others none chosen means all. */
const told = ({ name, role, communities }: Typed) => ({
  name: name.trim(),
  role,
  communities: role === 'owner' || communities.length === 0 ? null : communities,
})

const checked = (typed: Typed) => ({ name: typed.name.trim() === '' ? text.errors.required : undefined })

function Edit({ user: now, close }: { user: User; close: () => void }) {
  const client = useQueryClient()
  const say = useSay()
  // As it was when the dialog was opened: what others change meanwhile is not this form's to put back.
  const [user] = useState(now)
  const form = useForm<Typed>({
    initial: { name: user.name, role: user.role, communities: user.communities ?? [] },
    check: checked,
    send: async (typed) => {
      const edit = changed({ ...user }, told(typed))
      if (Object.keys(edit).length > 0) await editUser(user.id, edit)
      await client.invalidateQueries({ queryKey: ['users'] })
      say(text.form.saved)
      close()
    },
  })
  return (
    <Form form={form} submit={text.form.save} cancel={close}>
      <Fields form={form} />
      <Text size="sm">{t.editWhat}</Text>
    </Form>
  )
}

function Add({ close, onLink }: { close: () => void; onLink: (link: string) => void }) {
  const client = useQueryClient()
  const form = useForm<Typed>({
    initial: { name: '', role: 'viewer', communities: [] },
    check: checked,
    send: async (typed) => {
      const made = await addUser(told(typed))
      await client.invalidateQueries({ queryKey: ['users'] })
      close()
      onLink(whole(made.link))
    },
  })
  return (
    <Form form={form} submit={text.form.add} cancel={close}>
      <Fields form={form} />
    </Form>
  )
}

function Fields({ form }: { form: ReturnType<typeof useForm<Typed>> }) {
  const communities = useCommunities().data?.data ?? []
  const { values, set, errors } = form
  return (
    <>
      <TextInput label={text.col.name} required data-autofocus autoComplete="off" {...form.typed('name')} />
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
          {...form.chosen('communities')}
        />
      )}
    </>
  )
}
