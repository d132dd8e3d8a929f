// A form over something that is there: it is changed only as it was seen. What others have changed of it meanwhile is
// shown with what was typed over it, and saved at the second try.
import { useState } from 'react'
import { ApiError, changedMeanwhile, ifMatch, type Tagged } from '../api/client'
import { later } from '../text.later'
import { text } from '../text'
import { changed, useForm, type Errors } from './form'

type Values = Record<string, unknown>

/** So often it is sent where what is not on the form changes all the time: how many pairs a number has, say. */
const TRIES = 5

/** What was typed over `was`, put over what is there now; and what others have changed meanwhile. */
export const rebased = <Now extends Values>(was: Now, typed: Now, fresh: Now) => ({
  values: { ...fresh, ...changed(was, typed) },
  theirs: Object.keys(changed(was, fresh)) as (keyof Now & string)[],
})

type Options<Row, Now extends Values, Body extends object, Made> = {
  /** As it was when the form was opened. */
  row: Row
  /** What of it is on the form. */
  of: (row: Row) => Now
  /** Its fields as people call them. */
  labels: Record<keyof Now & string, string>
  check?: (values: Now) => Errors<Now>
  /** What is to be sent: nothing that is as it was. */
  edit: (row: Row, values: Now) => Body
  /** As it is now, with its tag; of something new there is nothing yet. */
  load: () => Promise<Tagged<Row>>
  send: (body: Body, headers: Record<string, string>) => Promise<Made>
  /** Called with what was answered; with nothing where there was nothing to send. */
  done: (made?: Made) => void | Promise<void>
}

export function useEdit<Row, Now extends Values, Body extends object, Made>(options: Options<Row, Now, Body, Made>) {
  const { row, of, labels, check, edit, load, send, done } = options
  const [seen, setSeen] = useState(row)
  const form = useForm<Now>({
    initial: of(seen),
    check,
    send: async (values) => {
      const body = edit(seen, values)
      if (Object.keys(body).length === 0) return done()
      const over = async (tries: number): Promise<Made> => {
        const fresh = await load()
        const both = rebased(of(seen), values, of(fresh.data))
        if (both.theirs.length > 0) {
          setSeen(fresh.data)
          // What was typed while it was sent stays.
          form.setValues((now) => ({ ...both.values, ...changed(values, now) }))
          const theirs = both.theirs.map((name) => labels[name]).join(text.comma)
          throw new ApiError(412, 'changed_meanwhile', later.form.movedOn(theirs), null, null)
        }
        try {
          return await send(body, ifMatch(fresh.tag))
        } catch (thrown) {
          if (changedMeanwhile(thrown) && tries > 1) return over(tries - 1)
          throw thrown
        }
      }
      await done(await over(TRIES))
    },
  })
  return form
}

/** What is loaded of something that is to be made. */
export const nothingYet = <Row>(): Promise<Tagged<Row | null>> => Promise.resolve({ data: null, tag: null })
