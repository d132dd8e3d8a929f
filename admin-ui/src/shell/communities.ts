// The communities that there are, and the one looked at last.
import { useQuery } from '@tanstack/react-query'
import { api, ask } from '../api/client'

const KEY = 'partyline.community'

export function useCommunities() {
  return useQuery({
    queryKey: ['communities'],
    queryFn: () => ask(api.GET('/v1/communities', { params: { query: { limit: 500 } } })),
    staleTime: 60_000,
  })
}

export const remember = (community: string) => globalThis.localStorage?.setItem(KEY, community)
export const remembered = () => globalThis.localStorage?.getItem(KEY) ?? null
