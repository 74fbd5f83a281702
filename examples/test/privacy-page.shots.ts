/**
 * @module `npm run screenshots` takes screenshots of the privacy page of a user with 50 mini programs and 500 entries in the access
 * log, and of a user with none. It writes them to the folder in SCREENSHOTS, or to `screenshots`.
 */
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { useStory } from '../../packages/server/test/support/privacy-story.ts'
import { launchBrowser } from './browser.ts'
import { SCHEMES, WIDTHS } from './page-states.ts'
import { PRIVACY_STATES } from './privacy-states.ts'

const FOLDER = resolve(process.env['SCREENSHOTS'] ?? 'screenshots')
const LOCALES = ['en', 'ar', 'zh'] as const
/** A long list would make the picture unreadable. */
const MAX_HEIGHT = 2600

const story = useStory({ entries: 500 })
let browser: Browser
beforeAll(async () => {
  mkdirSync(FOLDER, { recursive: true })
  browser = await launchBrowser()
})
afterAll(() => browser.close())

it.each(LOCALES)(
  'writes a screenshot of every state of the privacy page in %s',
  async (locale) => {
    let count = 0
    for (const colorScheme of SCHEMES) {
      for (const width of WIDTHS) {
        const viewport = { width, height: 900 }
        const context = await browser.newContext({ viewport, colorScheme })
        const page = await context.newPage()
        for (const [state, open] of Object.entries(PRIVACY_STATES)) {
          await open(page, story, locale)
          const path = join(FOLDER, `privacy-${locale}-${colorScheme}-${width}-${state}.png`)
          const height = await page.evaluate(() => document.documentElement.scrollHeight)
          const clip = { x: 0, y: 0, width, height: Math.min(height, MAX_HEIGHT) }
          await page.screenshot({ path, fullPage: true, clip })
          count++
        }
        await context.close()
      }
    }
    expect(count).toBe(SCHEMES.length * WIDTHS.length * Object.keys(PRIVACY_STATES).length)
  },
  600_000,
)
