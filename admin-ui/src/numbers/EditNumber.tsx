// What is known of a pool number, in a dialog.
import { MultiSelect, NumberInput, Select, Switch, TextInput } from '@mantine/core'
import type { Schema } from '../api/client'
import { Ask } from '../parts/Ask'
import { useEdit } from '../parts/edit'
import { Form } from '../parts/Form'
import { useSay } from '../parts/notes'
import { usePools } from '../pools/Pools'
import { later } from '../text.later'
import { text } from '../text'
import { editNumber, editOf, loadNumber, useCampaigns, useFresh, type Edited, type PoolNumber } from './numbers'

const t = later.number

export function EditNumber({ community, number }: { community: string; number: PoolNumber }) {
  return (
    <Ask label={t.edit} title={t.editOf(number.number)} primary={false} size="xs">
      {(close) => <Edit community={community} number={number} close={close} />}
    </Ask>
  )
}

const valuesOf = (number: PoolNumber): Edited => ({
  pool: number.pool,
  carrier: number.carrier,
  capabilities: number.capabilities,
  region: number.region ?? '',
  rate_per_s: number.rate_per_s,
  texts_per_day: number.texts_per_day,
  campaign: number.campaign ?? null,
  hub: number.hub,
})

const LABELS: Record<keyof Edited, string> = {
  pool: text.col.pool,
  carrier: text.col.carrier,
  capabilities: text.pools.capabilities,
  region: text.pools.region,
  rate_per_s: text.pools.rate,
  texts_per_day: text.pools.dayCap,
  campaign: t.campaign,
  hub: t.hub,
}

function Edit({ community, number, close }: { community: string; number: PoolNumber; close: () => void }) {
  const say = useSay()
  const fresh = useFresh(community)
  const pools = usePools(community).data?.data ?? []
  const campaigns = useCampaigns(community).data ?? []
  const form = useEdit({
    row: number,
    of: valuesOf,
    labels: LABELS,
    check: (typed) => ({
      carrier: typed.carrier.trim() === '' ? text.errors.required : undefined,
      capabilities: typed.capabilities.length === 0 ? text.errors.required : undefined,
      rate_per_s: typed.rate_per_s === '' ? text.errors.required : undefined,
      texts_per_day: typed.texts_per_day === '' ? text.errors.required : undefined,
      region: /^([A-Za-z]{2})?$/.test(typed.region.trim()) ? undefined : t.twoLetters,
    }),
    edit: editOf,
    load: () => loadNumber(community, number.id),
    send: (edit, headers) => editNumber(community, number.id, edit, headers),
    done: async () => {
      await fresh()
      say(text.form.saved)
      close()
    },
  })
  const { values, set, errors } = form
  return (
    <Form form={form} submit={text.form.save} cancel={close}>
      <Select
        label={text.col.pool}
        allowDeselect={false}
        data={pools.map((one) => ({ value: one.id, label: one.name }))}
        value={values.pool}
        error={errors.pool}
        onChange={(pool) => pool !== null && set('pool', pool)}
      />
      <TextInput
        label={text.col.carrier}
        description={text.pools.carrierHelp}
        required
        data-autofocus
        {...form.typed('carrier')}
      />
      <MultiSelect
        label={text.pools.capabilities}
        data={['sms', 'mms', 'voice']}
        value={values.capabilities}
        error={errors.capabilities}
        onChange={(next) => set('capabilities', next as Schema['Capability'][])}
      />
      <TextInput label={text.pools.region} description={t.twoLetters} maxLength={2} {...form.typed('region')} />
      <NumberInput label={text.pools.rate} description={t.noLimit} min={0} {...form.chosen('rate_per_s')} />
      <NumberInput label={text.pools.dayCap} min={0} allowDecimal={false} {...form.chosen('texts_per_day')} />
      <Select
        label={t.campaign}
        description={campaigns.length === 0 ? t.noCampaigns : t.campaignHelp}
        clearable
        clearButtonProps={{ 'aria-label': t.noCampaign }}
        disabled={campaigns.length === 0}
        data={campaigns.map((one) => ({ value: one.id, label: one.name }))}
        {...form.chosen('campaign')}
      />
      <Switch label={t.hub} description={t.hubHelp} disabled={number.desk} {...form.ticked('hub')} />
    </Form>
  )
}
