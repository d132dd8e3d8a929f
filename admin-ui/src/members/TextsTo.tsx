// Where the texts of a member go who reads them in an app too.
import { Select } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { api, ask, type Schema } from '../api/client'
import { useFail, useSay } from '../parts/notes'
import { later } from '../text.later'
import { text } from '../text'

const t = later.textsTo

export function TextsTo({
  community,
  member,
  device,
}: {
  community: string
  member: string
  device: Schema['Device']
}) {
  const client = useQueryClient()
  const say = useSay()
  const fail = useFail()
  const put = (texts_to: string) =>
    ask(
      api.PATCH('/v1/communities/{community}/members/{member}/devices/{device}', {
        params: { path: { community, member, device: device.id } },
        body: { texts_to: texts_to as Schema['DeviceEdit']['texts_to'] },
      }),
    )
      .then(() => client.invalidateQueries({ queryKey: ['members', community] }))
      .then(() => say(text.form.saved), fail)
  return (
    <Select
      size="xs"
      w={150}
      aria-label={t.label}
      allowDeselect={false}
      data={[
        { value: 'phone', label: t.phone },
        { value: 'app', label: t.app },
        { value: 'both', label: t.both },
      ]}
      value={device.texts_to ?? null}
      onChange={(next) => next !== null && void put(next)}
    />
  )
}
