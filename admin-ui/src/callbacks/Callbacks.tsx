import { Group } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, ask, type Schema } from '../api/client'
import { Ask } from '../parts/Ask'
import { Facts, State } from '../parts/bits'
import { Secret } from '../parts/Secret'
import { Confirm } from '../parts/Confirm'
import { Go, useCommunity } from '../parts/links'
import { Page, useSay } from '../parts/notes'
import { timeColumn } from '../parts/columns'
import { ServerTable, type Column } from '../parts/ServerTable'
import { useMay } from '../session/session'
import { later } from '../text.later'
import { text } from '../text'
import { EditEndpoint } from './EditEndpoint'

const t = text.callbacks
type Endpoint = Schema['CallbackEndpoint']

export default function Callbacks() {
  const community = useCommunity()
  const may = useMay()
  const client = useQueryClient()
  const say = useSay()
  const [secret, setSecret] = useState<string | null>(null)
  const fresh = () => client.invalidateQueries({ queryKey: ['endpoints', community] })
  const params = (endpoint: string) => ({ path: { community, endpoint } })
  const replay = async (row: Endpoint) => {
    const done = await ask(
      api.POST('/v1/communities/{community}/callback_endpoints/{endpoint}/replay_dead', { params: params(row.id) }),
    )
    setTimeout(() => say(t.replayed(done.replayed, done.left)))
  }
  const which = (row: Endpoint) => (
    <Facts
      of={[
        [text.col.url, row.url],
        ...(row.description === '' ? [] : [[t.description, row.description] as [string, string]]),
      ]}
    />
  )
  const columns: Column<Endpoint>[] = [
    {
      id: 'url',
      title: text.col.url,
      show: (row) => (
        <>
          <Go to={`/c/${community}/deliveries`} search={{ endpoint: row.id }}>
            {row.url}
          </Go>
          {row.description !== '' && <div className="soft">{row.description}</div>}
        </>
      ),
      csv: (row) => row.url,
    },
    {
      id: 'state',
      title: text.col.state,
      show: (row) => (
        <>
          <State of={row.state} />
          {row.intercepts && <div>{later.endpoint.asked}</div>}
          {row.strangers && <div>{later.endpoint.askedStrangers}</div>}
          {row.failures > 0 && <div>{t.failures(row.failures)}</div>}
          {row.disabled_reason && <div>{row.disabled_reason}</div>}
        </>
      ),
      csv: (row) => row.state,
    },
    { id: 'app', title: text.col.app, show: (row) => row.app ?? text.none, csv: (row) => row.app },
    {
      id: 'events',
      title: t.events,
      show: (row) => (row.events.length === 0 ? t.allEvents : row.events.join(text.comma)),
      csv: (row) => row.events.join(' '),
    },
    timeColumn('created', text.col.created, (row) => row.created_at),
    ...(may.change
      ? [
          {
            id: 'actions',
            title: text.table.actions,
            show: (row: Endpoint) => (
              <Group gap={4}>
                <Ask label={later.endpoint.edit} title={later.endpoint.editOf} primary={false} size="xs">
                  {(close) => <EditEndpoint community={community} endpoint={row} close={close} onSecret={setSecret} />}
                </Ask>
                <Confirm
                  label={t.test}
                  ask={t.testAsk}
                  what={t.testWhat}
                  done={t.tested}
                  danger={false}
                  act={() =>
                    ask(
                      api.POST('/v1/communities/{community}/callback_endpoints/{endpoint}/test', {
                        params: params(row.id),
                      }),
                    )
                  }
                />
                <Confirm
                  label={t.replayDead}
                  ask={t.replayAsk}
                  what={t.replayWhat}
                  danger={false}
                  act={() => replay(row)}
                />
                <Confirm
                  label={t.rotate}
                  ask={t.rotateAsk}
                  what={t.rotateWhat}
                  act={() =>
                    ask(
                      api.POST('/v1/communities/{community}/callback_endpoints/{endpoint}/rotate_secret', {
                        params: params(row.id),
                        body: { overlap_s: 3600 },
                      }),
                    ).then((made) => setSecret(made.secret))
                  }
                >
                  {which(row)}
                </Confirm>
                <Confirm
                  label={row.state === 'active' ? t.disable : t.enable}
                  ask={row.state === 'active' ? t.disableAsk : t.enableAsk}
                  what={row.state === 'active' ? t.disableWhat : t.enableWhat}
                  danger={row.state === 'active'}
                  act={() =>
                    ask(
                      api.PATCH('/v1/communities/{community}/callback_endpoints/{endpoint}', {
                        params: params(row.id),
                        body: { enabled: row.state !== 'active' },
                      }),
                    ).then(fresh)
                  }
                >
                  {which(row)}
                </Confirm>
                <Confirm
                  label={t.remove}
                  ask={t.removeAsk}
                  what={t.removeWhat}
                  done={t.removed}
                  act={() =>
                    ask(
                      api.DELETE('/v1/communities/{community}/callback_endpoints/{endpoint}', {
                        params: params(row.id),
                      }),
                    ).then(fresh)
                  }
                >
                  {which(row)}
                </Confirm>
              </Group>
            ),
          },
        ]
      : []),
  ]
  const add = may.change && (
    <Ask label={t.add}>
      {(close) => <EditEndpoint community={community} endpoint={null} close={close} onSecret={setSecret} />}
    </Ask>
  )
  return (
    <Page title={t.title} lead={t.lead} actions={add}>
      <ServerTable
        name={t.title}
        queryKey={['endpoints', community]}
        columns={columns}
        rowId={(row) => row.id}
        empty={t.empty}
        fetch={(query) =>
          ask(api.GET('/v1/communities/{community}/callback_endpoints', { params: { path: { community }, query } }))
        }
      />
      <Secret title={t.secretTitle} lead={t.secretOnce} value={secret} onClose={() => setSecret(null)} />
    </Page>
  )
}
