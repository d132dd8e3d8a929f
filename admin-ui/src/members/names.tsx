// Members by name: the first page of them at once, the others one by one.
import { useQuery } from '@tanstack/react-query'
import { api, ask, type Schema } from '../api/client'
import { Go } from '../parts/links'
import { text } from '../text'

type Member = Schema['Member']

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
    queryFn: () =>
      ask(
        api.GET('/v1/communities/{community}/members/{member}', {
          params: { path: { community, member: member ?? '' } },
        }),
      ),
    staleTime: 60_000,
    gcTime: 60_000,
    retry: false,
    enabled: look && member != null && member !== '' && known === undefined && !directory.isPending,
  })
  return known ?? alone.data
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
