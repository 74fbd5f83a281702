/**
 * @module The documentation in a browser: on a phone and on a wide screen, in light and dark, by keyboard, and without a script.
 * `ASSENT_DOCS_PAGES=all` checks every page in place of one of each type.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ADMIN_API } from '../../../src/admin-api/table.ts'
import { readLibrary } from '../../../src/http/docs/library.ts'
import { launchBrowser } from '../../support/chromium.ts'
import { startTestServer, type TestServer } from '../../support/server.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const WIDTHS = [360, 768, 1920]
const ONE_OF_EACH_TYPE = [
  '/docs/',
  '/docs/apis',
  '/docs/causes/TIMEOUT',
  '/docs/explanations/withdrawals',
  '/docs/oauth',
  '/docs/reference/host-services',
]
const PATHS =
  process.env['ASSENT_DOCS_PAGES'] === 'all' ? [...readLibrary().pages.keys()] : ONE_OF_EACH_TYPE

let server: TestServer
let browser: Browser
beforeAll(async () => {
  server = await startTestServer()
  browser = await launchBrowser()
})
afterAll(async () => {
  await browser.close()
  await server.close()
})

type Options = NonNullable<Parameters<Browser['newPage']>[0]>

/** A page, and what its console says about the content security policy and about errors. */
async function openPage(options: Options): Promise<{ page: Page; complaints: string[] }> {
  const page = await browser.newPage(options)
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  return { page, complaints }
}

/** Opens a page of the site and waits until its script runs. */
async function visit(page: Page, path: string): Promise<void> {
  await page.goto(server.url + path)
  await page.locator('.VPSwitchAppearance[title^="Switch"]').first().waitFor({ state: 'attached' })
}

async function openSearch(page: Page, query: string): Promise<void> {
  await page.keyboard.press('Control+k')
  await page.locator('#localsearch-input').fill(query)
}

async function findBarriers(page: Page): Promise<unknown> {
  await page.evaluate(AXE)
  return page.evaluate(
    'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes[0].html]))',
  )
}

describe.each(WIDTHS)('the documentation on a screen of %i px', (width) => {
  const viewport = { width, height: 800 }

  it('is not wider than the screen, and follows its own policy', async () => {
    const { page, complaints } = await openPage({ viewport })
    const wide: string[] = []
    for (const path of PATHS) {
      await visit(page, path)
      const content = await page.evaluate(() => document.documentElement.scrollWidth)
      if (content > width) wide.push(`${path} is ${content} px wide`)
    }
    await page.close()
    expect([...wide, ...complaints]).toEqual([])
  })

  it.each(['light', 'dark'] as const)('has no barriers: %s', async (colorScheme) => {
    const { page } = await openPage({ bypassCSP: true, colorScheme, viewport })
    const barriers: unknown[] = []
    for (const path of PATHS) {
      await visit(page, path)
      const found = (await findBarriers(page)) as readonly unknown[]
      barriers.push(...found.map((one) => [path, one]))
    }
    await page.close()
    expect(barriers).toEqual([])
  })
})

describe('the documentation', () => {
  it.each(['light', 'dark'] as const)('has no barriers in its search: %s', async (colorScheme) => {
    const { page } = await openPage({ bypassCSP: true, colorScheme })
    await visit(page, '/docs/oauth')
    await openSearch(page, 'sheetHash')
    await page.locator('.result').first().waitFor()
    const barriers = await findBarriers(page)
    await page.close()
    expect(barriers).toEqual([])
  })

  it('leads from a search to a page, and back, by keyboard', async () => {
    const { page, complaints } = await openPage({ viewport: { width: 1280, height: 800 } })
    await visit(page, '/docs/oauth')
    await openSearch(page, 'NO_USER_GESTURE')
    await page.locator('.result', { hasText: 'NO_USER_GESTURE' }).first().waitFor()
    await page.keyboard.press('Enter')
    await page.locator('h1', { hasText: 'NO_USER_GESTURE' }).waitFor()
    expect(new URL(page.url()).pathname).toBe('/docs/causes/NO_USER_GESTURE')
    await page.goBack()
    await page.locator('h1', { hasText: 'OAuth 2.1' }).waitFor()
    await page.close()
    expect(complaints).toEqual([])
  })

  it('shows the table of this wallet on each way to it', async () => {
    const { page, complaints } = await openPage({ viewport: { width: 1280, height: 800 } })
    const cell = page.locator('#scopes-and-apis td', { hasText: 'USER_NICKNAME' })
    await visit(page, '/docs/apis')
    await cell.waitFor()
    await page.locator('.VPNav').getByText('Reference').click()
    await page.locator('h1', { hasText: 'Wallet API' }).waitFor()
    await page.goBack()
    await cell.waitFor()
    await page.close()
    expect(complaints).toEqual([])
  })

  it('has text, navigation and tables without a script', async () => {
    const page = await browser.newPage({ javaScriptEnabled: false })
    await page.goto(`${server.url}/docs/apis`)
    const text = await page.locator('body').innerText()
    expect(text).toContain('Scopes and APIs of this wallet')
    expect(text).toContain('USER_NICKNAME')
    expect(text).toContain('Wallet engineers')
    await page.close()
  })

  it('lets the keyboard skip the navigation', async () => {
    const { page } = await openPage({})
    await visit(page, '/docs/oauth')
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.textContent?.trim())).toBe(
      'Skip to content',
    )
    await page.close()
  })

  it('moves nothing for those who prefer reduced motion', async () => {
    const { page } = await openPage({ reducedMotion: 'reduce' })
    await visit(page, '/docs/oauth')
    const moving = await page.evaluate(
      () =>
        [...document.querySelectorAll('*')].filter((element) => {
          const { transitionDuration, animationName } = getComputedStyle(element)
          return /[1-9]/.test(transitionDuration) || animationName !== 'none'
        }).length,
    )
    await page.close()
    expect(moving).toBe(0)
  })

  it('has an anchor for each operation of the admin API', async () => {
    const html = await (await fetch(`${server.url}/docs/reference/admin-api`)).text()
    const missing = ADMIN_API.filter(
      ({ row }) => !html.includes(`id="${row.summary.toLowerCase().replaceAll(' ', '-')}"`),
    )
    expect(missing.map(({ row }) => row.id)).toEqual([])
  })
})
