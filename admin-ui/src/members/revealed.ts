// Real numbers, asked for on purpose: the broker writes each look into its audit log.
import { queryOptions } from '@tanstack/react-query'
import { api, ask } from '../api/client'
import { phonesOf } from './names'

export const REVEAL = { 'X-Reveal': '1' }

export const revealed = (community: string, member: string) =>
  ask(
    api.GET('/v1/communities/{community}/members/{member}', {
      params: { path: { community, member } },
      headers: REVEAL,
    }),
  )

/**
 * A member's phones as they are, for a page that works with them: asked for once as long as it is open. Nothing that
 * makes lists fresh asks again, for that would be a look that nobody wished; nor is it kept when the page is left.
 */
export const revealedPhones = (community: string, member: string, wished = true) =>
  queryOptions({
    queryKey: ['revealed', community, member],
    enabled: wished && member !== '',
    staleTime: 'static',
    gcTime: 0,
    retry: false,
    queryFn: async () => phonesOf(await revealed(community, member)),
  })
