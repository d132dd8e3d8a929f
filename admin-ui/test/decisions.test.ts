import { describe, expect, it } from 'vitest'
import { matrix } from '../src/assignments/matrix'
import { lanes } from '../src/calls/Ladder'
import { changed } from '../src/parts/form'
import { chain } from '../src/explain/chain'
import { about } from '../src/overview/EventList'
import { parseSearch, stringifySearch } from '../src/parts/links'

const decision = {
  outcome: 'bridge',
  reason: null,
  sentence: '',
  steps: [],
  community: 'com_1',
  member: 'mem_1',
  number: 'num_1',
  tag: null,
  assignment: 'asg_1',
  contact: 'mem_2',
  shown_number: '+14155550101',
  device: 'dev_2',
  carrier: 'loopback',
  carrier_state: 'up',
  at: null,
  held_until: null,
} as const

describe('a decision, drawn', () => {
  it('goes all the way where the text is passed on', () => {
    const drawn = chain(decision as never, '+1', '+2')
    expect(drawn.map((one) => one.state)).toEqual(Array(6).fill('reached'))
    expect(drawn[3]?.note).toBe('sees +14155550101')
  })
  it('stops at the last link that is known where it is refused', () => {
    const drawn = chain(
      { ...decision, outcome: 'refuse', reason: 'recipient_opted_out', device: null, carrier: null } as never,
      '+1',
      '+2',
    )
    expect(drawn.map((one) => one.state)).toEqual(['reached', 'reached', 'reached', 'stop', 'unreached', 'unreached'])
  })
  it('stops at the number where nobody is known', () => {
    const drawn = chain(
      {
        ...decision,
        outcome: 'unknown',
        number: null,
        assignment: null,
        contact: null,
        device: null,
        carrier: null,
      } as never,
      '+1',
      '+2',
    )
    expect(drawn.map((one) => one.state)).toEqual([
      'reached',
      'stop',
      'unreached',
      'unreached',
      'unreached',
      'unreached',
    ])
  })
})

it('sends only what was changed of a policy', () => {
  expect(changed({ a: 1, days: ['mon'], c: 'x' }, { a: 2, days: ['mon'], c: 'x' })).toEqual({ a: 2 })
})

it('draws a step from the side that sent it', () => {
  const step = { at: '', what: 'INVITE', trunk: null }
  const [from, to] = lanes({ ...step, leg: 'callee', inbound: false })
  const [back, towards] = lanes({ ...step, leg: 'callee', inbound: true })
  expect([from, to]).toEqual([towards, back])
  expect(from).toBeLessThan(to)
})

it('puts members into rows and numbers into columns', () => {
  const { numbers, rows } = matrix([
    { member: 'a', contact: 'b', number: '+2' },
    { member: 'b', contact: 'a', number: '+1' },
    { member: 'a', contact: 'c', number: '+1' },
  ])
  expect(numbers).toEqual(['+1', '+2'])
  expect(rows.map((row) => [row.member, row.contacts.get('+1'), row.contacts.get('+2')])).toEqual([
    ['a', ['c'], ['b']],
    ['b', ['a'], undefined],
  ])
})

it('keeps a phone number in the address as it is', () => {
  const search = { phone: '+14155550161', tag: '7' }
  expect(parseSearch(stringifySearch(search))).toEqual(search)
})

it('knows what an event is about', () => {
  const told = { id: 'evt_1', type: 'x', timestamp: '', community: 'com_1' }
  expect(about({ ...told, data: { call: { id: 'call_1' } } }).path).toBe('calls/call_1')
  expect(about({ ...told, data: { contact: { member: 'mem_1', contact: 'mem_2' } } }).what).toMatchObject({
    from: 'mem_1',
    to: 'mem_2',
  })
  expect(about({ ...told, data: { member: 'mem_1', contact: null } })).toMatchObject({
    path: null,
    what: { from: 'mem_1' },
  })
})
