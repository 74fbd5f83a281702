/**
 * @module The privacy page of a user with 50 mini programs and 500 entries in the access log, and of a user without any, in Chromium:
 * accessibility ([WCAG 2.2](https://www.w3.org/TR/WCAG22/) AA), every width, text at 200 %, no script, old web views.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { useStory } from '../../packages/server/test/support/privacy-story.ts'
import { launchBrowser } from './browser.ts'
import { SCHEMES, WIDTHS } from './page-states.ts'
import { PRIVACY_STATES } from './privacy-states.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const STANDARDS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
const LOCALES = ['en', 'ar', 'zh', 'fil'] as const
/** CSS pixels. */
const NARROW = 320
const PHONE = 390
const HEIGHT = 844

const story = useStory({ entries: 500 })
let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())

/** Opens a page without its Content Security Policy, which would block axe. */
async function open(width: number, more: object = {}): Promise<Page> {
  const viewport = { width, height: HEIGHT }
  return (await browser.newContext({ viewport, bypassCSP: true, ...more })).newPage()
}

async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(AXE)
  const { violations } = await page.evaluate(
    (values) =>
      (window as never as { axe: { run(options: object): Promise<AxeResults> } }).axe.run({
        runOnly: { type: 'tag', values },
      }),
    STANDARDS,
  )
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
}

/** What is wider than its place, or cut off. */
function overflow(page: Page): Promise<object> {
  return page.evaluate(() => ({
    sideways: document.documentElement.scrollWidth > innerWidth,
    outside: [...document.querySelectorAll('main *')]
      .filter((one) => {
        const { left, right, width } = one.getBoundingClientRect()
        return width > 0 && (left < -1 || right > innerWidth + 1)
      })
      .map((one) => one.className || one.tagName),
  }))
}
const FITS = { sideways: false, outside: [] }

describe.each(LOCALES)('%s', (locale) => {
  // A page is opened once: its color scheme and layout follow from its style sheet alone, as the platform sends one page to all screens.
  it('has no axe violations in any state and scheme, and fits every width, also with 200 % text at 320 px', async () => {
    const page = await open(PHONE, { reducedMotion: 'reduce' })
    for (const [state, show] of Object.entries(PRIVACY_STATES)) {
      await page.setViewportSize({ width: PHONE, height: HEIGHT })
      await show(page, story, locale)
      for (const colorScheme of SCHEMES) {
        await page.emulateMedia({ colorScheme })
        expect(await violations(page), `${state}, ${colorScheme}`).toEqual([])
      }
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: HEIGHT })
        expect(await overflow(page), `${state}, ${width} px`).toEqual(FITS)
      }
      await page.setViewportSize({ width: NARROW, height: HEIGHT })
      await page.addStyleTag({ content: 'html{font-size:200%}' })
      expect(await overflow(page), `${state}, 200 %`).toEqual(FITS)
    }
    await page.context().close()
  })
})

it.each([
  [320, 1],
  [390, 1],
  [768, 2],
  [1280, 3],
])('has, at %d px, %d columns of mini programs', async (width, columns) => {
  const page = await open(width)
  await PRIVACY_STATES['list']?.(page, story, 'en')
  const lefts = await page
    .locator('.app-card')
    .evaluateAll((cards) => cards.map((card) => card.getBoundingClientRect().left))
  expect(new Set(lefts).size).toBe(columns)
  await page.context().close()
})

it('works without a script: opens, unfolds, stops a scope', async () => {
  const page = await open(390, { javaScriptEnabled: false })
  await page.goto(await story.link({ locale: 'en' }))
  await page.getByText('Dates and times are in UTC.').waitFor()
  await page.getByRole('link', { name: 'Kopi House' }).click()
  await page.locator('details:not([open]) summary').first().click()
  await page.getByText('You turned off: see your full name').waitFor()
  await page.getByRole('button', { name: 'Stop: see your phone number' }).click()
  await page.getByRole('status').getByText('You turned off').waitFor()
  await page.context().close()
})

it('asks the browser for its time zone when the wallet’s link has none', async () => {
  const page = await open(390, { timezoneId: 'Pacific/Kiritimati' })
  await page.goto(await story.link({ locale: 'en' }))
  await page.waitForURL(/timeZone=Pacific/)
  expect(await page.locator('time').first().getAttribute('title')).toContain('GMT+14')
  expect(await page.getByText('Dates and times are in UTC.').count()).toBe(0)
  await page.context().close()
})
