// Who may sign in. For owners.
import { Group, MultiSelect, Paper, PasswordInput, Select, TextInput, Title } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { Ask, Form } from '../parts/Ask'
import { Confirm } from '../parts/Confirm'
import { useForm } from '../parts/form'
import { useSay } from '../parts/notes'
import { ServerTable, type Column } from '../parts/ServerTable'
import { Time } from '../parts/time'
import { addUser, removeUser, users, type Role, type User } from '../session/api'
import { useSession } from '../session/session'
import { useCommunities } from '../shell/communities'
import { text } from '../text'

const t = text.settings

export function People() {
  const client = useQueryClient()
  const me = useSession().session?.user.id
  const columns: Column<User>[] = [
    { id: 'name', title: text.col.name, show: (row) => row.name, csv: (row) => row.name },
    { id: 'role', title: text.col.role, show: (row) => t.roles[row.role] ?? row.role, csv: (row) => row.role },
    { id: 'created', title: text.col.created, show: (row) => <Time at={row.created_at} />, csv: (row) => row.created_at },
    { id: 'actions', title: text.table.actions, show: (row) => row.id !== me && <Confirm label={t.removeUser} ask={t.removeUserAsk(row.name)} what={t.removeUserWhat} act={() => removeUser(row.id).then(() => client.invalidateQueries({ queryKey: ['users'] }))} /> },
  ]
  return (
    <Paper withBorder p="md">
      <Group justify="space-between" mb="sm"><Title order={2} size="h4">{t.people}</Title><Ask label={t.addUser} size="xs">{(close) => <Add close={close} />}</Ask></Group>
      <ServerTable name={t.people} bare queryKey={['users']} columns={columns} rowId={(row) => row.id} empty={t.noUsers} fetch={users} />
    </Paper>
  )
}

function Add({ close }: { close: () => void }) {
  const client = useQueryClient()
  const say = useSay()
  const communities = useCommunities().data?.data ?? []
  const form = useForm({
    initial: { name: '', password: '', role: 'viewer' as Role, communities: [] as string[] },
    check: (typed) => ({ name: typed.name.trim() === '' ? text.errors.required : undefined, password: [...typed.password].length < 12 ? text.session.short : undefined }),
    send: async ({ name, password, role, communities: only }) => {
      await addUser({ name: name.trim(), password, role, ...(only.length === 0 ? {} : { communities: only }) })
      await client.invalidateQueries({ queryKey: ['users'] })
      say(text.form.saved)
      close()
    },
  })
  const { values, set, errors } = form
  return (
    <Form form={form} submit={text.form.add} cancel={close}>
      <TextInput label={text.col.name} required data-autofocus autoComplete="off" value={values.name} error={errors.name} onChange={(event) => set('name', event.currentTarget.value)} />
      <PasswordInput label={text.session.password} description={text.session.short} required autoComplete="new-password" value={values.password} error={errors.password} onChange={(event) => set('password', event.currentTarget.value)} />
      <Select label={t.role} description={t.roleHelp} allowDeselect={false} data={Object.entries(t.roles).map(([value, label]) => ({ value, label }))} value={values.role} error={errors.role} onChange={(next) => next !== null && set('role', next as Role)} />
      <MultiSelect label={t.communities} description={t.communitiesHelp} data={communities.map((one) => ({ value: one.id, label: one.name }))} value={values.communities} error={errors.communities} onChange={(next) => set('communities', next)} />
    </Form>
  )
}
