import { useEffect, useRef, useState } from 'react'
import type { Told } from '../live/stream'
import { Text } from '@mantine/core'
import { Scroll } from '../parts/Scroll'
import { MemberName } from '../members/names'
import { State } from '../parts/bits'
import { Go } from '../parts/links'
import { Empty } from '../parts/notes'
import { Time } from '../parts/time'
import { text } from '../text'

const BUSY_MS = 5000

type About = {
  id?: string
  from?: string | null
  to?: string | null
  status?: string
  state?: string
  member?: string
  contact?: string
}

/** What an event is about: the thing in its data, or the data itself. */
export function about(told: Told): { path: string | null; what: About } {
  const { message, call, contact } = told.data as { message?: About; call?: About; contact?: About | string }
  if (message) return { path: `messages/${message.id}`, what: message }
  if (call) return { path: `calls/${call.id}`, what: call }
  if (typeof contact === 'object' && contact !== null)
    return { path: null, what: { ...contact, from: contact.member, to: contact.contact } }
  const data = told.data as About
  return { path: null, what: { ...data, from: data.member, to: data.contact } }
}

/** The latest events; while more pass than can be read, a new sample every few seconds, and no member is looked up for it. */
function useReadable(events: Told[], busy: boolean): Told[] {
  const [shown, setShown] = useState(events)
  const at = useRef(0)
  useEffect(() => {
    const wait = busy ? at.current + BUSY_MS - Date.now() : 0
    const show = () => {
      at.current = Date.now()
      setShown(events)
    }
    if (wait <= 0) {
      show()
      return
    }
    const timer = setTimeout(show, wait)
    return () => clearTimeout(timer)
  }, [events, busy])
  return shown
}

export function EventList({ community, events: all, busy }: { community: string; events: Told[]; busy: boolean }) {
  const events = useReadable(all, busy)
  if (events.length === 0) return <Empty>{text.overview.noEvents}</Empty>
  return (
    <>
      {busy && (
        <Text size="sm" className="soft" mb="xs">
          {text.overview.sample}
        </Text>
      )}
      <Scroll minWidth={520} label={text.overview.events} narrow="cards">
        <table className="plain" aria-label={text.overview.events}>
          <thead>
            <tr>
              {[text.col.at, text.col.event, text.col.from, text.col.to, text.col.state].map((one) => (
                <th key={one} scope="col">
                  {one}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {events.slice(0, 20).map((told) => {
              const { path, what } = about(told)
              const state = what.status ?? what.state
              return (
                <tr key={told.id}>
                  <td data-title={text.col.at}>
                    <div>
                      {path === null ? (
                        <Time at={told.timestamp} />
                      ) : (
                        <Go to={`/c/${community}/${path}`}>
                          <Time at={told.timestamp} />
                        </Go>
                      )}
                    </div>
                  </td>
                  <td data-title={text.col.event}>
                    <div>{told.type}</div>
                  </td>
                  <td data-title={text.col.from} data-none={!what.from || undefined}>
                    <div>
                      {what.from ? <MemberName community={community} member={what.from} look={!busy} /> : text.none}
                    </div>
                  </td>
                  <td data-title={text.col.to} data-none={!what.to || undefined}>
                    <div>
                      {what.to ? <MemberName community={community} member={what.to} look={!busy} /> : text.none}
                    </div>
                  </td>
                  <td data-title={text.col.state} data-none={!state || undefined}>
                    <div>{state ? <State of={state} /> : text.none}</div>
                  </td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </Scroll>
    </>
  )
}
