// A community in which every page has something to show.
import { expect } from '@playwright/test'
import type { Broker } from './broker'
import { Town } from './town'

/** Settings for it: a trunk to look at. Calls go to virtual phones, so none is left to it, and it is not at their address. */
export const trunk = () => `
[sip.trunks.town]
targets = ["192.0.2.7:5070"]
outbound = false
keep_alive_s = 0
`

type List = { data: { id: string; state?: string }[] }

export async function populate(broker: Broker): Promise<Town> {
  const town = await Town.make(broker, { name: 'Rowing Club', numbers: 8, policy: { overflow: true } })
  const [ada, ben, cleo, dan] = await town.members(
    'Ada Lovelace',
    'Ben',
    'Cleo of the long name, harbour master',
    'Dan',
  )
  const guest = await town.must<{ id: string }>('POST', '/members', {
    name: 'Gus',
    phone: '+14155550190',
    guest: true,
  })
  const pair = await town.pair(ada, ben)
  const third = await town.pair(ada, cleo)
  const gone = await town.pair(dan, ben)
  await town.must('POST', `/members/${ben.id}/contacts`, { contact: guest.id })
  const endpoint = await town.must<{ id: string }>('POST', '/callback_endpoints', {
    url: 'http://127.0.0.1:9/callbacks',
    description: 'chat server',
    events: [],
  })

  await town.must('POST', '/campaigns', { name: 'C2A9XPL', pool: null, rate_per_s: 10, texts_per_day: 2000 })
  await town.must('POST', '/opt_ins', {
    member: ada.id,
    source: 'web_form',
    evidence: 'Texts from my club, form of May',
  })
  await town.must('POST', `/members/${ada.id}/book_links`, {})
  const second = await town.must<{ id: string }>('POST', `/members/${ada.id}/devices`, { phone: '+14155550189' })
  await town.must('POST', `/members/${ada.id}/devices/${second.id}/freeze`)
  await town.must('POST', '/imports', {
    kind: 'members',
    format: 'csv',
    name: 'members.csv',
    region: 'US',
    content: 'name,phone,reference\nIda,+14155550181,s1\nNobody,,\n"Doe, Jane",12,s3\nIda,+14155550181,s1\n',
  })
  // Two are released: what comes for one of them is too late, and held.
  const former = await town.pair(ada, dan)
  await town.release(ada, dan)

  for (const one of [
    'Rowing at six?',
    'Bring the oars, and a coat: the wind comes from the north today, and it will be cold on the water.',
  ])
    await town.text(ada.phone, pair.number, one)
  await town.text(ben.phone, pair.mirror_number, 'See you there')
  await town.text(cleo.phone, third.mirror_number, 'STOP')
  await town.text(ada.phone, third.number, 'Are you there?')
  await town.text('+14155550199', pair.number, 'Buy my boat')
  await town.release(dan, ben)
  await town.text(ben.phone, gone.mirror_number, 'A late reply')
  await town.text(dan.phone, former.mirror_number, 'Too late as well')
  await town.must('POST', `/members/${ada.id}/blocks`, { contact: dan.id })
  await town.arrived(ada.phone, 'See you there')

  // One call meets a busy phone, one is talked on.
  for (const [n, answering] of ['busy', 'auto'].entries()) {
    await broker.must('PATCH', `/v1/loopback/phones/${ben.phone}`, { answering })
    await broker.must('POST', `/v1/loopback/phones/${ada.phone}/calls`, { to: pair.number, talk_s: 1 })
    await expect
      .poll(async () => (await town.must<List>('GET', '/calls')).data.map((one) => one.state), {
        message: 'the call ends',
      })
      .toEqual(Array.from({ length: n + 1 }, () => 'ended'))
  }
  const numbers = await town.must<{ data: { id: string; number: string }[] }>('GET', '/numbers')
  const idOf = (number: string) => numbers.data.find((one) => one.number === number)?.id
  const pools = await town.must<List>('GET', '/pools')
  await town.must('POST', '/numbers', {
    pool: pools.data[0]?.id,
    number: '+14155550120',
    carrier: 'loopback',
    hub: true,
  })
  await town.must('POST', '/swaps', { numbers: [idOf(pair.number)] })
  await broker.must('POST', '/v1/verifications', {})
  await broker.must('POST', '/v1/admin_users', { name: 'vic', role: 'viewer', communities: [town.id] })
  await town.must('POST', `/callback_endpoints/${endpoint.id}/test`)
  await expect
    .poll(async () => (await town.must<List>('GET', '/deliveries?state=dead')).data.length, {
      message: 'dead letters',
      timeout: 60_000,
    })
    .toBeGreaterThan(2)
  await expect
    .poll(async () => (await town.must<List>('GET', '/swaps')).data[0]?.state, { message: 'the swap is done' })
    .toBe('done')
  return town
}
