// The policy: the most used fields as a form, all of it as JSON. Only what was changed is sent, and only over what was seen.
import { Tabs } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useCommunity } from '../parts/links'
import { ErrorNote, Page } from '../parts/notes'
import { useMay } from '../session/session'
import { PageLoading } from '../shell/fallbacks'
import { text } from '../text'
import { PolicyForm } from './PolicyForm'
import { PolicyJson } from './PolicyJson'
import { keyOf, load } from './save'

const t = text.communities

export default function Policy() {
  const community = useCommunity()
  const may = useMay()
  const asked = useQuery({ queryKey: keyOf(community), queryFn: () => load(community) })
  const props = asked.data && { latest: asked.data, readOnly: !may.change }
  return (
    <Page title={t.policyTitle} lead={t.policyLead}>
      <ErrorNote error={asked.error} retry={() => void asked.refetch()} />
      {asked.isPending && <PageLoading />}
      {props && (
        <Tabs key={props.latest.data.id} defaultValue="form" keepMounted={false}>
          <Tabs.List mb="md">
            <Tabs.Tab value="form">{t.form}</Tabs.Tab>
            <Tabs.Tab value="json">{t.json}</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="form">
            <PolicyForm {...props} />
          </Tabs.Panel>
          <Tabs.Panel value="json">
            <PolicyJson {...props} />
          </Tabs.Panel>
        </Tabs>
      )}
    </Page>
  )
}
