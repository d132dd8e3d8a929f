// Pictures of pages, and what is looked at on each: axe, the policy, the console and the width.
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, type Page } from '@playwright/test'
import { unfit } from './axe'
import { TARGET } from './broker'
import { Quiet } from './quiet'
import type { Town } from './town'

export const OUT = join(TARGET, 'screens')
/** The wide one and the narrow one. */
export const SIZES = [
  ['wide', 1280, 900],
  ['narrow', 390, 844],
] as const
export type Scheme = 'light' | 'dark'

/** The paths of the router; each is a page. */
export const paths = [
  ...readFileSync(resolve(import.meta.dirname, '../../src/router.tsx'), 'utf8').matchAll(
    /^ {2}'(\/[^']*)': \(\) => import/gm,
  ),
].map((found) => found[1] ?? '')

/** What else there is to see on a page: a tab, a filter. */
export const EXTRAS: [string, string][] = [
  ['member-devices', '/c/$community/members/$member?tab=devices'],
  ['member-timeline', '/c/$community/members/$member?tab=timeline'],
  ['member-blocks', '/c/$community/members/$member?tab=blocks'],
  ['member-book', '/c/$community/members/$member?tab=book'],
  ['member-released', '/c/$community/members/$member?tab=released'],
  ['member-data', '/c/$community/members/$member?tab=data'],
  ['member-gone', '/c/$community/members/mem_0000000000001'],
  ['traffic', '/c/$community/pools?tab=traffic'],
  ['pools-list', '/c/$community/pools?tab=pools'],
  ['matrix', '/c/$community/assignments?as=matrix'],
  ['missing', '/nowhere'],
]

export const nameOf = (path: string) => {
  const parts = path.split('/').filter((part) => part !== '' && part !== 'c' && part !== '$community')
  const named = parts.map((part) => (part.startsWith('$') ? 'one' : part)).join('-')
  return named === '' ? 'overview' : named
}

/** The address of a page: of `/c/$community/swaps/$swap` that of the first swap. */
export async function addressOf(path: string, town: Town): Promise<string> {
  let address = path.replace('$community', town.id)
  const wanted = /\/(\w+)\/\$\w+/.exec(address)
  if (wanted === null) return address
  const list = await town.must<{ data: { id: string }[] }>('GET', `/${wanted[1]}?limit=1`)
  const id = list.data[0]?.id
  expect(id, `there is nothing to show on ${path}: make some in support/populated.ts`).toBeDefined()
  address = address.replace(/\$\w+/, id ?? '')
  return address
}

export class Album {
  private readonly quiet: Quiet
  readonly faults: string[] = []

  /** Takes away the pictures of the last time. */
  static empty(mark: string): void {
    mkdirSync(OUT, { recursive: true })
    for (const old of readdirSync(OUT)) if (old.endsWith(`-${mark}.png`)) rmSync(join(OUT, old))
  }

  constructor(
    private readonly page: Page,
    private readonly scheme: Scheme,
    /** What the pictures' names end with, and the sizes of which they are. */
    private readonly mark: string = scheme,
    private readonly sizes: readonly (typeof SIZES)[number][] = SIZES,
  ) {
    this.quiet = new Quiet(page)
  }

  async look(name: string): Promise<void> {
    for (const [size, width, height] of this.sizes) {
      await this.page.setViewportSize({ width, height })
      await this.quiet.comes()
      await expect(this.page.locator('html')).toHaveAttribute('data-mantine-color-scheme', this.scheme)
      const over = await this.page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      )
      if (over > 1) this.faults.push(`${name} ${size}: ${over} pixels wider than the screen`)
      // What stays at the top of the window is at the top of the picture.
      await this.page.evaluate(() => window.scrollTo(0, 0))
      await this.page.screenshot({ path: join(OUT, `${name}-${size}-${this.mark}.png`), fullPage: true })
      for (const one of await unfit(this.page)) this.faults.push(`${name} ${size}: axe ${one}`)
    }
    await this.page.setViewportSize({ width: SIZES[0][1], height: SIZES[0][2] })
  }
}
