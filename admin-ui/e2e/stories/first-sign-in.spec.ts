// The link that the broker prints makes the first admin, once.
import { expect, PASSWORD, test } from '../support/story'
import { field, signIn, text, title, wrong } from '../support/steps'

test.use({ settings: { signedIn: false } })

test('the link that serve prints makes the first admin, once', async ({ page, broker, faults }) => {
  faults.expect(/status of (401|422)/)
  expect(broker.link).toMatch(/^http:\/\/\S+\/admin\/#\/first\?token=\w{40,}$/)
  await page.goto(broker.link ?? '')
  await title(page, text.session.firstTitle)
  const name = field(page, text.session.name)
  const password = field(page, text.session.password)
  const again = field(page, text.session.again)
  const make = page.getByRole('button', { name: text.session.firstButton })

  // Before the server is asked.
  await password.fill('short')
  await again.fill('other')
  await make.click()
  await wrong(name, text.errors.required)
  await wrong(password, text.session.short)
  await wrong(again, text.session.differ)

  // After it has answered.
  await name.fill('Ann')
  await password.fill('aaaaaaaaaaaa')
  await again.fill('aaaaaaaaaaaa')
  await make.click()
  await wrong(password, /one character over and over/)

  await password.fill(PASSWORD)
  await again.fill(PASSWORD)
  await make.click()
  await title(page, text.communities.title)
  await expect(page.getByText(text.communities.empty)).toBeVisible()
  await expect(page.getByText(text.session.signedInAs('Ann', text.settings.roles.owner))).toBeVisible()

  // The name is known from now on, in any case of its letters.
  await page.getByRole('button', { name: text.session.signOut }).click()
  await signIn(page, 'ANN')
  await title(page, text.communities.title)

  // The link is used up, and no other is printed at the next start.
  await page.getByRole('button', { name: text.session.signOut }).click()
  await expect(page.getByRole('button', { name: text.session.signIn })).toBeVisible()
  await page.goto(broker.link ?? '')
  await name.fill('Eve')
  await password.fill(PASSWORD)
  await again.fill(PASSWORD)
  await make.click()
  await expect(page.getByRole('alert')).toContainText(text.errors.title)
  const users = await broker.must<{ data: { name: string }[] }>('GET', '/v1/admin_users')
  expect(users.data.map((one) => one.name)).toEqual(['Ann'])
  await broker.stop()
  await broker.serve()
  expect(broker.link).toBeNull()
})

test('a link without its token says so', async ({ page }) => {
  await page.goto('/admin/#/first')
  await expect(page.getByText(text.session.firstNoToken)).toBeVisible()
  await expect(page.getByRole('button', { name: text.session.firstButton })).toHaveCount(0)
})
