/** The drafts of everybody who signed in on this page. Signing out forgets them. */
export const drafts = new Map<string, unknown>()
