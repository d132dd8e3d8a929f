// What somebody has typed and not sent yet, of forms that take long to fill in: it outlives the end of a session, and the
// tab that it was typed in. It lies in the memory of this page, under the one who typed it.
import { useState } from 'react'
import { useSession } from '../session/session'
import { drafts } from './kept'

/** As `useState`, for a draft; undefined where nothing is typed. */
export function useDraft<Draft>(name: string): [Draft | undefined, (draft: Draft | undefined) => void] {
  const { session } = useSession()
  const key = `${session?.user.id ?? ''} ${name}`
  const [, drawn] = useState({})
  return [
    drafts.get(key) as Draft | undefined,
    (draft) => {
      if (draft === undefined) drafts.delete(key)
      else drafts.set(key, draft)
      drawn({})
    },
  ]
}
