import { MantineProvider } from '@mantine/core'
import { fireEvent, render, screen } from '@testing-library/react'
import { expect, it, vi } from 'vitest'
import { FileDrop } from '../src/parts/FileDrop'
import { later } from '../src/text.later'

it('a file that was mended and chosen once more is taken again', () => {
  const onFile = vi.fn()
  render(
    <MantineProvider>
      <FileDrop accept=".csv" chosen={null} help="CSV" onFile={onFile} />
    </MantineProvider>,
  )
  const input = screen.getByLabelText<HTMLInputElement>(later.file.choose, { selector: 'input' })
  // A browser tells of a change only where the value is another one.
  const emptied = vi.fn()
  Object.defineProperty(input, 'value', { get: () => 'a.csv', set: emptied })
  const file = new File(['name'], 'a.csv')
  fireEvent.change(input, { target: { files: [file] } })
  expect(onFile).toHaveBeenCalledWith(file)
  expect(emptied).toHaveBeenCalledWith('')
})
