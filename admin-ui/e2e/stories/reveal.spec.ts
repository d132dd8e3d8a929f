// Real numbers are masked; whoever has one shown stands in the audit log.
import { expect, NAME, test } from '../support/story'
import { go, loaded, notice, row, text, title } from '../support/steps'
import { Town } from '../support/town'

test('a number is shown on purpose, and that is written down', async ({ page, broker }) => {
  const town = await Town.make(broker)
  const [ada] = await town.members('Ada')
  const reveals = async () =>
    (await broker.must<{ data: { what: string; name: string; on: string }[] }>('GET', '/v1/audit_log')).data.filter(
      (one) => one.what === 'reveal',
    )

  await page.goto(town.page('/members'))
  await expect(row(page, text.members.title, 'Ada')).toContainText('+1 415 ••• ••51')
  await page.goto(town.page(`/members/${ada.id}?tab=devices`))
  await title(page, 'Ada')
  await expect(page.getByText('+1 415 ••• ••51')).toBeVisible()
  expect(await page.locator('main').innerText()).not.toContain(ada.phone)
  expect(await reveals()).toEqual([])

  await page.getByRole('button', { name: text.members.show }).click()
  await expect(page.getByText(ada.phone)).toBeVisible()
  await notice(page, text.members.shown)
  expect(await reveals()).toMatchObject([{ name: NAME, on: `/v1/communities/${town.id}/members/${ada.id}` }])

  // It is shown here and now, not from now on.
  await page.reload()
  await loaded(page)
  await expect(page.getByText('+1 415 ••• ••51')).toBeVisible()

  await go(page, text.nav.audit)
  await title(page, text.audit.title)
  const entry = row(page, text.audit.title, 'reveal')
  await expect(entry).toHaveCount(1)
  await expect(entry).toContainText(NAME)
  await expect(entry).toContainText(ada.id)
  expect(await page.locator('main').innerText()).not.toContain(ada.phone)
})
