/**
 * @module `npm run screenshots` takes screenshots of the consent page and the privacy page in every language, color scheme and screen size,
 * and an overview per language. It writes them to the folder in SCREENSHOTS, or to `screenshots`.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { launchBrowser, startTestDemo, type TestDemo } from './browser.ts'
import { LOCALES, SCHEMES, STATES, WIDTHS } from './page-states.ts'

const HEIGHTS: Readonly<Record<number, number>> = { 320: 640, 390: 844, 768: 1024, 1280: 900 }
const FOLDER = resolve(process.env['SCREENSHOTS'] ?? 'screenshots')

let browser: Browser
let demo: TestDemo
beforeAll(async () => {
  ;[browser, demo] = await Promise.all([launchBrowser(), startTestDemo()])
  mkdirSync(FOLDER, { recursive: true })
})
afterAll(async () => {
  await browser.close()
  await demo.close()
})

it.each(LOCALES)(
  'writes a screenshot of every page state in %s',
  async (locale) => {
    const names: string[] = []
    for (const colorScheme of SCHEMES) {
      for (const width of WIDTHS) {
        const viewport = { width, height: HEIGHTS[width] ?? 800 }
        const context = await browser.newContext({ viewport, colorScheme, reducedMotion: 'reduce' })
        const page = await context.newPage()
        for (const [state, open] of Object.entries(STATES)) {
          await open(page, demo, locale)
          const name = `${locale}-${colorScheme}-${width}-${state}.png`
          await page.screenshot({ path: join(FOLDER, name), fullPage: state.startsWith('page') })
          names.push(name)
        }
        await context.close()
      }
    }
    await writeOverview(locale, names)
    expect(names).toHaveLength(SCHEMES.length * WIDTHS.length * Object.keys(STATES).length)
  },
  600_000,
)

async function writeOverview(locale: string, names: readonly string[]): Promise<void> {
  const cells = names.map(
    (name) => `<figure><img src="${name}" height="560"><figcaption>${name}</figcaption></figure>`,
  )
  const style =
    'body{font:12px sans-serif;display:flex;flex-wrap:wrap;gap:12px;background:#888}figure{margin:0}'
  const file = join(FOLDER, `${locale}.html`)
  writeFileSync(file, `<!doctype html><style>${style}</style>${cells.join('')}`)
  const page = await browser.newPage({ viewport: { width: 2400, height: 1200 } })
  await page.goto(`file://${file}`)
  await page.screenshot({ path: join(FOLDER, `${locale}.png`), fullPage: true })
  await page.close()
}
