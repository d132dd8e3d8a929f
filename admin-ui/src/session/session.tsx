// Who is signed in, for every page.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { createContext, useCallback, useContext, useEffect, useState, type ReactNode } from 'react'
import { ApiError, onSessionEnd, setCsrf } from '../api/client'
import { drafts } from '../parts/kept'
import { current, type Session } from './api'

type Known = {
  session: Session | null
  loading: boolean
  failed: unknown
  expired: boolean
  begin: (session: Session) => void
  end: () => void
  retry: () => void
}

const Context = createContext<Known | null>(null)

async function whoIsThere(): Promise<Session | null> {
  try {
    return await current()
  } catch (thrown) {
    if (thrown instanceof ApiError && (thrown.status === 401 || thrown.status === 404)) return null
    throw thrown
  }
}

export function SessionProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient()
  const [expired, setExpired] = useState(false)
  const asked = useQuery({ queryKey: ['session'], queryFn: whoIsThere, staleTime: 5 * 60_000, retry: 1 })
  const session = asked.data ?? null
  setCsrf(session?.csrf ?? null)
  // What one person has loaded is not the next one's to see.
  const clear = useCallback(() => {
    client.removeQueries({ predicate: (query) => query.queryKey[0] !== 'session' })
    client.setQueryData(['session'], null)
  }, [client])
  useEffect(() => {
    onSessionEnd(() => {
      if (client.getQueryData(['session']) != null) setExpired(true)
      clear()
    })
  }, [client, clear])
  const known: Known = {
    session,
    loading: asked.isPending,
    failed: asked.error,
    expired,
    begin: (fresh) => {
      setCsrf(fresh.csrf)
      setExpired(false)
      clear()
      client.setQueryData(['session'], fresh)
    },
    end: () => {
      setExpired(false)
      drafts.clear()
      clear()
    },
    retry: () => void asked.refetch(),
  }
  return <Context.Provider value={known}>{children}</Context.Provider>
}

export function useSession(): Known {
  const known = useContext(Context)
  if (known === null) throw new Error('SessionProvider is missing')
  return known
}

/** What the one who is signed in may do. The server decides; this only hides what it would refuse. */
export function useMay(): { change: boolean; own: boolean; reveal: boolean } {
  const session = useSession().session
  const role = session?.user.role
  return {
    change: role === 'owner' || role === 'operator',
    own: role === 'owner',
    reveal: session?.may_reveal === true,
  }
}
