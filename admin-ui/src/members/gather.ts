// What is asked for one by one, but in the same moment, is fetched together.

/**
 * Asks for each by its key; those that are asked for in one tick of the event loop share a fetch, `most` of them at most. Who is not in its
 * answer is null.
 */
export function gather<Found>(fetch: (keys: string[]) => Promise<Map<string, Found>>, most: number) {
  type Together = { keys: Set<string>; found: Promise<Map<string, Found>> }
  let next: Together | null = null
  const begin = (): Together => {
    const keys = new Set<string>()
    const tick = new Promise<void>((over) => setTimeout(over))
    const together: Together = {
      keys,
      found: tick.then(() => {
        if (next === together) next = null
        return fetch([...keys])
      }),
    }
    return together
  }
  return async (key: string): Promise<Found | null> => {
    if (next === null || (next.keys.size >= most && !next.keys.has(key))) next = begin()
    next.keys.add(key)
    return (await next.found).get(key) ?? null
  }
}
