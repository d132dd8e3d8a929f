// Pool numbers, pools and campaigns, for forms that choose among them.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { all } from '../api/all'
import { api, ask, askTagged, type Schema } from '../api/client'

export type PoolNumber = Schema['PoolNumber']
export type Campaign = Schema['Campaign']

export const useNumbers = (community: string) =>
  useQuery({
    queryKey: ['numbers', community, 'whole'],
    queryFn: () =>
      all((query) => ask(api.GET('/v1/communities/{community}/numbers', { params: { path: { community }, query } }))),
    staleTime: 10_000,
  })

export const useCampaigns = (community: string) =>
  useQuery({
    queryKey: ['campaigns', community, 'whole'],
    queryFn: () =>
      all((query) => ask(api.GET('/v1/communities/{community}/campaigns', { params: { path: { community }, query } }))),
    staleTime: 10_000,
  })

export const loadNumber = (community: string, number: string) =>
  askTagged(api.GET('/v1/communities/{community}/numbers/{number}', { params: { path: { community, number } } }))

export const editNumber = (
  community: string,
  number: string,
  body: Schema['NumberEdit'],
  headers: Record<string, string> = {},
) =>
  ask(
    api.PATCH('/v1/communities/{community}/numbers/{number}', {
      params: { path: { community, number } },
      body,
      headers,
    }),
  )

/** What shows numbers is fetched anew. */
export function useFresh(community: string) {
  const client = useQueryClient()
  return () =>
    Promise.all(
      ['numbers', 'traffic', 'capacity', 'campaigns'].map((key) =>
        client.invalidateQueries({ queryKey: [key, community] }),
      ),
    )
}

/** The fields of a form that differ from what the number has, as the API takes them. */
export function editOf(was: PoolNumber, now: Edited): Schema['NumberEdit'] {
  const edit: Schema['NumberEdit'] = {}
  if (now.pool !== was.pool) edit.pool = now.pool
  if (now.carrier.trim() !== was.carrier) edit.carrier = now.carrier.trim()
  if ([...now.capabilities].sort().join() !== [...was.capabilities].sort().join()) edit.capabilities = now.capabilities
  const region = now.region.trim().toUpperCase()
  if (region !== '' && region !== (was.region ?? '')) edit.region = region
  if (Number(now.rate_per_s) !== was.rate_per_s) edit.rate_per_s = Number(now.rate_per_s)
  if (Number(now.texts_per_day) !== was.texts_per_day) edit.texts_per_day = Number(now.texts_per_day)
  if (now.campaign !== was.campaign) edit.campaign = now.campaign
  if (now.hub !== was.hub) edit.hub = now.hub
  return edit
}

export type Edited = {
  pool: string
  carrier: string
  capabilities: Schema['Capability'][]
  region: string
  rate_per_s: number | string
  texts_per_day: number | string
  campaign: string | null
  hub: boolean
}
