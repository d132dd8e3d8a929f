// A file is chosen and looked at, tried by a dry run, and then imported.
import { Alert, Button, Checkbox, Group, List, Paper, Select, Stack, Table, Text, Title } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo, useRef, useState } from 'react'
import { FileDrop } from '../parts/FileDrop'
import { Scroll } from '../parts/Scroll'
import { homeRegion, regions } from '../parts/phone'
import { later } from '../text.later'
import { text } from '../text'
import { COLUMNS, cut, decode, fileOf, look, MOST_BYTES, type Kind, type Look } from './file'
import { Outcome } from './Outcome'
import type { Import } from './run'
import { useRun } from './store'

const t = later.imports

type Chosen = { name: string; content: string }

export function Send({ community, again, onSent }: { community: string; again: Import | null; onSent: () => void }) {
  const client = useQueryClient()
  const { run, start, goOn, forget } = useRun(community)
  const now = run?.now ?? null
  const [kind, setKind] = useState<Kind>('members')
  const [region, setRegion] = useState(homeRegion())
  const [together, setTogether] = useState(false)
  const [chosen, setChosen] = useState<Chosen | null>(null)
  const [unread, setUnread] = useState<string | null>(null)
  const known = useQuery({ queryKey: ['regions'], queryFn: regions, staleTime: Infinity })
  const top = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    if (again === null) return
    setKind(again.kind)
    setTogether(false)
    setChosen(null)
    forget()
    top.current?.focus()
    // Only when another one is to go on.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [again])

  // Not at each step of what goes on: the file may be long.
  const looked = useMemo(() => (chosen === null ? null : look(kind, chosen.content)), [kind, chosen])
  const parts = useMemo(() => (looked === null || looked.wrong.length > 0 ? [] : cut(looked.lines)), [looked])
  const busy = now?.state === 'running'
  const mode = together && parts.length === 1 ? 'all_or_nothing' : 'per_row'
  const take = async (file: File) => {
    forget()
    setUnread(null)
    setChosen(null)
    if (file.size > MOST_BYTES) return setUnread(t.tooLong)
    const content = decode(new Uint8Array(await file.arrayBuffer()))
    if (content === null) return setUnread(t.notText)
    setChosen({ name: file.name, content })
    if (again === null) {
      const fits = (one: Kind) => look(one, content).wrong.length === 0
      const other = kind === 'members' ? 'contacts' : 'members'
      if (!fits(kind) && fits(other)) setKind(other)
    }
  }
  const go = (dry_run: boolean) => {
    if (chosen === null) return
    void start(
      { kind, mode, region: kind === 'members' ? region : null, dry_run },
      chosen.name,
      looked?.lines ?? [],
      parts,
    ).then(async (ended) => {
      await Promise.all(
        ['imports', ...(dry_run ? [] : ['members', 'contacts', 'assignments', 'capacity', 'numbers'])].map((key) =>
          client.invalidateQueries({ queryKey: [key, community] }),
        ),
      )
      if (!dry_run && ended.state === 'done') onSent()
    })
  }
  const tried = now !== null && now.order.dry_run && now.state === 'done'
  // What goes on was tried before.
  const ready = tried || again !== null
  const imported = now !== null && !now.order.dry_run && now.state === 'done'
  const change = (what: () => void) => {
    forget()
    what()
  }
  return (
    <Paper withBorder p="md" component="section" aria-label={t.send}>
      <Stack>
        <Title order={2} size="h4" ref={top} tabIndex={-1} style={{ outline: 'none' }}>
          {t.send}
        </Title>
        {again !== null && <Alert variant="light">{t.again(fileOf(again.name))}</Alert>}
        <Group align="flex-start">
          <Select
            label={t.kind}
            w={220}
            data={[
              { value: 'members', label: t.kinds.members },
              { value: 'contacts', label: t.kinds.contacts },
            ]}
            value={kind}
            disabled={busy}
            allowDeselect={false}
            onChange={(next) => next !== null && change(() => setKind(next as Kind))}
          />
          {kind === 'members' && (
            <Select
              label={text.phone.region}
              w={280}
              searchable
              data={known.data ?? [region]}
              value={region}
              disabled={busy}
              allowDeselect={false}
              onChange={(next) => next !== null && change(() => setRegion(next))}
            />
          )}
        </Group>
        <FileDrop
          accept=".csv,text/csv,text/plain"
          chosen={chosen?.name ?? null}
          help={t.columnsHelp[kind]}
          error={unread}
          disabled={busy}
          onFile={(file) => void take(file)}
        />
        {again !== null && chosen !== null && fileOf(again.name) !== chosen.name && (
          <Text size="sm" className="danger">
            {t.otherFile(fileOf(again.name))}
          </Text>
        )}
        {looked !== null && <Looked of={looked} parts={parts.length} />}
        {parts.length > 0 && !imported && (
          <>
            {parts.length === 1 && again === null && (
              <Checkbox
                label={t.togetherLabel}
                description={t.togetherHelp}
                checked={together}
                disabled={busy}
                onChange={(event) => {
                  const next = event.currentTarget.checked
                  change(() => setTogether(next))
                }}
              />
            )}
            <Group gap="xs">
              <Button
                variant={ready ? 'default' : 'filled'}
                loading={busy && now.order.dry_run}
                disabled={busy}
                onClick={() => go(true)}
              >
                {t.try}
              </Button>
              <Button
                variant={ready ? 'filled' : 'default'}
                loading={busy && !now.order.dry_run}
                disabled={busy || !ready}
                onClick={() => go(false)}
              >
                {again === null ? t.go(looked?.rows ?? 0) : t.goOn}
              </Button>
              {!ready && now === null && <Text size="sm">{t.tryFirst}</Text>}
            </Group>
          </>
        )}
        {run !== null && <Outcome of={run} goOn={goOn} />}
      </Stack>
    </Paper>
  )
}

/** What the file is, and what it lacks. */
function Looked({ of, parts }: { of: Look; parts: number }) {
  const { required, optional } = COLUMNS[of.kind]
  const knows = (name: string) => [...required, ...optional, 'phones'].includes(name.toLowerCase())
  return (
    <Stack gap="xs">
      {of.wrong.length > 0 && (
        <Alert color="red" variant="light" title={t.cannot} role="alert">
          <List size="sm">
            {of.wrong.map((one, at) => (
              <List.Item key={at} c="var(--mantine-color-text)">
                {t.wrong(one, [...required, ...optional].join(text.comma))}
              </List.Item>
            ))}
          </List>
        </Alert>
      )}
      <Text size="sm">{t.counted(of.rows, parts)}</Text>
      {of.doubts.map((one) => (
        <Text key={one.why} size="sm" className="danger">
          {t.doubt(one.why, one.lines)}
        </Text>
      ))}
      {of.columns.length > 0 && (
        <Scroll label={t.preview} minWidth={Math.min(700, of.columns.length * 140)}>
          <Table withTableBorder aria-label={t.preview} captionSide="top">
            <Table.Caption ta="left" c="var(--mantine-color-text)">
              {t.preview}
            </Table.Caption>
            <Table.Thead>
              <Table.Tr>
                {of.columns.map((name, at) => (
                  <Table.Th key={at} scope="col" className={knows(name) ? undefined : 'danger'}>
                    {name === '' ? text.none : name}
                    {!knows(name) && ` (${t.unknown})`}
                  </Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {of.preview.map((row, at) => (
                <Table.Tr key={at}>
                  {row.slice(0, 32).map((value, column) => (
                    <Table.Td key={column}>{value}</Table.Td>
                  ))}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Scroll>
      )}
    </Stack>
  )
}
