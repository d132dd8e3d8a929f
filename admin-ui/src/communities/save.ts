// Saving a policy: only over what was seen.
import { useQueryClient } from '@tanstack/react-query'
import { api, ApiError, ask, askTagged, changedMeanwhile, ifMatch, type Schema, type Tagged } from '../api/client'
import { rebased } from '../parts/edit'
import { useSay } from '../parts/notes'
import { later } from '../text.later'
import { text } from '../text'
import { labelOf, type Community, type Values } from './fields'

export type PolicyProps = { latest: Tagged<Community>; readOnly: boolean }

export const keyOf = (community: string) => ['communities', community, 'tagged']
export const load = (community: string) =>
  askTagged(api.GET('/v1/communities/{community}', { params: { path: { community } } }))

/** Where the policy was changed meanwhile: both put together, and the sentence that says so. */
export class MovedOn extends ApiError {
  constructor(
    readonly fresh: Tagged<Community>,
    readonly values: Values,
    theirs: string[],
  ) {
    super(412, 'changed_meanwhile', later.policy.movedOn(theirs.map(labelOf).join(text.comma)), null, null)
  }
}

/** Sends a change of what was seen. `typed` is all that is on the form, as `of` makes it of a community. */
export function useSave() {
  const client = useQueryClient()
  const say = useSay()
  return async (
    seen: Tagged<Community>,
    edit: Schema['CommunityEdit'],
    typed: Values,
    of: (community: Community) => Values,
  ): Promise<Tagged<Community>> => {
    const community = seen.data.id
    const put = async () => {
      const fresh = await load(community)
      client.setQueryData(keyOf(community), fresh)
      return fresh
    }
    try {
      await ask(
        api.PATCH('/v1/communities/{community}', {
          params: { path: { community } },
          body: edit,
          headers: ifMatch(seen.tag),
        }),
      )
    } catch (thrown) {
      if (!changedMeanwhile(thrown)) throw thrown
      const fresh = await put()
      const both = rebased(of(seen.data), typed, of(fresh.data))
      throw new MovedOn(fresh, both.values, both.theirs)
    }
    const fresh = await put()
    await client.invalidateQueries({
      predicate: ({ queryKey: [what, of, more] }) => what === 'communities' && more === undefined && of !== null,
    })
    say(text.form.saved)
    return fresh
  }
}
