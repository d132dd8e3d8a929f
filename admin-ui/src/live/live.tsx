// What happens makes the lists that it touches fresh, at most every two seconds.
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useSyncExternalStore } from 'react'
import { sessionEnded } from '../api/client'
import { stream, type Snapshot } from './stream'

const TOUCHES: [string, string[]][] = [
  ['message.', ['messages', 'interactions', 'traffic', 'inbox']],
  ['call.', ['calls', 'interactions']],
  ['assignment.', ['assignments', 'contacts', 'numbers', 'capacity', 'swaps', 'releases']],
  ['quarantine.', ['quarantine', 'messages']],
  ['opt_out.', ['opt_outs', 'opt_ins', 'contacts', 'assignments']],
  ['member.', ['members', 'hubs', 'capacity']],
]

/** Follows the community's events as long as the page is open. */
export function useLive(community: string): void {
  const client = useQueryClient()
  useEffect(() => {
    stream.follow(community)
    const stale = new Set<string>()
    let timer: ReturnType<typeof setTimeout> | undefined
    const leave = stream.onCounts((counts) => {
      for (const kind of Object.keys(counts))
        for (const [begins, touched] of TOUCHES) if (kind.startsWith(begins)) for (const one of touched) stale.add(one)
      timer ??= setTimeout(() => {
        timer = undefined
        for (const one of stale)
          void client.invalidateQueries({
            queryKey: [one, community],
            refetchType: document.hidden ? 'none' : 'active',
          })
        stale.clear()
      }, 2000)
    })
    // After a break all that is shown is asked for anew: it failed meanwhile, or is of before.
    let state = stream.get().state
    const forget = stream.subscribe(() => {
      const was = state
      state = stream.get().state
      if (was === 'broken' && state === 'live') void client.invalidateQueries({ refetchType: 'active' })
    })
    return () => {
      leave()
      forget()
      clearTimeout(timer)
    }
  }, [client, community])
  useEffect(() => {
    stream.onRefused = sessionEnded
  }, [])
  useEffect(() => () => stream.follow(''), [])
}

export const useStream = (): Snapshot => useSyncExternalStore(stream.subscribe, stream.get)
