/**
 * @module Everybody can use the pages: axe in every state, language and light; text at 200 %; the keyboard alone; a tap that
 * comes too early (requirements R057, R066–R068; WCAG 2.2 AA).
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser, startTestDemo, type TestDemo } from './browser.ts'
import { LOCALES, openSheetOf, SCHEMES, STATES, walletOf } from './looks.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
/** Of the page's clock, where it is ours. */
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

/** The policy of the pages lets no script of ours in: here it is switched off. */
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

describe.each(LOCALES)('%s', (locale) => {
  it.each(SCHEMES)('axe finds nothing, in any state, %s', async (scheme) => {
    const page = await open(390, scheme)
    for (const [state, show] of Object.entries(STATES)) {
      await show(page, demo, locale)
      // The answers are faded in by nothing, but they are dead at first.
      expect(await violations(page), `${state}, ${scheme}`).toEqual([])
    }
    await page.context().close()
  })

  it('nothing is cut off or runs out at 200 % text, on 320 px', async () => {
    const page = await open(320, 'light')
    for (const [state, show] of Object.entries(STATES)) {
      await show(page, demo, locale)
      await page.addStyleTag({ content: 'html{font-size:200%}' })
      const found = await page.evaluate(() => ({
        sideways: document.documentElement.scrollWidth > innerWidth,
        cut: [...document.querySelectorAll('body *')]
          .filter((one) => one.clientWidth > 0 && one.scrollWidth > one.clientWidth + 1)
          .filter((one) => getComputedStyle(one).overflowX !== 'visible')
          .map((one) => one.className),
        answers: [...document.querySelectorAll('.answers .answer')].map((one) => {
          const { top, bottom } = one.getBoundingClientRect()
          return top >= 0 && bottom <= innerHeight + 1
        }),
      }))
      expect(found, `${state}`).toEqual({
        sideways: false,
        cut: [],
        answers: found.answers.map(() => true),
      })
    }
    await page.context().close()
  })

  it('both answers weigh the same', async () => {
    const { url, consentRequestId } = await openSheetOf(demo, {
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
      if (!decline || !allow) throw new Error('there are no two answers')
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

/** Of two colours as the browser computes them (WCAG 2.2 §1.4.3). */
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

describe('other eyes', () => {
  it.each([
    ['high contrast', { contrast: 'more' }],
    ['forced colours', { forcedColors: 'active' }],
  ])('%s: nothing is lost', async (_name, more) => {
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

describe('a tap that comes too early', () => {
  it('a double tap right after the sheet came allows nothing; the same tap later does', async () => {
    const page = await open(390, 'light')
    const { url, consentRequestId } = await openSheetOf(demo, {
      appId: 'kopi-house',
      scopes: ['auth_user'],
      locale: 'en',
    })
    // Whatever this machine takes for the steps, on the page no time passes but what is said here.
    await page.clock.install({ time: START })
    await page.clock.pauseAt(START + 1000)
    await page.goto(url)
    const box = await page.locator('#allow').boundingBox()
    if (!box) throw new Error('there is no answer')
    await page.evaluate(() => {
      const allowed: boolean[] = []
      document.addEventListener('submit', (event) => allowed.push(!event.defaultPrevented))
      Object.assign(window, { allowed })
    })
    const whetherAllowed = (): Promise<readonly boolean[]> =>
      page.evaluate(() => (window as unknown as { allowed: readonly boolean[] }).allowed)
    await page.clock.runFor(100)
    await page.mouse.dblclick(box.x + 20, box.y + 20)
    await page.keyboard.press('Tab')
    await page.locator('#allow').focus()
    await page.keyboard.press('Enter')
    const early = await whetherAllowed()
    expect(new Set(early)).toEqual(new Set([false]))
    // What moves it wakes the guard again.
    await page.clock.runFor(600)
    const resized = page.evaluate(
      () => new Promise((resolve) => addEventListener('resize', () => resolve(undefined))),
    )
    await page.setViewportSize({ width: 380, height: 800 })
    await resized
    await page.clock.runFor(50)
    await page.keyboard.press('Enter')
    expect(await whetherAllowed()).toEqual([...early, false])
    await page.clock.runFor(600)
    await page.keyboard.press('Enter')
    await page.waitForURL(/done$/)
    const { reply } = await walletOf(demo)('complete', { userId: 'u-1001', consentRequestId })
    expect(reply).toMatchObject({ status: 'GRANTED' })
    await page.context().close()
  })

  it('the user’s page is used by keyboard alone: two presses stop everything', async () => {
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
