// The start is the community looked at last, or the list where there is none.
import { useEffect } from 'react'
import { ErrorNote } from '../parts/notes'
import { useGo } from '../parts/links'
import { takePlace } from '../session/place'
import { remembered, useCommunities } from './communities'
import { PageLoading } from './fallbacks'

export function Start() {
  const communities = useCommunities()
  const go = useGo()
  const all = communities.data?.data
  useEffect(() => {
    if (all === undefined) return
    const place = takePlace()
    if (place !== null) {
      location.hash = place
      return
    }
    const last = all.find((one) => one.id === remembered()) ?? all[0]
    go(last === undefined ? '/communities' : `/c/${last.id}`)
    // The address changes with this; once is enough.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [all])
  if (communities.isError) return <ErrorNote error={communities.error} retry={() => void communities.refetch()} />
  return <PageLoading />
}
