// How far an import is, or how it ended, with the rows that were refused.
import { Button, Group, Progress as Bar, Stack, Table, Text } from '@mantine/core'
import { ApiError } from '../api/client'
import { State, why } from '../parts/bits'
import { csv, download } from '../parts/csv'
import { ErrorNote } from '../parts/notes'
import { Scroll } from '../parts/Scroll'
import { later } from '../text.later'
import { text } from '../text'
import { refusedColumns } from './Import'
import { sum } from './run'
import type { Run } from './store'

const t = later.imports
const MOST_SHOWN = 50

export function Outcome({ of: { now: of, lines, file }, goOn }: { of: Run; goOn: (restart: boolean) => void }) {
  const total = sum(of)
  const last = of.sent.at(-1)
  const dry = of.order.dry_run
  const stopped = of.state === 'stopped'
  const state = of.state === 'running' ? 'running' : of.state === 'done' ? 'done' : (last?.state ?? 'failed')
  const changed = of.failed instanceof ApiError && of.failed.code === 'import_changed'
  const base = file.replace(/\.\w+$/, '')
  const report = () => {
    const kept = refusedColumns.flatMap((one) => (one.csv ? [{ title: one.id, value: one.csv }] : []))
    download(`${base}-refused.csv`, csv(kept, of.refused))
  }
  const toMend = () => {
    const rows = of.refused.flatMap((row) => lines[row.line - 1] ?? [])
    download(`${base}-to-mend.csv`, [lines[0] ?? '', ...rows].map((line) => `${line}\r\n`).join(''))
  }
  return (
    <Stack gap="xs" role="region" aria-label={dry ? t.outcomeDry : t.outcome}>
      <Group gap="xs">
        <Text fw={600}>{dry ? t.outcomeDry : t.outcome}</Text>
        <State of={state} />
      </Group>
      <Bar
        value={100 * total.share}
        size="lg"
        aria-label={t.progress(Math.round(100 * total.share))}
        color={stopped ? 'red' : of.state === 'done' ? 'green' : 'blue'}
      />
      {/* Read out when it is over, not at each step. */}
      <Text role={of.state === 'running' ? undefined : 'status'}>
        {t.seen(Math.max(total.seen, Math.round(total.share * total.rows)), total.rows)}{' '}
        {t.figures(total.added, total.unchanged, total.refused, dry)}
      </Text>
      {of.state === 'running' && of.parts.length > 1 && (
        <Text size="sm">{t.stay(of.sent.length, of.parts.length)}</Text>
      )}
      {last?.failure && <ErrorNote error={new Error(last.failure.sentence)} />}
      {last?.state === 'refused' && <Text>{t.nothingStands}</Text>}
      <ErrorNote error={of.failed} />
      {stopped && last?.state !== 'refused' && (
        <Group gap="xs">
          <Button size="xs" onClick={() => goOn(false)}>
            {dry ? t.tryAgain : t.goOn}
          </Button>
          {changed && (
            <Button size="xs" variant="default" onClick={() => goOn(true)}>
              {t.restart}
            </Button>
          )}
        </Group>
      )}
      {of.refused.length > 0 && (
        <>
          <Group justify="space-between" gap="xs">
            <Text fw={600}>{t.refusedOf(of.refused.length)}</Text>
            <Group gap="xs">
              <Button size="xs" variant="default" onClick={report}>
                {t.report}
              </Button>
              <Button size="xs" variant="default" onClick={toMend}>
                {t.toMend}
              </Button>
            </Group>
          </Group>
          <Scroll label={t.refusedRows} minWidth={600} narrow="cards">
            <Table aria-label={t.refusedRows} verticalSpacing="xs">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th scope="col" className="figure">
                    {t.line}
                  </Table.Th>
                  <Table.Th scope="col">{t.row}</Table.Th>
                  <Table.Th scope="col">{text.col.reason}</Table.Th>
                  <Table.Th scope="col">{t.mend}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {of.refused.slice(0, MOST_SHOWN).map((row) => (
                  <Table.Tr key={row.line}>
                    <Table.Td data-title={t.line} className="figure">
                      <div>{row.line}</div>
                    </Table.Td>
                    <Table.Td data-title={t.row}>
                      <div>{(lines[row.line - 1] ?? '').slice(0, 120)}</div>
                    </Table.Td>
                    <Table.Td data-title={text.col.reason}>
                      <div>{why(row.reason)}</div>
                    </Table.Td>
                    <Table.Td data-title={t.mend}>
                      <div>{row.sentence}</div>
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Scroll>
          {of.refused.length > MOST_SHOWN && <Text size="sm">{t.firstOnly(MOST_SHOWN)}</Text>}
        </>
      )}
    </Stack>
  )
}
