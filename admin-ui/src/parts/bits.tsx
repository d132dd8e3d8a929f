// Small things that many pages show.
import { Badge, Group } from '@mantine/core'
import type { ReactNode } from 'react'
import { text } from '../text'

const TONES: Record<string, string> = {
  delivered: 'good',
  sent: 'good',
  active: 'good',
  bridged: 'good',
  answered: 'good',
  done: 'good',
  live: 'good',
  plenty: 'good',
  success: 'good',
  kept: 'good',
  up: 'good',
  failed: 'bad',
  dead: 'bad',
  undelivered: 'bad',
  expired: 'bad',
  blocked: 'bad',
  disabled: 'bad',
  quarantined: 'bad',
  refused: 'bad',
  none: 'bad',
  broken: 'bad',
  revoked: 'bad',
  stopped: 'bad',
  down: 'bad',
  not_configured: 'bad',
  held: 'warn',
  queued: 'warn',
  pending: 'warn',
  draining: 'warn',
  paused: 'warn',
  running: 'warn',
  undoing: 'warn',
  little: 'warn',
  frozen: 'warn',
  ringing: 'warn',
  cooling: 'warn',
  given_up: 'bad',
  degraded: 'warn',
  connecting: 'warn',
}
const COLOURS: Record<string, string> = { good: 'green', bad: 'red', warn: 'yellow' }

/** A state as a word with a colour; the colour is never all that says it. */
export function State({ of }: { of: string }) {
  const tone = TONES[of]
  return (
    <Badge variant="dot" color={tone === undefined ? 'gray' : COLOURS[tone]} tt="none" fw={500} className="number">
      {of.replaceAll('_', ' ')}
    </Badge>
  )
}

export function Marks({ of }: { of: (string | false | null | undefined)[] }) {
  const shown = of.filter((one): one is string => typeof one === 'string')
  return shown.length === 0 ? (
    <>{text.none}</>
  ) : (
    <Group gap={4}>
      {shown.map((one) => (
        <State key={one} of={one} />
      ))}
    </Group>
  )
}

export const Num = ({ of }: { of: string | null | undefined }) => <span className="number">{of ?? text.none}</span>

export function Facts({ of }: { of: [string, ReactNode][] }) {
  return (
    <dl className="facts">
      {of.map(([name, value]) => (
        <div key={name} style={{ display: 'contents' }}>
          <dt>{name}</dt>
          <dd>{value ?? text.none}</dd>
        </div>
      ))}
    </dl>
  )
}

export const why = (reason: string | null | undefined) => (reason == null ? text.none : reason.replaceAll('_', ' '))
