// Nothing that a page asked for is under way, and what came is drawn.
import { expect, type Page, type Request } from '@playwright/test'
import { text } from '../../src/text'

export class Quiet {
  private readonly open = new Set<Request>()

  constructor(private readonly page: Page) {
    page.on('request', (asked) => void (!asked.url().includes('/v1/events') && this.open.add(asked)))
    const over = (asked: Request) => void this.open.delete(asked)
    page.on('requestfinished', over)
    page.on('requestfailed', over)
  }

  async comes(): Promise<void> {
    await expect(async () => {
      expect([...this.open].map((asked) => asked.url())).toEqual([])
      // Two frames: what was answered is drawn, and asks for what it needs.
      await this.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
      expect([...this.open].map((asked) => asked.url())).toEqual([])
      await expect(this.page.getByLabel(text.loading)).toHaveCount(0, { timeout: 1 })
    }).toPass({ intervals: [20], timeout: 60_000 })
  }
}
