// A wrong password is said to be wrong, and whoever goes on trying has to wait.
import { expect, NAME, PASSWORD, test } from '../support/story'
import { field, signIn, text, title } from '../support/steps'

test('a wrong password says so, and tries are slowed down', async ({ page, context, broker, faults }) => {
  faults.expect(/status of (401|429)/)
  await page.goto('/admin/')
  await title(page, text.communities.title)
  await page.getByRole('button', { name: text.session.signOut }).click()

  const alert = page.getByRole('alert')
  const answers: number[] = []
  page.on(
    'response',
    (answer) =>
      void (
        answer.url().endsWith('/v1/session') &&
        answer.request().method() === 'POST' &&
        answers.push(answer.status())
      ),
  )
  const attempt = async (name: string, password: string) => {
    const before = answers.length
    await signIn(page, name, password)
    await expect.poll(() => answers.length).toBe(before + 1)
  }
  await attempt(NAME, 'not the password')
  await expect(alert).toContainText('the name or the password is wrong')
  // Nothing tells whether there is such a name.
  await attempt('nobody', 'not the password')
  await expect(alert).toContainText('the name or the password is wrong')
  expect(answers).toEqual([401, 401])
  await expect(page.getByRole('heading', { level: 1, name: text.product })).toBeVisible()
  expect((await context.cookies()).filter((one) => one.name === 'partyline_session' && one.value !== '')).toEqual([])

  // Each failure after the fourth doubles the wait, so that sooner or later it outlasts any machine's pace.
  await expect(async () => {
    await attempt(NAME, 'not the password')
    expect(answers.at(-1)).toBe(429)
  }).toPass({ intervals: [0], timeout: 90_000 })
  await expect(alert).toContainText(/too many|wait|again in/i)

  // Who knows the password gets in once the wait is over, and no sooner.
  await attempt(NAME, PASSWORD)
  await expect(async () => {
    if (answers.at(-1) !== 200) await attempt(NAME, PASSWORD)
    expect(answers.at(-1)).toBe(200)
  }).toPass({ timeout: 90_000 })
  await title(page, text.communities.title)
  await expect(field(page, text.session.password)).toHaveCount(0)
  const log = await broker.must<{ data: { what: string; name: string }[] }>('GET', '/v1/audit_log')
  expect(log.data.some((one) => one.what === 'sign_in_failed' && one.name === '')).toBe(true)
})
