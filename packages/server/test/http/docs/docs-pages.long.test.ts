/**
 * @module The documentation in a browser: readable on a phone, in light and dark.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ADMIN_API } from '../../../src/admin-api/table.ts'
import { readLibrary } from '../../../src/http/docs/library.ts'
import { launchBrowser } from '../../support/chromium.ts'
import { startTestServer, type TestServer } from '../../support/server.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

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

it('has no page that is wider than a phone of 320 px, and none that breaks its own policy', async () => {
  const page = await browser.newPage({ viewport: { width: 320, height: 640 } })
  const problems: string[] = []
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) problems.push(message.text())
  })
  for (const path of readLibrary().pages.keys()) {
    await page.goto(server.url + path)
    const width = await page.evaluate(() => document.documentElement.scrollWidth)
    if (width > 320) problems.push(`${path} is ${width} px wide`)
  }
  await page.close()
  expect(problems).toEqual([])
})

it.each(['light', 'dark'] as const)(
  'has no barriers for administrators: %s',
  async (colorScheme) => {
    const page = await browser.newPage({
      bypassCSP: true,
      colorScheme,
      viewport: { width: 320, height: 640 },
    })
    const violations: unknown[] = []
    for (const path of [
      'reference/admin-api',
      'admin-api',
      'administrators',
      'registry',
      'emergencies',
    ]) {
      await page.goto(`${server.url}/docs/${path}`)
      await page.evaluate(AXE)
      const found = await page.evaluate(
        'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes[0].html]))',
      )
      violations.push(...(found as unknown[]).map((one) => [path, one]))
    }
    await page.close()
    expect(violations).toEqual([])
  },
)

it('has an anchor for each operation of the admin API', async () => {
  const html = await (await fetch(`${server.url}/docs/reference/admin-api`)).text()
  const missing = ADMIN_API.filter(
    ({ row }) => !html.includes(`id="${row.summary.toLowerCase().replaceAll(' ', '-')}"`),
  )
  expect(missing.map(({ row }) => row.id)).toEqual([])
})

it.each(['light', 'dark'] as const)('has text of sufficient contrast: %s', async (colorScheme) => {
  const page = await browser.newPage({ colorScheme })
  await page.goto(`${server.url}/docs/merchant-api`)
  const ratios = await page.evaluate(() => {
    const channels = (color: string) => (color.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number)
    const luminance = (color: string) => {
      const [r = 0, g = 0, b = 0] = channels(color).map((value) => {
        const share = value / 255
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
      })
      return 0.2126 * r + 0.7152 * g + 0.0722 * b
    }
    const backgroundOf = (element: Element): string => {
      const color = getComputedStyle(element).backgroundColor
      const { parentElement } = element
      return color === 'rgba(0, 0, 0, 0)' && parentElement ? backgroundOf(parentElement) : color
    }
    return ['p', 'a', 'code', 'pre code', 'th', 'td'].map((selector) => {
      const element = document.querySelector(`main ${selector}`)
      if (!element) return [selector, 0]
      const [low = 0, high = 0] = [getComputedStyle(element).color, backgroundOf(element)]
        .map(luminance)
        .sort((a, b) => a - b)
      return [selector, (high + 0.05) / (low + 0.05)]
    })
  })
  await page.close()
  expect(ratios.filter(([, ratio]) => Number(ratio) < 4.5)).toEqual([])
})
