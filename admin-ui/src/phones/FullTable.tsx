// What happens when no number is free: one member is given contact after contact until the broker says no.
import { Alert, Button, Group, Paper, Text, Title } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, ApiError, ask, sentence } from '../api/client'
import { text } from '../text'
import { nobodys } from './calls'
import { taken } from './taken'

const t = text.phones.full
/** More contacts than this are not made; a pool may be larger. */
const MOST = 40

type Found = { made: string[]; said: string; isFull: boolean }

/** Makes contacts for the member until the table is full. Whom it made it says, also where it breaks off. */
export async function fill(
  community: string,
  member: string,
  name: (n: number) => string,
  note: (made: string[]) => void,
): Promise<Found> {
  const made: string[] = []
  const path = { path: { community, member } }
  for (let n = 0; n < MOST; n++) {
    const phone = await nobodys(taken(community), n)
    if (phone === null) return { made, said: t.noPhones, isFull: false }
    const body = { name: name(n + 1), phone }
    const guest = await ask(api.POST('/v1/communities/{community}/members', { params: { path: { community } }, body }))
    made.push(guest.id)
    note([...made])
    try {
      await ask(
        api.POST('/v1/communities/{community}/members/{member}/contacts', {
          params: path,
          body: { contact: guest.id },
        }),
      )
    } catch (thrown) {
      return { made, said: sentence(thrown), isFull: thrown instanceof ApiError && thrown.code === 'table_full' }
    }
  }
  return { made, said: t.stillRoom(MOST), isFull: false }
}

export function FullTable({ community, member, name }: { community: string; member: string; name: string }) {
  const client = useQueryClient()
  const [busy, setBusy] = useState(false)
  const [made, setMade] = useState<string[]>([])
  const [found, setFound] = useState<Found | null>(null)
  const [failed, setFailed] = useState<string | null>(null)
  const run = async (what: () => Promise<void>) => {
    setBusy(true)
    setFailed(null)
    try {
      await what()
    } catch (thrown) {
      setFailed(sentence(thrown))
    } finally {
      setBusy(false)
      for (const one of ['contacts', 'members', 'assignments'])
        void client.invalidateQueries({ queryKey: [one, community] })
    }
  }
  const fillUp = () => run(async () => setFound(await fill(community, member, t.guest, setMade)))
  const undo = () =>
    run(async () => {
      for (const guest of made) {
        await ask(
          api.DELETE('/v1/communities/{community}/members/{member}', {
            params: { path: { community, member: guest } },
          }),
        )
        setMade((left) => left.filter((one) => one !== guest))
      }
      setFound(null)
    })
  return (
    <Paper withBorder p="md" component="section" aria-label={t.title}>
      <Title order={2} size="h5">
        {t.title}
      </Title>
      <Text size="sm" my="xs">
        {t.lead(name)}
      </Text>
      {found !== null && <Said title={found.isFull ? t.isFull(name, found.made.length) : t.ended} said={found.said} />}
      {failed !== null && <Said title={t.ended} said={failed} />}
      <Group gap="xs">
        <Button variant="default" size="xs" loading={busy} disabled={made.length > 0} onClick={() => void fillUp()}>
          {t.fill(name)}
        </Button>
        {made.length > 0 && (
          <Button variant="default" size="xs" disabled={busy} onClick={() => void undo()}>
            {t.undo(made.length)}
          </Button>
        )}
      </Group>
    </Paper>
  )
}

const Said = ({ title, said }: { title: string; said: string }) => (
  <Alert variant="light" mb="xs" title={title} role="status">
    <Text size="sm" c="var(--mantine-color-text)">
      {said}
    </Text>
  </Alert>
)
