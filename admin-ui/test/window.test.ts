// What the overview, carriers, pool files and a text's steps make of what the API says.
import { describe, expect, it } from 'vitest'
import type { Schema } from '../src/api/client'
import { inOrder, todo } from '../src/carriers/Carriers'
import { about } from '../src/messages/Message'
import { busy, lines, percent } from '../src/overview/Overview'
import { line, lineAt, mistakes } from '../src/poolfiles/diff'
import { text } from '../src/text'

const carrier = (name: string, state: string, kind = 'smpp') =>
  ({
    name,
    state,
    kind,
    links: [],
    since: null,
    trouble: null,
    texts: null,
    calls: null,
  }) as unknown as Schema['Carrier']

describe('carriers', () => {
  it('that need somebody come first', () => {
    const all = [
      carrier('b', 'up'),
      carrier('a', 'up'),
      carrier('d', 'degraded'),
      carrier('c', 'down'),
      carrier('e', 'connecting'),
    ]
    expect(inOrder(all).map((one) => one.name)).toEqual(['c', 'd', 'e', 'a', 'b'])
    expect(all[0]?.name).toBe('b')
  })
  it('of every kind have advice when they are down, and none when they are up', () => {
    for (const kind of Object.keys(text.carriers.kinds) as Schema['CarrierKind'][]) {
      expect(todo({ kind, state: 'down' })).toBeTruthy()
      expect(todo({ kind, state: 'up' })).toBeNull()
    }
    expect(todo({ kind: 'smpp', state: 'degraded' })).toBe(text.carriers.todos['degraded'])
  })
})

describe('the overview', () => {
  it('never shows 100 % where a text was lost', () => {
    expect([1, 0.9999, 0.5, 0].map(percent)).toEqual(['100 %', '99.9 %', '50 %', '0 %'])
  })
  it('draws texts and calls of the same seconds', () => {
    const { texts, calls } = lines(
      [
        { at: 99, counts: { 'message.received': 7, 'message.status': 9 } },
        { at: 100, counts: { 'call.ringing': 2 } },
      ],
      100,
    )
    expect([texts.length, calls.length]).toEqual([120, 120])
    expect([texts.slice(-2), calls.slice(-2)]).toEqual([
      [7, 0],
      [0, 2],
    ])
  })
  it('is busy from where nobody reads one by one', () => {
    expect(busy([])).toBe(false)
    expect(busy([{ at: 1, counts: { a: 5 } }])).toBe(false)
    expect(
      busy([
        { at: 1, counts: { a: 900 } },
        { at: 2, counts: { a: 900, b: 900 } },
      ]),
    ).toBe(true)
    expect(
      busy([
        { at: 1, counts: { a: 900 } },
        { at: 2, counts: {} },
        { at: 3, counts: {} },
        { at: 4, counts: { a: 1 } },
      ]),
    ).toBe(false)
  })
})

describe('a plan', () => {
  it('is a diff of what is added and changed', () => {
    expect(line({ change: 'create_pool', name: 'north' })).toEqual({
      sign: '+',
      kind: text.poolFiles.kinds['pool'],
      name: 'north',
      what: [],
    })
    const changed = line({
      change: 'change_number',
      number: '+15005550301',
      fields: [
        { field: 'rate_per_s', from: 2, to: 3 },
        { field: 'capabilities', from: ['sms'], to: ['sms', 'voice'] },
      ],
    })
    expect(changed.sign).toBe('~')
    expect(changed.what).toEqual(['rate_per_s: 2 → 3', 'capabilities: sms → sms, voice'])
    expect(
      line({
        change: 'create_number',
        number: '+15005550301',
        pool: 'main',
        carrier: 'acme',
        state: 'active',
        desk: true,
        hub: false,
      }).what,
    ).toEqual([text.poolFiles.inPool('main', 'acme'), text.words.desk])
  })
  it('tells mistakes by their lines', () => {
    expect(mistakes('pool file:9: numbers[0].pool is `x`\npool file:2:8: not TOML: oh\nand 3 more')).toEqual([
      { line: 9, column: null, said: 'numbers[0].pool is `x`' },
      { line: 2, column: 8, said: 'not TOML: oh' },
      { line: null, column: null, said: 'and 3 more' },
    ])
    expect(lineAt('ab\ncde\nf', 2)).toEqual([3, 6])
    expect(lineAt('ab', 1)).toEqual([0, 2])
  })
})

describe('a step', () => {
  it('says what is known of it and nothing else', () => {
    const step = {
      what: 'part',
      status: 'delivered',
      carrier: 'acme',
      part: 1,
      parts: 2,
      reference: 'x7',
    } as Schema['MessageStep']
    expect(about(step)).toEqual([text.messages.partOf(1, 2), text.messages.by('acme'), text.messages.reference('x7')])
    expect(about({ what: 'callback', type: 'message.received', attempts: 1 } as Schema['MessageStep'])).toEqual([
      'message.received',
      text.messages.pendingApp,
      text.messages.tries(1),
    ])
  })
})
