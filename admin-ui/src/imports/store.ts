// The import that this browser sends, by community. It goes on while other pages are open. It lies with what was loaded,
// so that it is gone with the session.
import { useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query'
import { api, ask } from '../api/client'
import { text } from '../text'
import { nameOf, type Part } from './file'
import { run, type Door, type Order, type Progress } from './run'

/** The file as it was chosen, and how far it is. */
export type Run = { file: string; lines: string[]; now: Progress }

const keyOf = (community: string) => ['import_run', community]

// The rest of the file is only here: leaving would lose it.
const stay = (event: BeforeUnloadEvent) => event.preventDefault()

function door(community: string, file: string, parts: Part[], there: () => boolean): Door {
  return {
    send: ({ kind, mode, region, dry_run }, part, restart) =>
      ask(
        api.POST('/v1/communities/{community}/imports', {
          params: { path: { community } },
          body: {
            kind,
            format: 'csv',
            content: parts[part]?.content ?? '',
            name: nameOf(file, part, parts.length),
            mode,
            dry_run,
            region,
            restart,
          },
        }),
      ),
    get: (id) =>
      ask(api.GET('/v1/communities/{community}/imports/{import}', { params: { path: { community, import: id } } })),
    refused: (id, cursor) =>
      ask(
        api.GET('/v1/communities/{community}/imports/{import}/refused_rows', {
          params: { path: { community, import: id }, query: { limit: 500, cursor } },
        }),
      ),
    wait: (ms) =>
      new Promise((done, gone) => setTimeout(() => (there() ? done() : gone(new Error(text.session.expired))), ms)),
  }
}

async function follow(client: QueryClient, community: string, begun: Run, restart: boolean): Promise<Progress> {
  const key = keyOf(community)
  const there = () => client.getQueryData(key) != null
  const put = (now: Progress) => there() && client.setQueryData(key, { ...begun, now } satisfies Run)
  client.setQueryData(key, begun)
  addEventListener('beforeunload', stay)
  try {
    return await run(door(community, begun.file, begun.now.parts, there), begun.now, put, restart)
  } finally {
    removeEventListener('beforeunload', stay)
  }
}

export function useRun(community: string) {
  const client = useQueryClient()
  const key = keyOf(community)
  const kept = useQuery<Run | null>({ queryKey: key, queryFn: () => null, enabled: false, gcTime: Infinity })
  const under = kept.data ?? null
  return {
    run: under,
    start: (order: Order, file: string, lines: string[], parts: Part[]) => {
      const now: Progress = { order, parts, sent: [], refused: [], state: 'running', failed: null }
      return follow(client, community, { file, lines, now }, false)
    },
    goOn: (restart: boolean) => {
      if (under !== null && under.now.state !== 'running') void follow(client, community, under, restart)
    },
    /** What is over is not shown any more; what goes on cannot be forgotten. */
    forget: () => {
      if (under?.now.state !== 'running') client.setQueryData(key, null)
    },
  }
}
