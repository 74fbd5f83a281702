/**
 * @module Nothing that a user agrees to is hidden while “allow” is active, at any width and text size, with and without scripts.
 */
import type { Sheet, SheetScope } from '@assent/protocol'
import { transform } from 'esbuild'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { renderConsentPrompt } from '../../../src/http/consent-page/consent-prompt.tsx'
import { SCRIPT } from '../../../src/http/html/assets.ts'
import { launchBrowser } from '../../support/chromium.ts'

const URL = 'http://prompt.test/'
const SCREENS = [
  { width: 320, height: 568 },
  { width: 390, height: 844 },
  { width: 768, height: 1024 },
  { width: 1280, height: 900 },
]

function scopeOf(scope: string, required = false): SheetScope {
  const text = `Everything about ${scope} that the merchant gets, in a sentence of some length.`
  const purpose = { text: `So that ${scope} can be put to use for you.`, version: '1' }
  return { scope, title: `see your ${scope}`, description: text, purpose, required, fields: [] }
}

function sheetOf(scopes: readonly SheetScope[]): Sheet {
  return {
    version: 2,
    notice: '1',
    locale: 'en',
    miniProgram: { appId: 'kopi', name: 'Kopi House', icon: '', verified: true },
    merchant: { clientId: 'kopi', name: 'Kopi House Trading Inc.', country: 'PH' },
    wallet: { name: 'Demo Wallet', settingsPath: 'Privacy' },
    scopes,
    lifetimes: ['once', '30d', 'until_withdrawn'],
    lifetime: '30d',
    recipients: ['Courier Ltd.'],
    policyUrl: 'https://kopi.example/privacy',
  }
}

const SHORT = sheetOf([scopeOf('nickname')])
const LONG = sheetOf([
  scopeOf('nickname', true),
  ...['name', 'picture', 'phone', 'email', 'address', 'birthday'].map((name) => scopeOf(name)),
])

function htmlOf(sheet: Sheet, textZoom: number): string {
  const html = renderConsentPrompt({
    sheet,
    sheetHash: 'hash',
    opener: 'opener',
    action: '/consent/cr_1',
    theme: { style: '' },
    icons: {},
    previews: {},
    origins: [],
    isSelectionEmpty: false,
  })
  return html.replace('</head>', `<style>html{font-size:${textZoom}%}</style></head>`)
}

let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())

type Setup = BrowserContextOptions & {
  readonly textZoom?: number
  readonly initScript?: string
}

async function open(
  sheet: Sheet,
  { textZoom = 100, initScript, ...options }: Setup,
): Promise<Page> {
  const context = await browser.newContext({ reducedMotion: 'reduce', ...options })
  const page = await context.newPage()
  if (initScript) await page.addInitScript(initScript)
  const body = htmlOf(sheet, textZoom)
  await page.route(`${URL}**`, (route) => route.fulfill({ body, contentType: 'text/html' }))
  await page.goto(URL)
  return page
}

type PromptState = {
  readonly isAllowActive: boolean
  /** “Allow” and the duration are on the screen. */
  readonly isAllowVisible: boolean
  readonly isDurationVisible: boolean
  /** Otherwise the duration is a part of what scrolls. */
  readonly isDurationPinned: boolean
  /** The parts that are below the visible area. */
  readonly below: readonly string[]
  readonly isCueVisible: boolean
}

/** Reads what is on the screen. */
function readState(page: Page): Promise<PromptState> {
  return page.evaluate(() => {
    const one = (selector: string) => document.querySelector(selector) as HTMLElement
    const visible = one('.scroll').getBoundingClientRect()
    const isVisible = (element: HTMLElement): boolean => {
      const { top, bottom } = element.getBoundingClientRect()
      return top >= visible.top - 1 && bottom <= innerHeight + 1
    }
    const parts = [
      ...document.querySelectorAll<HTMLElement>(
        '.rows > li, .scroll > .note, .links, .scroll > .duration',
      ),
    ]
    return {
      isAllowActive: !one('#allow').hasAttribute('aria-disabled'),
      isAllowVisible: isVisible(one('#allow')),
      isDurationVisible: isVisible(one('.duration')),
      isDurationPinned: document.querySelector('.footer .duration') !== null,
      below: parts
        .filter((part) => part.getBoundingClientRect().bottom > visible.bottom + 1)
        .map((part) => part.innerText.slice(0, 40)),
      isCueVisible: !one('#more').hidden,
    }
  })
}

/** Scrolls by half a screen, as a thumb does. @returns whether there was more */
function scrollOn(page: Page): Promise<boolean> {
  return page.evaluate(() => {
    const scroller = document.querySelector('.scroll') as HTMLElement
    const before = scroller.scrollTop
    scroller.scrollTop += scroller.clientHeight / 2
    return scroller.scrollTop > before
  })
}

const CASES = SCREENS.flatMap((viewport) =>
  [100, 200].flatMap((textZoom) => [
    { name: 'short', sheet: SHORT, viewport, textZoom, width: viewport.width },
    { name: 'long', sheet: LONG, viewport, textZoom, width: viewport.width },
  ]),
)

describe('“allow”', () => {
  it.each(CASES)(
    'of a $name prompt, $width px wide, with text at $textZoom %, is active only when all was seen',
    async ({ sheet, viewport, textZoom }) => {
      const page = await open(sheet, { viewport, textZoom })
      for (let steps = 0; steps < 60; steps++) {
        const state = await readState(page)
        const isComplete = state.below.length === 0
        // Allow follows an observer of the browser, so it may become active a frame later, but never too early.
        if (!isComplete) expect(state.isAllowActive, state.below.join()).toBe(false)
        expect(state.isAllowVisible).toBe(true)
        if (state.isDurationPinned) expect(state.isDurationVisible).toBe(true)
        expect(state.isCueVisible).toBe(!state.isAllowActive)
        if (!(await scrollOn(page))) break
      }
      await expect.poll(async () => (await readState(page)).isAllowActive).toBe(true)
      expect((await readState(page)).below).toEqual([])
      await page.context().close()
    },
  )

  it('stays on the screen when the text grows while the prompt is open', async () => {
    const page = await open(LONG, { viewport: { width: 320, height: 568 } })
    expect((await readState(page)).isDurationPinned).toBe(true)
    await page.addStyleTag({ content: 'html{font-size:200%}' })
    await expect.poll(async () => (await readState(page)).isDurationPinned).toBe(false)
    expect(await readState(page)).toMatchObject({ isAllowVisible: true, isAllowActive: false })
    await page.context().close()
  })

  it('is inactive on phones at first when the prompt is long', async () => {
    for (const viewport of SCREENS.slice(0, 2)) {
      const page = await open(LONG, { viewport })
      expect(await readState(page)).toMatchObject({
        isAllowActive: false,
        isAllowVisible: true,
        isDurationVisible: true,
        isCueVisible: true,
      })
      await page.context().close()
    }
  })

  it('says by keyboard why it is inactive, shows the rest, and then works', async () => {
    const page = await open(LONG, { viewport: { width: 390, height: 844 } })
    const allow = page.locator('#allow')
    await page.clock.install()
    await page.clock.runFor(1000)
    await page.evaluate(() => {
      const submitted: boolean[] = []
      document.addEventListener('submit', (event) => {
        submitted.push(!event.defaultPrevented)
        event.preventDefault()
      })
      Object.assign(window, { submitted })
    })
    const submitted = (): Promise<readonly boolean[]> =>
      page.evaluate(() => (window as unknown as { submitted: readonly boolean[] }).submitted)
    const description = await allow.getAttribute('aria-describedby')
    expect(await page.locator(`#${description}`).innerText()).toBe('Scroll down to see everything')
    await allow.focus()
    await page.keyboard.press('Enter')
    expect(await submitted()).toEqual([false])
    expect(await page.getByRole('status').innerText()).toBe('Scroll down to see everything')
    const scrolled = await page.locator('.scroll').evaluate(({ scrollTop }) => scrollTop)
    expect(scrolled).toBeGreaterThan(50)
    await expect
      .poll(async () => {
        await page.keyboard.press('Enter')
        return (await submitted()).at(-1)
      })
      .toBe(true)
    expect((await readState(page)).below).toEqual([])
    await page.context().close()
  })

  it('follows the scroll position where there is no IntersectionObserver', async () => {
    const viewport = { width: 390, height: 844 }
    const page = await open(LONG, { viewport, initScript: 'delete window.IntersectionObserver' })
    expect((await readState(page)).isAllowActive).toBe(false)
    while (await scrollOn(page)) expect((await readState(page)).below).toBeDefined()
    await expect.poll(async () => (await readState(page)).isAllowActive).toBe(true)
    await page.context().close()
  })

  it('comes after everything else without a script', async () => {
    for (const viewport of [SCREENS[0], SCREENS[3]]) {
      const page = await open(LONG, { viewport: viewport ?? null, javaScriptEnabled: false })
      const box = async (selector: string) => await page.locator(selector).boundingBox()
      const [end, duration, allow] = [
        await box('#end'),
        await box('.duration'),
        await box('#allow'),
      ]
      expect(duration?.y).toBeGreaterThanOrEqual((end?.y ?? 0) + (end?.height ?? 0))
      expect(allow?.y).toBeGreaterThanOrEqual((duration?.y ?? 0) + (duration?.height ?? 0))
      // The sheet itself scrolls: no part of it stays on the screen.
      await page.locator('#allow').scrollIntoViewIfNeeded()
      expect((await box('.duration'))?.y).toBeLessThanOrEqual(duration?.y ?? 0)
      await page.context().close()
    }
  })
})

describe('the script of the pages', () => {
  it('has the syntax of the oldest web views, those of Chromium 69 and iOS 12.2 (ES2018)', async () => {
    const options = { loader: 'js', minifyWhitespace: true } as const
    const old = await transform(SCRIPT, { ...options, target: ['chrome69', 'es2018'] })
    const current = await transform(SCRIPT, { ...options, target: 'esnext' })
    expect(old.code).toBe(current.code)
  })
})
