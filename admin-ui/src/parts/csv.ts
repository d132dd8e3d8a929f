// Lists as CSV (RFC 4180), safe to open in a spreadsheet.
export type CsvColumn<Row> = { title: string; value: (row: Row) => string | number | boolean | null | undefined }

// A spreadsheet would take these beginnings for formulas. A phone number with its + stays as it is.
const FORMULA = /^[=+\-@\t\r]/
// A masked one, +1 415 ••• ••12, is one too.
const PHONE = /^\+[\d •]+$/
const NUMBER = /^-?\d+(\.\d+)?$/

export function cell(value: string | number | boolean | null | undefined): string {
  if (value === null || value === undefined) return ''
  let said = String(value)
  if (typeof value === 'string' && FORMULA.test(said) && !PHONE.test(said) && !NUMBER.test(said)) said = `'${said}`
  return /[",\r\n]/.test(said) ? `"${said.replaceAll('"', '""')}"` : said
}

export function csv<Row>(columns: CsvColumn<Row>[], rows: Row[]): string {
  const lines = [
    columns.map((column) => cell(column.title)),
    ...rows.map((row) => columns.map((column) => cell(column.value(row)))),
  ]
  return lines.map((line) => `${line.join(',')}\r\n`).join('')
}

const CSV = 'text/csv;charset=utf-8'

export function download(name: string, content: string, type = CSV): void {
  // Without this mark at its beginning Excel does not read a CSV as UTF-8.
  const url = URL.createObjectURL(new Blob([type === CSV ? '\uFEFF' : '', content], { type }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 1000)
}
