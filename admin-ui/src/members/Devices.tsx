import { Button, Group, Paper, Stack, Text } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, ask, type Schema } from '../api/client'
import { Ask } from '../parts/Ask'
import { Form } from '../parts/Form'
import { Facts, Marks, Num } from '../parts/bits'
import { Confirm } from '../parts/Confirm'
import { useForm } from '../parts/form'
import { Empty, useFail, useSay } from '../parts/notes'
import { dialled } from '../parts/phone'
import { PhoneInput } from '../parts/PhoneInput'
import { said } from '../parts/time'
import { useMay } from '../session/session'
import { text } from '../text'
import { ReplacePhone } from './ReplacePhone'
import { revealed } from './revealed'
import { TextsTo } from './TextsTo'

const t = text.members

export function Devices({ community, member }: { community: string; member: Schema['Member'] }) {
  const may = useMay()
  const client = useQueryClient()
  const fresh = () => client.invalidateQueries({ queryKey: ['members', community] })
  const say = useSay()
  const fail = useFail()
  // Real numbers, each good as long as its device is as it was: with a new phone the former number is not shown.
  const [known, setKnown] = useState<Record<string, { phone: string; of: string }>>({})
  const real = (device: Schema['Device']) => {
    const one = known[device.id]
    return one?.of === JSON.stringify(device) ? one.phone : undefined
  }
  const show = async () => {
    try {
      const whole = await revealed(community, member.id)
      const phones = new Map(whole.devices.map((one) => [one.id, one.phone]))
      setKnown(
        Object.fromEntries(
          member.devices.flatMap((one) => {
            const phone = phones.get(one.id)
            return phone ? [[one.id, { phone, of: JSON.stringify(one) }]] : []
          }),
        ),
      )
      say(t.shown)
    } catch (thrown) {
      fail(thrown)
    }
  }
  const path = (device: string) => ({ params: { path: { community, member: member.id, device } } })
  const add = may.change && (
    <Ask label={t.addDevice}>{(close) => <Add community={community} member={member.id} close={close} />}</Ask>
  )
  if (member.devices.length === 0) return <Empty action={add}>{t.noDevices}</Empty>
  return (
    <Stack>
      {member.devices.map((device) => (
        <Paper key={device.id} withBorder p="md">
          <Group justify="space-between">
            <div>
              <Group gap="xs">
                <Text fw={600}>
                  {device.kind === 'phone' ? <Num of={real(device) ?? device.phone ?? t.hiddenPhone} /> : device.kind}
                </Text>
                {may.reveal && device.kind === 'phone' && real(device) === undefined && (
                  <Button size="compact-xs" variant="default" onClick={() => void show()}>
                    {t.show}
                  </Button>
                )}
              </Group>
              <Text size="sm" className="soft">
                {[
                  device.region,
                  device.texts_to && t.texts(device.texts_to),
                  device.frozen_at && t.frozenSince(said(device.frozen_at)),
                  device.stopped_all && t.stoppedAll,
                  device.id,
                ]
                  .filter(Boolean)
                  .join(' · ')}
              </Text>
              <Marks
                of={[
                  device.frozen_at ? text.words.frozen : text.words.active,
                  device.stopped_all && text.words.stopped,
                ]}
              />
            </div>
            {may.change && (
              <Group gap="xs">
                {device.kind === 'phone' ? (
                  <ReplacePhone community={community} member={member.id} device={device} after={() => setKnown({})} />
                ) : (
                  <TextsTo community={community} member={member.id} device={device} />
                )}
                {device.kind === 'phone' &&
                  (device.frozen_at ? (
                    <Confirm
                      label={t.thaw}
                      ask={t.thawAsk}
                      what={t.thawWhat}
                      danger={false}
                      act={() =>
                        ask(
                          api.POST(
                            '/v1/communities/{community}/members/{member}/devices/{device}/thaw',
                            path(device.id),
                          ),
                        ).then(fresh)
                      }
                    />
                  ) : (
                    <Confirm
                      label={t.freeze}
                      ask={t.freezeAsk}
                      what={t.freezeWhat}
                      act={() =>
                        ask(
                          api.POST(
                            '/v1/communities/{community}/members/{member}/devices/{device}/freeze',
                            path(device.id),
                          ),
                        ).then(fresh)
                      }
                    />
                  ))}
                <Confirm
                  label={t.removeDevice}
                  ask={t.removeDeviceAsk}
                  what={t.removeDeviceWhat}
                  act={() =>
                    ask(
                      api.DELETE('/v1/communities/{community}/members/{member}/devices/{device}', path(device.id)),
                    ).then(fresh)
                  }
                >
                  <Facts of={[[text.col.phone, <Num of={real(device) ?? device.phone ?? device.id} />]]} />
                </Confirm>
              </Group>
            )}
          </Group>
        </Paper>
      ))}
      <div>{add}</div>
    </Stack>
  )
}

function Add({ community, member, close }: { community: string; member: string; close: () => void }) {
  const client = useQueryClient()
  const say = useSay()
  const form = useForm({
    initial: { phone: '' },
    check: ({ phone }) => ({ phone: phone.trim() === '' ? text.phone.notUnderstood : undefined }),
    send: async ({ phone }) => {
      await ask(
        api.POST('/v1/communities/{community}/members/{member}/devices', {
          params: { path: { community, member } },
          body: { phone: await dialled(phone) },
        }),
      )
      await client.invalidateQueries({ queryKey: ['members', community] })
      say(text.form.saved)
      close()
    },
  })
  return (
    <Form form={form} submit={text.form.add} cancel={close}>
      <PhoneInput
        required
        autoFocus
        value={form.values.phone}
        error={form.errors.phone}
        onChange={(typed) => form.set('phone', typed)}
      />
    </Form>
  )
}
