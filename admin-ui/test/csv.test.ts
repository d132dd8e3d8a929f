import { describe, expect, it, vi } from 'vitest'
import { cell, csv, download } from '../src/parts/csv'

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
    expect(cell('+1 415 ••• ••12')).toBe('+1 415 ••• ••12')
    expect(cell('+1 415+cmd')).toBe("'+1 415+cmd")
    expect([cell('+14155550161'), cell(-3), cell('-3.5'), cell(null), cell(false)]).toEqual([
      '+14155550161',
      '-3',
      '-3.5',
      '',
      'false',
    ])
  })
  it('is marked as UTF-8 where it is a file, and JSON is not', async () => {
    vi.useFakeTimers()
    const made: Blob[] = []
    vi.spyOn(URL, 'createObjectURL').mockImplementation((blob) => `blob:${made.push(blob as Blob)}`)
    vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(() => {})
    download('a.csv', 'Name\r\nMüller\r\n')
    download('a.json', '{}', 'application/json')
    vi.restoreAllMocks()
    vi.useRealTimers()
    const first = async (blob: Blob | undefined) => [...new Uint8Array((await blob?.arrayBuffer()) ?? [])].slice(0, 3)
    expect(await first(made[0])).toEqual([0xef, 0xbb, 0xbf])
    expect(await first(made[1])).toEqual([0x7b, 0x7d])
  })
})
