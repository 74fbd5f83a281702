/**
 * @module Accessibility of the pages ([WCAG 2.2](https://www.w3.org/TR/WCAG22/) AA): axe in every state, language and color scheme, text at
 * 200 %, keyboard operation, and accidental taps.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser, startTestDemo, type TestDemo } from './browser.ts'
import { LOCALES, openConsentPage, SCHEMES, STATES, walletOf } from './page-states.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
/** The start of the page's clock in tests that control it. */
const START = Date.now()
const STANDARDS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

let browser: Browser
let demo: TestDemo
beforeAll(async () => {
  ;[browser, demo] = await Promise.all([launchBrowser(), startTestDemo()])
})
afterAll(async () => {
  await browser.close()
  await demo.close()
})

/** Opens a page without its Content Security Policy, which would block axe. */
async function open(
  width: number,
  colorScheme: 'light' | 'dark',
  more: object = {},
): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width, height: 844 },
    colorScheme,
    reducedMotion: 'reduce',
    bypassCSP: true,
    ...more,
  })
  return context.newPage()
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

/** The texts that are cut off, and whether each answer is on the screen. */
function measure(page: Page): Promise<object> {
  return page.evaluate(() => ({
    sideways: document.documentElement.scrollWidth > innerWidth,
    cut: [...document.querySelectorAll('body *')]
      .filter((one) => one.clientWidth > 0 && one.scrollWidth > one.clientWidth + 1)
      .filter((one) => getComputedStyle(one).overflowX !== 'visible')
      .map((one) => one.className),
    hidden: [...document.querySelectorAll('.answers .answer')].filter((one) => {
      const { top, bottom } = one.getBoundingClientRect()
      return top < 0 || bottom > innerHeight + 1
    }).length,
  }))
}

describe.each(LOCALES)('%s', (locale) => {
  // A page is opened once: its color scheme and layout follow from its style sheet alone, as the platform sends one page to all screens.
  it('has no axe violations in any state and scheme, and neither clips nor overflows with 200 % text at 320 px', async () => {
    const page = await open(390, 'light')
    for (const [state, show] of Object.entries(STATES)) {
      await page.setViewportSize({ width: 390, height: 844 })
      await show(page, demo, locale)
      for (const colorScheme of SCHEMES) {
        await page.emulateMedia({ colorScheme })
        expect(await violations(page), `${state}, ${colorScheme}`).toEqual([])
      }
      await page.setViewportSize({ width: 320, height: 844 })
      await page.addStyleTag({ content: 'html{font-size:200%}' })
      expect(await measure(page), state).toEqual({ sideways: false, cut: [], hidden: 0 })
    }
    await page.context().close()
  })

  it('shows both buttons with the same size and style', async () => {
    const { url, consentRequestId } = await openConsentPage(demo, {
      appId: 'kopi-house',
      scopes: ['auth_user', 'USER_BIRTHDAY'],
      locale,
    })
    const page = await open(390, 'light')
    await page.goto(url)
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme })
      const [decline, allow] = await page.locator('.answers .answer').evaluateAll((buttons) =>
        buttons.map((button) => {
          const { width, height } = button.getBoundingClientRect()
          const { color, backgroundColor, fontWeight, fontSize, borderColor } =
            getComputedStyle(button)
          return { area: width * height, color, backgroundColor, fontWeight, fontSize, borderColor }
        }),
      )
      if (!decline || !allow) throw new Error('The page has no two buttons.')
      const { area: declined, ...declineStyle } = decline
      const { area: allowed, ...allowStyle } = allow
      expect(Math.abs(declined / allowed - 1)).toBeLessThan(0.05)
      expect(declineStyle).toEqual(allowStyle)
      expect(contrast(allow.color, allow.backgroundColor)).toBeGreaterThan(4.5)
    }
    await page.context().close()
    await walletOf(demo)('complete', { userId: 'u-1001', consentRequestId })
  })
})

/** The contrast of two computed colors ([WCAG 2.2 §1.4.3](https://www.w3.org/TR/WCAG22/#contrast-minimum)). */
function contrast(...colors: readonly string[]): number {
  const [light = 0, dark = 0] = colors
    .map((color) => {
      const [r = 0, g = 0, b = 0] = (color.match(/[\d.]+/g) ?? []).slice(0, 3).map((text) => {
        const value = Number(text) / 255
        return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
      })
      return 0.2126 * r + 0.7152 * g + 0.0722 * b
    })
    .sort((a, b) => b - a)
  return (light + 0.05) / (dark + 0.05)
}

describe('the consent page with', () => {
  it.each([
    ['high contrast', { contrast: 'more' }],
    ['forced colors', { forcedColors: 'active' }],
  ])('%s keeps its borders', async (_name, more) => {
    const page = await open(390, 'light', more)
    await STATES['sheet']?.(page, demo, 'en')
    expect(await violations(page)).toEqual([])
    const borders = await page
      .locator('.answer, .switch, .duration span')
      .evaluateAll((all) => all.map((one) => getComputedStyle(one).borderTopColor))
    for (const border of borders.filter(Boolean)) expect(border).not.toBe('rgba(0, 0, 0, 0)')
    await page.context().close()
  })
})

describe('the buttons of the consent page', () => {
  it('ignore taps until the page was visible and unchanged for half a second', async () => {
    const page = await open(390, 'light')
    const { url, consentRequestId } = await openConsentPage(demo, {
      appId: 'kopi-house',
      scopes: ['auth_user'],
      locale: 'en',
    })
    // The test controls the page's clock, so that the speed of the machine does not matter.
    await page.clock.install({ time: START })
    await page.clock.pauseAt(START + 1000)
    await page.goto(url)
    const box = await page.locator('#allow').boundingBox()
    if (!box) throw new Error('The page has no allow button.')
    await page.evaluate(() => {
      const allowed: boolean[] = []
      document.addEventListener('submit', (event) => allowed.push(!event.defaultPrevented))
      Object.assign(window, { allowed })
    })
    const readSubmissions = (): Promise<readonly boolean[]> =>
      page.evaluate(() => (window as unknown as { allowed: readonly boolean[] }).allowed)
    await page.clock.runFor(100)
    await page.mouse.dblclick(box.x + 20, box.y + 20)
    await page.keyboard.press('Tab')
    await page.locator('#allow').focus()
    await page.keyboard.press('Enter')
    const early = await readSubmissions()
    expect(new Set(early)).toEqual(new Set([false]))
    // A layout change deactivates the buttons again.
    await page.clock.runFor(600)
    const resized = page.evaluate(
      () => new Promise((resolve) => addEventListener('resize', () => resolve(undefined))),
    )
    await page.setViewportSize({ width: 380, height: 800 })
    await resized
    await page.clock.runFor(50)
    await page.keyboard.press('Enter')
    expect(await readSubmissions()).toEqual([...early, false])
    await page.clock.runFor(600)
    await page.keyboard.press('Enter')
    await page.waitForURL(/done$/)
    const { reply } = await walletOf(demo)('complete', { userId: 'u-1001', consentRequestId })
    expect(reply).toMatchObject({ status: 'GRANTED' })
    await page.context().close()
  })

  it('of the privacy page stop all sharing by keyboard alone', async () => {
    const page = await open(390, 'light')
    await STATES['page']?.(page, demo, 'en')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.locator('.permission').first().waitFor()
    const focused = () => page.locator(':focus').innerText()
    for (let n = 0; n < 12; n++) {
      await page.keyboard.press('Tab')
      if ((await focused()) === 'Stop everything') break
    }
    await page.keyboard.press('Enter')
    await page.getByRole('status').waitFor()
    await page.context().close()
  })
})
