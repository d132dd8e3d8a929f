// A new phone in the place of one: what stands against it is shown first, and each of it settled by a choice.
import { Alert, Button, Group, Paper, Radio, Stack, Text } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, ask, type Schema } from '../api/client'
import { Dialog } from '../parts/Dialog'
import { Form } from '../parts/Form'
import { useForm } from '../parts/form'
import { useHold } from '../parts/hold'
import { ErrorNote, useSay } from '../parts/notes'
import { dialled } from '../parts/phone'
import { PhoneInput } from '../parts/PhoneInput'
import { said } from '../parts/time'
import { later } from '../text.later'
import { text } from '../text'
import { MemberName } from './names'
import { allBy, open, replacement, type By, type Choices, type Owner, type PhoneChange } from './settle'

const t = later.replace

type Props = { community: string; member: string; device: Schema['Device']; after: () => void }

export function ReplacePhone(props: Props) {
  const [shown, setShown] = useState(false)
  const close = () => setShown(false)
  return (
    <>
      <Button size="xs" variant="default" onClick={() => setShown(true)}>
        {t.label}
      </Button>
      <Dialog opened={shown} onClose={close} title={t.title} size="lg">
        {() => <Replace {...props} close={close} />}
      </Dialog>
    </>
  )
}

function Replace({ community, member, device, after, close }: Props & { close: () => void }) {
  const client = useQueryClient()
  const say = useSay()
  const [found, setFound] = useState<PhoneChange | null>(null)
  const [choices, setChoices] = useState<Choices>({ phone: '', by: {}, owner: null })
  const [failed, setFailed] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  useHold(busy)
  const send = (asked: Choices, dry_run: boolean) =>
    ask(
      api.POST('/v1/communities/{community}/members/{member}/devices/{device}/replace', {
        params: { path: { community, member, device: device.id } },
        body: replacement(asked, dry_run),
      }),
    )
  const form = useForm({
    initial: { phone: '' },
    check: ({ phone }) => ({ phone: phone.trim() === '' ? text.phone.notUnderstood : undefined }),
    send: async ({ phone }) => {
      const asked = { phone: await dialled(phone), by: {}, owner: null }
      setChoices(asked)
      setFailed(null)
      setFound(await send(asked, true))
    },
  })
  // Each choice is tried at once, so that its outcome stands beside it.
  const choose = async (next: Choices) => {
    setChoices(next)
    setFailed(null)
    setBusy(true)
    await send(next, true).then(setFound, setFailed)
    setBusy(false)
  }
  const apply = async () => {
    setBusy(true)
    setFailed(null)
    try {
      const done = await send(choices, false)
      after()
      await Promise.all(
        ['members', 'contacts', 'assignments', 'releases'].map((key) =>
          client.invalidateQueries({ queryKey: [key, community] }),
        ),
      )
      say(t.done(done.kept))
      close()
    } catch (thrown) {
      setFailed(thrown)
      setBusy(false)
    }
  }
  if (found === null)
    return (
      <Form form={form} submit={t.look} cancel={close}>
        <Text>{t.lead}</Text>
        <PhoneInput
          label={t.fresh}
          required
          autoFocus
          value={form.values.phone}
          error={form.errors.phone}
          onChange={(typed) => form.set('phone', typed)}
        />
      </Form>
    )
  const left = open(found, choices)
  return (
    <Stack>
      <Text>
        {t.for(choices.phone)} {t.kept(found.kept)}
      </Text>
      {found.conflicts.length === 0 && found.owner == null && <Alert variant="light">{t.nothing}</Alert>}
      {found.owner != null && (
        <OwnerChoice
          community={community}
          owner={found.owner}
          sure={found.settled}
          value={choices.owner}
          onChange={(owner) => void choose({ ...choices, owner })}
        />
      )}
      {found.conflicts.length > 0 && (
        <Stack gap="xs">
          <Group justify="space-between">
            <Text fw={600}>{t.conflicts(found.conflicts.length)}</Text>
            {found.conflicts.length > 1 && (
              <Group gap="xs">
                <Button
                  size="xs"
                  variant="default"
                  onClick={() => void choose({ ...choices, by: allBy(found, 'move') })}
                >
                  {t.moveAll}
                </Button>
                <Button
                  size="xs"
                  variant="default"
                  onClick={() => void choose({ ...choices, by: allBy(found, 'drop') })}
                >
                  {t.dropAll}
                </Button>
              </Group>
            )}
          </Group>
          {found.conflicts.map((one) => (
            <Conflict
              key={one.contact}
              community={community}
              of={one}
              value={choices.by[one.contact] ?? null}
              onChange={(by) => void choose({ ...choices, by: { ...choices.by, [one.contact]: by } })}
            />
          ))}
        </Stack>
      )}
      <ErrorNote error={failed} />
      <Group justify="space-between">
        <Text size="sm" role="status">
          {left > 0 ? t.left(left) : ''}
        </Text>
        <Group>
          <Button
            variant="default"
            onClick={() => {
              setFound(null)
              setFailed(null)
            }}
          >
            {t.back}
          </Button>
          <Button loading={busy} disabled={left > 0 || !found.settled} onClick={() => void apply()}>
            {t.go}
          </Button>
        </Group>
      </Group>
    </Stack>
  )
}

type OwnerProps = {
  sure: boolean
  community: string
  owner: Schema['FormerOwner']
  value: Owner | null
  onChange: (owner: Owner) => void
}

function OwnerChoice({ community, owner, sure, value, onChange }: OwnerProps) {
  return (
    <Paper withBorder p="sm">
      <Radio.Group
        label={
          <>
            {t.ownerIs} <MemberName community={community} member={owner.member} />
            {owner.guest && ` (${text.words.guest})`}
          </>
        }
        description={t.ownerHas(owner.pairs, owner.only_device)}
        value={value}
        onChange={(next) => onChange(next as Owner)}
      >
        <Stack gap={6} mt="xs">
          <Radio value="merge" label={t.merge} description={t.mergeHelp} />
          <Radio value="take" label={t.take} description={owner.only_device ? t.takeAll : t.takeHelp} />
        </Stack>
      </Radio.Group>
      {sure && owner.settled != null && (
        <Text size="sm" mt="xs" role="status">
          {t.ownerThen(owner.merged, owner.released)}
          {owner.reference != null &&
            owner.reference_becomes != null &&
            ` ${t.reference(owner.reference, owner.reference_becomes)}`}
        </Text>
      )}
    </Paper>
  )
}

type ConflictProps = { community: string; of: Schema['PhoneConflict']; value: By | null; onChange: (by: By) => void }

function Conflict({ community, of, value, onChange }: ConflictProps) {
  return (
    <Paper withBorder p="sm">
      <Radio.Group
        label={
          <>
            <MemberName community={community} member={of.contact} /> <span className="number">{of.number}</span>
          </>
        }
        description={
          <>
            {t.kinds[of.kind]}{' '}
            {of.stood_for != null && of.stood_for !== of.contact && (
              <>
                {t.stoodFor} <MemberName community={community} member={of.stood_for} />.{' '}
              </>
            )}
            {of.until != null && t.until(said(of.until))}
          </>
        }
        value={value}
        onChange={(next) => onChange(next as By)}
      >
        <Group mt="xs">
          <Radio value="move" label={t.move} />
          <Radio value="drop" label={t.drop} />
        </Group>
      </Radio.Group>
      {of.new_number != null && (
        <Text size="sm" mt={4} role="status">
          {t.becomes(of.new_number)}
        </Text>
      )}
    </Paper>
  )
}
