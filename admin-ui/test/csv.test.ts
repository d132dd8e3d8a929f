import { describe, expect, it } from 'vitest'
import { cell, csv } from '../src/parts/csv'

describe('a list as CSV', () => {
  it('quotes what holds commas, quotes and breaks', () => {
    expect(csv([{ title: 'Name', value: (row: { n: string }) => row.n }], [{ n: 'Ann, "the" \n one' }])).toBe(
      'Name\r\n"Ann, ""the"" \n one"\r\n',
    )
  })
  it('is no formula to a spreadsheet, whatever somebody is called', () => {
    expect(cell('=1+1')).toBe("'=1+1")
    expect(cell('@SUM(A1)')).toBe("'@SUM(A1)")
    expect(cell('-cmd|x')).toBe("'-cmd|x")
  })
  it('leaves numbers and phones as they are', () => {
    expect([cell('+14155550161'), cell(-3), cell('-3.5'), cell(null), cell(false)]).toEqual([
      '+14155550161',
      '-3',
      '-3.5',
      '',
      'false',
    ])
  })
})
