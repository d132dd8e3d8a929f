import { readFileSync } from 'node:fs'
import { describe, expect, it, vi } from 'vitest'
import { all } from '../src/api/all'
import { isAddress } from '../src/callbacks/EditEndpoint'
import { moves } from '../src/campaigns/moves'
import { GROUPS, wrongOf } from '../src/communities/fields'
import { stateOf } from '../src/members/BookLinks'
import { allBy, open, replacement, type PhoneChange } from '../src/members/settle'
import { editOf, type PoolNumber } from '../src/numbers/numbers'
import { later } from '../src/text.later'

const conflict = (contact: string) => ({
  kind: 'in_use',
  contact,
  number: '+1',
  stood_for: null,
  until: null,
  settled: null,
  new_number: null,
})
const found = (owner: boolean) =>
  ({
    applied: false,
    settled: false,
    kept: 3,
    conflicts: [conflict('mem_1'), conflict('mem_2')],
    owner: owner ? { member: 'mem_3' } : null,
  }) as unknown as PhoneChange

describe('a new phone', () => {
  it('waits for a choice about each conflict and about whose phone it is', () => {
    const choices = { phone: '+14155550161', by: {}, owner: null }
    expect(open(found(true), choices)).toBe(3)
    expect(open(found(true), { ...choices, by: { mem_1: 'move' } })).toBe(2)
    expect(open(found(true), { ...choices, by: allBy(found(true), 'drop'), owner: 'take' })).toBe(0)
    expect(open(found(false), { ...choices, by: allBy(found(false), 'move') })).toBe(0)
  })
  it('is asked for with what was chosen, and nothing else', () => {
    expect(replacement({ phone: '+14155550161', by: { mem_1: 'move', mem_2: 'drop' }, owner: null }, true)).toEqual({
      phone: '+14155550161',
      settle: [
        { contact: 'mem_1', by: 'move' },
        { contact: 'mem_2', by: 'drop' },
      ],
      dry_run: true,
    })
    expect(replacement({ phone: '+1', by: {}, owner: 'merge' }, false)).toMatchObject({
      owner: 'merge',
      dry_run: false,
    })
  })
})

describe('numbers of a campaign', () => {
  const numbers = [
    { id: 'a', campaign: 'c1' },
    { id: 'b', campaign: 'c2' },
    { id: 'c', campaign: null },
    { id: 'd', campaign: 'c1' },
  ]
  it('are changed only where they differ; those of another are left alone unless they are chosen', () => {
    expect(moves(numbers, 'c1', ['a', 'c'])).toEqual([
      { number: 'c', campaign: 'c1' },
      { number: 'd', campaign: null },
    ])
    expect(moves(numbers, 'c1', ['a', 'b', 'd'])).toEqual([{ number: 'b', campaign: 'c1' }])
  })
})

it('sends of a number only what was changed', () => {
  const was = {
    pool: 'p',
    carrier: 'loopback',
    capabilities: ['sms', 'voice'],
    region: 'US',
    rate_per_s: 1,
    texts_per_day: 0,
    campaign: null,
    hub: false,
  } as unknown as PoolNumber
  const same = {
    pool: 'p',
    carrier: 'loopback ',
    capabilities: ['voice', 'sms'] as PoolNumber['capabilities'],
    region: 'us',
    rate_per_s: '1',
    texts_per_day: 0,
    campaign: null,
    hub: false,
  }
  expect(editOf(was, same)).toEqual({})
  expect(editOf(was, { ...same, texts_per_day: 200, campaign: 'cmp_1', hub: true })).toEqual({
    texts_per_day: 200,
    campaign: 'cmp_1',
    hub: true,
  })
})

it('knows a link that lives from one that has ended', () => {
  const link = {
    id: '',
    member: '',
    created_at: '',
    expires_at: '2026-01-02T00:00:00.000Z',
    taken_at: null,
    revoked_at: null,
  }
  const now = Date.parse('2026-01-01T00:00:00.000Z')
  expect([
    stateOf(link, now),
    stateOf(link, now + 86_400_000),
    stateOf({ ...link, revoked_at: '2026-01-01T00:00:00.000Z' }, now),
  ]).toEqual(['active', 'expired', 'revoked'])
})

it('shows every field of the policy, under a name of its own', () => {
  const spec = JSON.parse(readFileSync('../openapi.json', 'utf8')) as {
    components: { schemas: { Policy: { properties: object } } }
  }
  const shown = GROUPS.flatMap(([, names]) => names)
  expect([...shown].sort()).toEqual(Object.keys(spec.components.schemas.Policy.properties).sort())
  expect(shown.filter((name) => later.policy.fields[name] === undefined)).toEqual([])
})

it('takes only whole addresses of endpoints', () => {
  expect(['https://app.example.org/in', ' http://127.0.0.1:9000/x '].every(isAddress)).toBe(true)
  expect(['app.example.org', 'ftp://x', 'https://', 'javascript:alert(1)'].some(isAddress)).toBe(false)
})

describe('a whole list', () => {
  it('is read to its end, and never for ever', async () => {
    const pages = vi.fn(async ({ cursor }: { limit: number; cursor?: string }) => ({
      data: [cursor ?? 'a'],
      next_cursor: cursor === 'c' ? null : cursor === 'b' ? 'c' : 'b',
    }))
    expect(await all(pages)).toEqual(['a', 'b', 'c'])
    const stuck = vi.fn(async () => ({ data: [1], next_cursor: 'same' }))
    expect((await all(stuck)).length).toBe(1)
  })
})

describe('a policy', () => {
  const good = {
    name: 'Riders',
    time_zone: 'Europe/Berlin',
    texting_from: '08:00',
    texting_until: '21:00',
    texting_days: ['mon'],
    desk_add_word: 'ADD',
  }
  const wrong = (change: object) =>
    Object.entries(wrongOf({ ...good, ...change })).flatMap(([name, said]) => (said === undefined ? [] : [name]))
  it('is told what is wrong before it is sent, by field', () => {
    expect(wrong({})).toEqual([])
    expect(wrong({ time_zone: 'Europe/Nowhere', texting_from: '8', texting_until: '24:00' }).sort()).toEqual([
      'texting_from',
      'texting_until',
      'time_zone',
    ])
    expect(wrong({ name: ' ', desk_add_word: '', texting_days: [] }).sort()).toEqual([
      'desk_add_word',
      'name',
      'texting_days',
    ])
  })
})
