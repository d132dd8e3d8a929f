// A plot on a canvas, with its figures as a table for who cannot see it.
import { useComputedColorScheme } from '@mantine/core'
import { useEffect, useRef } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { text } from '../text'

type Props = {
  label: string
  x: number[]
  y: number[]
  xLabel: string
  yLabel: string
  bars?: boolean
  height?: number
  table: [string, string | number][]
  second?: { label: string; y: number[] }
}

/** A second line has a scale of its own, on the right. */
const SECOND = '#e8590c'

const upTo = (_: uPlot, __: number, high: number): [number, number] => [0, Math.max(1, high * 1.1)]

export default function Plot({ label, x, y, xLabel, yLabel, bars = false, height = 200, table, second }: Props) {
  const secondLabel = second?.label
  const more = second?.y
  const data = useRef<uPlot.AlignedData>([x, y])
  data.current = more === undefined ? [x, y] : [x, y, more]
  const box = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot>(null)
  const colorScheme = useComputedColorScheme('light')
  useEffect(() => {
    const within = box.current
    if (within === null) return
    const style = getComputedStyle(within)
    const ink = style.color
    const line = style.getPropertyValue('--line')
    const axis = { stroke: ink, grid: { stroke: line, width: 1 }, ticks: { stroke: line }, font: '12px system-ui' }
    const made = new uPlot(
      {
        width: within.clientWidth || 600,
        height,
        legend: { show: false },
        cursor: { show: false },
        scales: {
          x: { time: false, range: bars ? (_, low, high) => [low - 6, high + 6] : undefined },
          y: { range: upTo },
          second: { range: upTo },
        },
        axes: [
          { ...axis, label: xLabel, labelSize: 18, size: 34 },
          { ...axis, label: yLabel, labelSize: 18, size: 56 },
          ...(secondLabel === undefined
            ? []
            : [
                {
                  ...axis,
                  grid: { show: false },
                  scale: 'second',
                  side: 1 as const,
                  label: secondLabel,
                  labelSize: 18,
                  size: 46,
                },
              ]),
        ],
        series: [
          {},
          {
            label: yLabel,
            stroke: '#1c7ed6',
            width: 2,
            fill: 'rgba(28, 126, 214, 0.3)',
            points: { show: false },
            paths: bars ? uPlot.paths.bars?.({ size: [0.8] }) : undefined,
          },
          ...(secondLabel === undefined
            ? []
            : [
                {
                  label: secondLabel,
                  scale: 'second',
                  stroke: SECOND,
                  width: 2,
                  dash: [6, 4],
                  points: { show: false },
                },
              ]),
        ],
      },
      data.current,
      within,
    )
    plot.current = made
    const watch = new ResizeObserver(() => made.setSize({ width: within.clientWidth || 600, height }))
    watch.observe(within)
    return () => {
      watch.disconnect()
      made.destroy()
      plot.current = null
    }
    // The figures come by setData; only what the axes look like makes it anew.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [colorScheme, bars, height, xLabel, yLabel, secondLabel])
  useEffect(() => plot.current?.setData(data.current), [x, y, more])
  return (
    <figure style={{ margin: 0 }}>
      <div ref={box} className="plot" role="img" aria-label={label} />
      <details>
        <summary>{text.parts.asTable}</summary>
        <table>
          <caption>{label}</caption>
          <tbody>
            {table.map(([name, value]) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td className="figure">{value}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  )
}
