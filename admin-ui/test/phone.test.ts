import { describe, expect, it } from 'vitest'
import { understand } from '../src/parts/phone'

describe('a number that is typed', () => {
  it.each([
    ['+1 (415) 555-0161', 'DE', '+14155550161'],
    ['(415) 555-0161', 'US', '+14155550161'],
    ['415.555.0161', 'US', '+14155550161'],
    ['030 901820', 'DE', '+4930901820'],
    ['0049 30 901820', 'US', '+4930901820'],
    ['tel:+44 20 7946 0958', 'US', '+442079460958'],
    [' +14155550161 ', 'US', '+14155550161'],
  ])('%s in %s is %s', async (typed, region, e164) => expect(await understand(typed, region)).toBe(e164))
  it.each(['', 'Ann', '12', '+1', '+0123456789', '+999999999999999999'])('%j is none', async (typed) =>
    expect(await understand(typed, 'US')).toBeNull(),
  )
  it('does not fail over a region that there is not', async () =>
    expect(await understand('415 555 0161', 'XX')).toBeNull())
})
