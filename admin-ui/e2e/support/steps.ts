// What people do on the pages, by what they see: labels, headings, buttons.
import { expect, type Locator, type Page } from '@playwright/test'
import { text } from '../../src/text'
import { later } from '../../src/text.later'
import { NAME, PASSWORD } from './story'

export { later, text }

/** The title of the page. */
export const title = (page: Page, name: string) =>
  expect(page.getByRole('heading', { level: 1, name, exact: true })).toBeVisible()

/** All that the page asked for is there. */
export async function loaded(page: Page): Promise<void> {
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await expect(page.getByLabel(text.loading)).toHaveCount(0)
}

/** The line at the foot that says what was done. */
export const notice = (page: Page, said: string) =>
  expect(page.getByRole('status').filter({ hasText: said })).toBeVisible()

const literally = (said: string) => said.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** The field with this label; that of a required one ends with an asterisk. */
export const field = (where: Page | Locator, label: string) =>
  where.getByLabel(new RegExp(`^${literally(label)}( \\*)?$`))

/** The dialog of this title. */
export const dialog = (page: Page, name: string) => page.getByRole('dialog', { name })

/** The row of a list that holds this. */
export const row = (page: Page, list: string, holds: string | RegExp) =>
  page.getByRole('table', { name: list }).getByRole('row').filter({ hasText: holds })

export async function signIn(page: Page, name = NAME, password = PASSWORD): Promise<void> {
  await field(page, text.session.name).fill(name)
  await field(page, text.session.password).fill(password)
  await page.getByRole('button', { name: text.session.signIn, exact: true }).click()
}

/** Goes to a page by the navigation. */
export const go = (page: Page, to: string) =>
  page.getByRole('navigation', { name: text.nav.label }).getByRole('link', { name: to, exact: true }).click()

/** Presses a button that asks first, and says yes. */
export async function confirm(where: Locator, page: Page, button: string, asks: string): Promise<void> {
  await where.getByRole('button', { name: button, exact: true }).click()
  await dialog(page, asks).getByRole('button', { name: button, exact: true }).click()
}

/** Chooses from a list that drops down, by typing the beginning. */
export async function choose(page: Page, where: Page | Locator, label: string, option: string): Promise<void> {
  await where.getByRole('combobox', { name: label }).fill(option)
  await page.getByRole('option', { name: option, exact: true }).click()
}

/** A field has an error beside it, which readers hear with it. */
export async function wrong(at: Locator, said: string | RegExp): Promise<void> {
  await expect(at).toHaveAttribute('aria-invalid', 'true')
  await expect(at).toHaveAccessibleDescription(typeof said === 'string' ? new RegExp(literally(said)) : said)
}

/** Marks the page as it is; `still` holds that it was not loaded anew. */
export const mark = (page: Page) => page.evaluate(() => void Object.assign(window, { unreloaded: true }))
export const still = async (page: Page) =>
  expect(await page.evaluate(() => 'unreloaded' in window), 'the page was loaded anew').toBe(true)

/** Plans a pool file on its page, sees that the plan says this, and applies it. */
export async function applyPoolFile(page: Page, file: string, ...says: string[]): Promise<void> {
  await go(page, text.nav.poolFiles)
  await title(page, text.poolFiles.title)
  await field(page, text.poolFiles.label).fill(file)
  await page.getByRole('button', { name: text.poolFiles.plan }).click()
  const plan = page.getByRole('table', { name: text.poolFiles.planning })
  for (const one of says) await expect(plan).toContainText(one)
  await page.getByRole('button', { name: text.poolFiles.apply, exact: true }).click()
  await page.getByRole('dialog').getByRole('button', { name: text.poolFiles.apply, exact: true }).click()
  await notice(page, text.poolFiles.applied)
}

/** A file from this person's machine. */
export const chooseFile = (page: Page, name: string, content: string) =>
  page
    .getByLabel(later.file.choose, { exact: true })
    .setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(content) })

/** Tries a file of members on the page for imports, and then imports it; so many rows are added and refused. */
export async function importMembers(page: Page, csv: string, added: number, refused: number): Promise<void> {
  const t = later.imports
  await go(page, text.nav.imports)
  await title(page, t.title)
  await chooseFile(page, 'members.csv', csv)
  await expect(page.getByRole('button', { name: t.go(added + refused), exact: true })).toBeDisabled()
  await page.getByRole('button', { name: t.try, exact: true }).click()
  await expect(page.getByRole('region', { name: t.outcomeDry })).toContainText(t.figures(added, 0, refused, true))
  await page.getByRole('button', { name: t.go(added + refused), exact: true }).click()
  await expect(page.getByRole('region', { name: t.outcome, exact: true })).toContainText(
    t.figures(added, 0, refused, false),
  )
}
