// A pool file: paste or choose it, see what it would change, apply it.
import { Alert, Badge, Button, FileButton, Group, List, Paper, Stack, Text, Textarea, Title } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { api, ApiError, ask, type Schema } from '../api/client'
import { Confirm } from '../parts/Confirm'
import { useDraft } from '../parts/drafts'
import { Go } from '../parts/links'
import { Closed } from '../parts/Closed'
import { ErrorNote, Page, useFail } from '../parts/notes'
import { Scroll } from '../parts/Scroll'
import { useMay } from '../session/session'
import { text } from '../text'
import { line, lineAt, mistakes, type Mistake } from './diff'

const t = text.poolFiles
const EXAMPLE = `[community]
name = "Riders"

[[pools]]
name = "main"

[[numbers]]
pool = "main"
number = "+15005550301"
carrier = "loopback"

[[members]]
name = "Eve"
phone = "+14155550401"
`
type Planned = Schema['PlannedPoolFile']

/** What was wrong with the file itself. */
const asMistakes = (thrown: unknown): Mistake[] | null =>
  thrown instanceof ApiError && (thrown.field === 'toml' || thrown.code === 'pool_file')
    ? mistakes(thrown.message)
    : null

export default function PoolFiles() {
  return useMay().change ? <File /> : <Closed title={t.title} />
}

function File() {
  const client = useQueryClient()
  const fail = useFail()
  const field = useRef<HTMLTextAreaElement>(null)
  const reset = useRef<() => void>(null)
  const [draft, setToml] = useDraft<string>('pool file')
  const toml = draft ?? ''
  const [shown, setShown] = useState<{ toml: string; plan: Planned } | null>(null)
  const [done, setDone] = useState<Planned | null>(null)
  const [failed, setFailed] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const wrong = asMistakes(failed)
  const edit = (next: string) => {
    setToml(next)
    setDone(null)
    setFailed(null)
  }
  const plan = async () => {
    setFailed(toml.trim() === '' ? new ApiError(0, 'pool_file', t.empty, 'toml', null) : null)
    if (toml.trim() === '') return
    setBusy(true)
    setDone(null)
    try {
      setShown({ toml, plan: await ask(api.POST('/v1/pool_files/plan', { body: { toml } })) })
    } catch (thrown) {
      setShown(null)
      setFailed(thrown)
    } finally {
      setBusy(false)
    }
  }
  const apply = async () => {
    if (shown === null) return
    const { fingerprint } = shown.plan
    setDone(await ask(api.POST('/v1/pool_files/apply', { body: { toml: shown.toml, fingerprint } })))
    setShown(null)
    await client.invalidateQueries()
  }
  const choose = (file: File | null) => {
    // Else the same file chosen again, mended meanwhile, would be no change.
    reset.current?.()
    if (file !== null) void file.text().then(edit, fail)
  }
  const goTo = (at: number) => {
    const [from, until] = lineAt(toml, at)
    field.current?.focus()
    field.current?.setSelectionRange(from, until)
  }
  const stale = shown !== null && shown.toml !== toml
  return (
    <Page title={t.title} lead={t.lead}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          void plan()
        }}
        noValidate
      >
        <Stack>
          <Textarea
            ref={field}
            label={t.label}
            description={t.help}
            value={toml}
            onChange={(event) => edit(event.currentTarget.value)}
            rows={16}
            spellCheck={false}
            styles={{ input: { fontFamily: 'monospace' } }}
            error={wrong !== null && t.problems}
          />
          {wrong !== null && <Mistakes of={wrong} goTo={goTo} />}
          {wrong === null && <ErrorNote error={failed} />}
          <Group>
            <Button type="submit" loading={busy}>
              {t.plan}
            </Button>
            <FileButton onChange={choose} resetRef={reset} accept=".toml,text/plain">
              {(props) => (
                <Button {...props} variant="default">
                  {t.choose}
                </Button>
              )}
            </FileButton>
            {toml === '' && (
              <Button variant="default" onClick={() => edit(EXAMPLE)}>
                {t.example}
              </Button>
            )}
          </Group>
        </Stack>
      </form>
      {shown !== null && (
        <Paper withBorder p="md" component="section">
          <Stack gap="sm">
            <Title order={2} size="h4">
              {t.planning}
            </Title>
            {shown.plan.community == null && <Text size="sm">{t.fresh}</Text>}
            <Diff plan={shown.plan} />
            {stale && <Text size="sm">{t.stale}</Text>}
            {shown.plan.changes.length > 0 && !stale && (
              <Group>
                <Confirm
                  label={t.apply}
                  ask={t.applyAsk(shown.plan.changes.length, shown.plan.community_name)}
                  what={t.applyWhat}
                  done={t.applied}
                  act={apply}
                  danger={false}
                  size="sm"
                />
              </Group>
            )}
          </Stack>
        </Paper>
      )}
      {done !== null && (
        <Alert color="green" variant="light" title={t.applied}>
          <Diff plan={done} />
          {done.community != null && <Go to={`/c/${done.community}/pools`}>{t.open}</Go>}
        </Alert>
      )}
    </Page>
  )
}

function Mistakes({ of, goTo }: { of: Mistake[]; goTo: (line: number) => void }) {
  return (
    <Alert color="red" variant="light" title={t.problems} role="alert">
      <List spacing={4}>
        {of.map((one, index) => (
          <List.Item key={`${index} ${one.said}`}>
            <Text span size="sm" c="var(--mantine-color-text)">
              {one.said}
            </Text>{' '}
            {one.line !== null && (
              <Button size="compact-xs" variant="default" onClick={() => goTo(one.line ?? 1)}>
                {t.line(one.line)}
              </Button>
            )}
          </List.Item>
        ))}
      </List>
    </Alert>
  )
}

function Diff({ plan }: { plan: Planned }) {
  const lines = plan.changes.map(line)
  const added = lines.filter((one) => one.sign === '+').length
  const left = Object.entries(plan.unmanaged).filter(
    (one): one is [string, string[]] => Array.isArray(one[1]) && one[1].length > 0,
  )
  return (
    <Stack gap="sm">
      {lines.length === 0 ? (
        <Text>{t.nothing}</Text>
      ) : (
        <>
          <Text size="sm">{t.summary(added, lines.length - added)}</Text>
          <Scroll minWidth={420} label={t.planning}>
            <table className="plain diff" aria-label={t.planning}>
              <tbody>
                {lines.map((one, index) => (
                  <tr key={index}>
                    <td>
                      <Badge variant="dot" color={one.sign === '+' ? 'green' : 'yellow'} tt="none">
                        {one.sign === '+' ? t.added : t.changed}
                      </Badge>
                    </td>
                    <td>{one.kind}</td>
                    <td className="number">{one.name}</td>
                    <td>
                      {one.what.map((said) => (
                        <div key={said}>{said}</div>
                      ))}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Scroll>
        </>
      )}
      {left.length > 0 && (
        <details>
          <summary>{t.unmanaged}</summary>
          {left.map(([kind, names]) => (
            <Text key={kind} size="sm">{`${t.sections[kind] ?? kind}: ${some(names).join(text.comma)}`}</Text>
          ))}
        </details>
      )}
      {plan.retired.length > 0 && <Text size="sm">{`${t.retired}: ${plan.retired.join(text.comma)}`}</Text>}
    </Stack>
  )
}

const MOST_NAMED = 20
const some = (names: string[]) =>
  names.length > MOST_NAMED ? [...names.slice(0, MOST_NAMED), t.more(names.length - MOST_NAMED)] : names
