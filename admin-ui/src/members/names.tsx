// Members by name: the first page of them at once, the others by their ids, those of a moment together.
import { useQuery } from '@tanstack/react-query'
import { api, ask, type Schema } from '../api/client'
import { Go } from '../parts/links'
import { text } from '../text'
import { gather } from './gather'

type Member = Schema['Member']

/** As many as the API takes at once. */
const MOST = 100
/** One that is no id would have all that are asked for with it refused. */
const ID = /^mem_[0-7][0-9a-hjkmnp-tv-z]{12}$/
const gathered = new Map<string, ReturnType<typeof gather<Member>>>()

async function byIds(community: string, ids: string[]): Promise<Map<string, Member>> {
  const query = { ids: ids.join(',') }
  const params = { path: { community }, query }
  const { data } = await ask(api.GET('/v1/communities/{community}/members', { params }))
  return new Map(data.map((one) => [one.id, one]))
}

async function memberOf(community: string, id: string): Promise<Member | null> {
  if (!ID.test(id)) return null
  const asked = gathered.get(community) ?? gather((ids) => byIds(community, ids), MOST)
  gathered.set(community, asked)
  return asked(id)
}

export function useDirectory(community: string) {
  return useQuery({
    queryKey: ['members', community, 'directory'],
    queryFn: () =>
      ask(api.GET('/v1/communities/{community}/members', { params: { path: { community }, query: { limit: 500 } } })),
    staleTime: 60_000,
    enabled: community !== '',
  })
}

/** Those whose name begins so, where there are more than the directory holds. */
export function useNamed(community: string, name: string) {
  const directory = useDirectory(community)
  const more = directory.data?.next_cursor != null
  return useQuery({
    queryKey: ['members', community, 'named', name],
    queryFn: () =>
      ask(
        api.GET('/v1/communities/{community}/members', { params: { path: { community }, query: { limit: 50, name } } }),
      ),
    staleTime: 60_000,
    enabled: more && name !== '',
  })
}

export function useMember(community: string, member: string | null | undefined, look = true) {
  const directory = useDirectory(community)
  const known = directory.data?.data.find((one) => one.id === member)
  const alone = useQuery({
    queryKey: ['members', community, member],
    queryFn: () => memberOf(community, member ?? ''),
    staleTime: 60_000,
    gcTime: 60_000,
    retry: false,
    enabled: look && member != null && member !== '' && known === undefined && !directory.isPending,
  })
  return known ?? alone.data ?? undefined
}

/** Where much passes by, `look` is false: then a member who is not among the first is shown by the id. */
export function MemberName({
  community,
  member,
  plain = false,
  look = true,
}: {
  community: string
  member: string | null | undefined
  plain?: boolean
  look?: boolean
}) {
  const known = useMember(community, member, look)
  if (member === null || member === undefined) return <>{text.messages.stranger}</>
  const name = known?.name ?? member
  return plain ? <>{name}</> : <Go to={`/c/${community}/members/${member}`}>{name}</Go>
}

export const phonesOf = (member: Member) => member.devices.flatMap((device) => (device.phone ? [device.phone] : []))
