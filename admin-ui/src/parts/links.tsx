// Links inside, and the filters that stand in the address.
import { Anchor } from '@mantine/core'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useState, type ReactNode } from 'react'

type Search = Record<string, string>

/** A link to a page by its path, `/c/com_…/members`. */
export function Go({
  to,
  search,
  children,
  className,
  onClick,
  current,
}: {
  to: string
  search?: Search
  children: ReactNode
  className?: string
  onClick?: () => void
  current?: boolean
}) {
  const link = (
    <Link
      to={to as '/'}
      search={(search ?? {}) as never}
      className={className}
      onClick={onClick}
      activeOptions={{ exact: true, includeSearch: false }}
      aria-current={current ? 'page' : undefined}
    >
      {children}
    </Link>
  )
  return className === undefined ? (
    <Anchor component="span" inherit>
      {link}
    </Anchor>
  ) : (
    link
  )
}

export function useGo(): (to: string, search?: Search) => void {
  const navigate = useNavigate()
  return (to, search) => void navigate({ to: to as '/', search: (search ?? {}) as never })
}

/** The community of the page. */
export function useCommunity(): string {
  return (useParams({ strict: false }) as { community?: string }).community ?? ''
}

export function useParam(name: string): string {
  return (useParams({ strict: false }) as Record<string, string | undefined>)[name] ?? ''
}

/** What a form shows follows the address, without the form being made anew: whoever is in one of its fields stays there. */
export function useFollowing(asked: string, follow: () => void): void {
  const [followed, setFollowed] = useState(asked)
  if (followed === asked) return
  setFollowed(asked)
  follow()
}

/** What the address asks for; setting it makes a deep link. */
export function useFilters(): [Search, (change: Record<string, string | null | undefined>) => void] {
  const search = useSearch({ strict: false }) as Search
  const navigate = useNavigate()
  return [
    search,
    (change) => {
      const next: Search = { ...search }
      for (const [key, value] of Object.entries(change)) {
        if (value === null || value === undefined || value === '') delete next[key]
        else next[key] = value
      }
      void navigate({ to: '.', search: next as never, replace: true })
    },
  ]
}

export const parseSearch = (asked: string): Search => Object.fromEntries(new URLSearchParams(asked))
export const stringifySearch = (search: Record<string, unknown>): string => {
  const given = Object.entries(search).filter(([, value]) => value !== undefined && value !== null && value !== '')
  return given.length === 0 ? '' : `?${new URLSearchParams(given.map(([key, value]) => [key, String(value)]))}`
}

/** The page that an address names, where it is one of ours; the first page for whatever else. */
export function inside(asked: string | undefined): { to: string; search: Search } {
  const here = { to: '/', search: {} }
  if (asked === undefined || !/^\/(?![/\\])/.test(asked) || asked.includes('\\')) return here
  try {
    const url = new URL(asked, 'http://inside/')
    return url.host === 'inside' ? { to: url.pathname, search: parseSearch(url.search) } : here
  } catch {
    return here
  }
}
