// The SIP ladder, drawn; and the same steps as a table.
import { Table, Text } from '@mantine/core'
import type { Schema } from '../api/client'
import { Scroll } from '../parts/Scroll'
import { Time } from '../parts/time'
import { text } from '../text'

const t = text.calls
type Step = Schema['CallStep']
const LANES = { caller: 90, broker: 360, callee: 630 }
const ROW = 34
const TOP = 44

/** From which lane to which a step goes. */
export function lanes(step: Step): [number, number] {
  const outer = LANES[step.leg]
  return step.inbound ? [outer, LANES.broker] : [LANES.broker, outer]
}

export function Ladder({ steps }: { steps: Step[] }) {
  const height = TOP + ROW * steps.length + 16
  const began = new Date(steps[0]?.at ?? 0).getTime()
  return (
    <>
      <Text size="sm" className="soft">
        {t.ladderLead}
      </Text>
      <div tabIndex={0} role="region" aria-label={t.ladder} style={{ overflowX: 'auto' }}>
        <svg className="ladder" viewBox={`0 0 720 ${height}`} width="720" height={height} aria-hidden="true">
          {(
            [
              [t.caller, LANES.caller],
              [t.broker, LANES.broker],
              [t.callee, LANES.callee],
            ] as const
          ).map(([name, x]) => (
            <g key={name}>
              <text x={x} y={18} textAnchor="middle" fontWeight={600}>
                {name}
              </text>
              <line className="lane" x1={x} x2={x} y1={28} y2={height - 4} />
            </g>
          ))}
          {steps.map((step, index) => {
            const [from, to] = lanes(step)
            const y = TOP + ROW * index + 16
            const way = Math.sign(to - from)
            return (
              <g key={`${step.at} ${index}`}>
                <text x={(from + to) / 2} y={y - 6} textAnchor="middle">
                  {step.what}
                </text>
                <line className="step" x1={from} x2={to - way * 8} y1={y} y2={y} />
                <path className="tip" d={`M${to} ${y} l${-way * 10} -5 v10 z`} />
                <text
                  x={2}
                  y={y + 4}
                  fontSize={11}
                >{`+${((new Date(step.at).getTime() - began) / 1000).toFixed(2)}`}</text>
              </g>
            )
          })}
        </svg>
      </div>
      <Scroll minWidth={520} label={t.step} narrow="tight">
        <Table aria-label={t.step}>
          <Table.Thead>
            <Table.Tr>
              {[text.col.at, t.step, t.leg, t.direction, t.trunk].map((one) => (
                <Table.Th key={one} scope="col">
                  {one}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {steps.map((step, index) => (
              <Table.Tr key={`${step.at} ${index}`}>
                <Table.Td>
                  <Time at={step.at} />
                </Table.Td>
                <Table.Td>{step.what}</Table.Td>
                <Table.Td>{t[step.leg]}</Table.Td>
                <Table.Td>{step.inbound ? t.inward : t.outward}</Table.Td>
                <Table.Td>{step.trunk ?? text.none}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Scroll>
    </>
  )
}
