// Where somebody was who signs in at a provider: the way there and back ends at the start.
const KEY = 'partyline.place'

export function keepPlace(): void {
  const here = location.hash
  try {
    if (here.startsWith('#/') && !here.startsWith('#/?')) sessionStorage.setItem(KEY, here)
    else sessionStorage.removeItem(KEY)
  } catch {
    // Without storage they begin at the start.
  }
}

/** The place, once. */
export function takePlace(): string | null {
  try {
    const place = sessionStorage.getItem(KEY)
    sessionStorage.removeItem(KEY)
    return place?.startsWith('#/') === true && place !== '#/' ? place : null
  } catch {
    return null
  }
}
