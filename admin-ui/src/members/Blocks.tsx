// Whom a member does not want to hear from.
import { Stack } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { api, ask, type Schema } from '../api/client'
import { Ask } from '../parts/Ask'
import { why } from '../parts/bits'
import { Confirm } from '../parts/Confirm'
import { Form } from '../parts/Form'
import { useForm } from '../parts/form'
import { useSay } from '../parts/notes'
import { ServerTable, type Column } from '../parts/ServerTable'
import { Time } from '../parts/time'
import { useMay } from '../session/session'
import { later } from '../text.later'
import { text } from '../text'
import { MemberPicker } from './MemberPicker'
import { memberColumn } from './columns'

const t = later.blocks
type Block = Schema['Block']

/** A block ends what waits between the two, so their contacts are fetched anew too. */
function useFresh(community: string) {
  const client = useQueryClient()
  return () =>
    Promise.all(['blocks', 'contacts'].map((key) => client.invalidateQueries({ queryKey: [key, community] })))
}

export function Blocks({ community, member }: { community: string; member: string }) {
  const may = useMay()
  const fresh = useFresh(community)
  const columns: Column<Block>[] = [
    memberColumn('contact', t.whom, community, (row) => row.contact),
    { id: 'by', title: text.col.who, show: (row) => why(row.by), csv: (row) => row.by },
    { id: 'since', title: text.form.since, show: (row) => <Time at={row.since} />, csv: (row) => row.since },
    ...(may.change
      ? [
          {
            id: 'actions',
            title: text.table.actions,
            show: (row: Block) => (
              <Confirm
                label={t.lift}
                ask={t.liftAsk}
                what={t.liftWhat}
                done={t.lifted}
                danger={false}
                act={() =>
                  ask(
                    api.DELETE('/v1/communities/{community}/members/{member}/blocks/{contact}', {
                      params: { path: { community, member, contact: row.contact } },
                    }),
                  ).then(fresh)
                }
              />
            ),
          },
        ]
      : []),
  ]
  return (
    <Stack>
      {may.change && (
        <div>
          <Ask label={t.add}>{(close) => <Add community={community} member={member} close={close} />}</Ask>
        </div>
      )}
      <ServerTable
        name={t.title}
        queryKey={['blocks', community, member]}
        columns={columns}
        rowId={(row) => row.contact}
        empty={t.empty}
        fetch={(query) =>
          ask(
            api.GET('/v1/communities/{community}/members/{member}/blocks', {
              params: { path: { community, member }, query },
            }),
          )
        }
      />
    </Stack>
  )
}

function Add({ community, member, close }: { community: string; member: string; close: () => void }) {
  const fresh = useFresh(community)
  const say = useSay()
  const form = useForm({
    initial: { contact: null as string | null },
    check: ({ contact }) => ({ contact: contact === null ? text.errors.required : undefined }),
    send: async ({ contact }) => {
      await ask(
        api.POST('/v1/communities/{community}/members/{member}/blocks', {
          params: { path: { community, member } },
          body: { contact: contact ?? '' },
        }),
      )
      await fresh()
      say(t.added)
      close()
    },
  })
  return (
    <Form form={form} submit={t.add} cancel={close}>
      <MemberPicker
        community={community}
        label={t.whom}
        help={t.addHelp}
        required
        without={member}
        value={form.values.contact}
        error={form.errors.contact}
        onChange={(contact) => form.set('contact', contact)}
      />
    </Form>
  )
}
