// Without a mouse: signing in, finding one's way, a dialog.
import type { Locator, Page } from '@playwright/test'
import { expect, NAME, PASSWORD, test } from '../support/story'
import { dialog, loaded, row, text, title } from '../support/steps'
import { Town } from '../support/town'

test.use({ settings: { signedIn: false } })

/** Tab until this has the focus, as it is seen to have. */
async function tabTo(page: Page, to: Locator): Promise<void> {
  for (let pressed = 0; pressed < 80; pressed += 1) {
    if (await to.evaluate((one) => one === document.activeElement)) {
      // Where the focus is can be seen.
      expect(await to.evaluate((one) => one.matches(':focus-visible'))).toBe(true)
      return
    }
    await page.keyboard.press('Tab')
  }
  throw new Error(`the keyboard does not reach ${String(to)}`)
}

test('one signs in and opens a member by the keyboard alone', async ({ page, broker }) => {
  const link = broker.link ?? ''
  await page.goto(link)
  await title(page, text.session.firstTitle)
  // The first field has the focus.
  for (const typed of [NAME, PASSWORD, PASSWORD]) {
    await page.keyboard.type(typed)
    await page.keyboard.press('Tab')
  }
  await page.keyboard.press('Enter')
  await title(page, text.communities.title)
  const town = await Town.make(broker, { name: 'Rowing Club' })
  const [ada, ben] = await town.members('Ada', 'Ben')
  await town.pair(ada, ben)
  await page.reload()
  await loaded(page)

  const leave = page.getByRole('button', { name: text.session.signOut })
  await tabTo(page, leave)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('button', { name: text.session.signIn })).toBeVisible()
  await page.keyboard.type(NAME)
  await page.keyboard.press('Tab')
  await page.keyboard.type(PASSWORD)
  await page.keyboard.press('Enter')
  await title(page, text.communities.title)

  // The first stop leads past the navigation.
  await page.reload()
  await loaded(page)
  await page.keyboard.press('Tab')
  await expect(page.getByRole('link', { name: text.skip })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.locator('#content')).toBeFocused()
  await tabTo(
    page,
    page.getByRole('table', { name: text.communities.title }).getByRole('link', { name: 'Rowing Club' }),
  )
  await page.keyboard.press('Enter')
  await title(page, text.overview.title)
  // A new page begins at its top.
  await expect(page.locator('#content')).toBeFocused()

  await page.keyboard.press('Shift+Tab')
  await tabTo(
    page,
    page.getByRole('navigation', { name: text.nav.label }).getByRole('link', { name: text.nav.members, exact: true }),
  )
  await page.keyboard.press('Enter')
  await title(page, text.members.title)
  await expect(row(page, text.members.title, 'Ada')).toBeVisible()

  // A dialog holds the focus, and gives it back.
  const add = page.getByRole('button', { name: text.members.add })
  await tabTo(page, add)
  await page.keyboard.press('Enter')
  const adding = dialog(page, text.members.add)
  await expect(adding.getByRole('textbox', { name: text.col.name })).toBeFocused()
  for (let pressed = 0; pressed < 12; pressed += 1) {
    await page.keyboard.press('Tab')
    expect(await adding.evaluate((one) => one.contains(document.activeElement))).toBe(true)
  }
  await page.keyboard.press('Escape')
  await expect(adding).toHaveCount(0)
  await expect(add).toBeFocused()

  await tabTo(page, page.getByRole('link', { name: 'Ada', exact: true }))
  await page.keyboard.press('Enter')
  await title(page, 'Ada')
  // Tabs are gone through by the arrows.
  await tabTo(page, page.getByRole('tab', { name: text.members.contacts }))
  await page.keyboard.press('ArrowRight')
  await expect(page.getByRole('tab', { name: text.members.devices })).toHaveAttribute('aria-selected', 'true')
  await expect(page.getByRole('button', { name: text.members.show })).toBeVisible()
})
