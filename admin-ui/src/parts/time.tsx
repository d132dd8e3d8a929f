// Times in the viewer's zone, with the exact moment for who asks.
import { text } from '../text'

const whole = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' })
const short = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
})

export const zone = () => Intl.DateTimeFormat().resolvedOptions().timeZone

export function said(at: string, brief = false): string {
  const moment = new Date(at)
  if (Number.isNaN(moment.getTime())) return at
  return brief && moment.getFullYear() === new Date().getFullYear() ? short.format(moment) : whole.format(moment)
}

export function Time({ at, brief = true }: { at: string | null | undefined; brief?: boolean }) {
  if (at === null || at === undefined) return <>{text.none}</>
  return (
    <time dateTime={at} title={at}>
      {said(at, brief)}
    </time>
  )
}

/** Whether the browser knows the time zone; empty is none, which may be. */
export function isZone(typed: string): boolean {
  if (typed.trim() === '') return true
  try {
    return new Intl.DateTimeFormat('en', { timeZone: typed.trim() }).format() !== ''
  } catch {
    return false
  }
}

/** What a datetime-local field holds, as the API wants it. */
export function toInstant(local: string): string | undefined {
  if (local === '') return undefined
  const moment = new Date(local)
  return Number.isNaN(moment.getTime()) ? undefined : moment.toISOString()
}

/** An instant as a datetime-local field holds it: `toInstant` of it is the same moment, to the second. */
export function localOf(at: string): string {
  const moment = new Date(at)
  if (at === '' || Number.isNaN(moment.getTime())) return ''
  const two = (part: number) => String(part).padStart(2, '0')
  const day = [String(moment.getFullYear()).padStart(4, '0'), two(moment.getMonth() + 1), two(moment.getDate())]
  const seconds = moment.getSeconds() === 0 ? '' : `:${two(moment.getSeconds())}`
  return `${day.join('-')}T${two(moment.getHours())}:${two(moment.getMinutes())}${seconds}`
}

export function lasting(seconds: number): string {
  if (seconds === 0) return text.time.forEver
  const { days, hours, minutes, seconds: s } = text.time
  if (seconds % 86_400 === 0) return `${seconds / 86_400} ${days}`
  if (seconds % 3600 === 0) return `${seconds / 3600} ${hours}`
  if (seconds % 60 === 0) return `${seconds / 60} ${minutes}`
  return `${seconds} ${s}`
}
