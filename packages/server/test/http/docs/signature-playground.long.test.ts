/**
 * @module The signature playground in a browser, below the policy of the server: finds the mistake of its example, sends nothing, and has no
 * barriers.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { launchBrowser } from '../../support/chromium.ts'
import { startTestServer, type TestServer } from '../../support/server.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

const SITE_FILE = /\/docs\/(?:assets\/[\w.-]+\.js|icon\.svg)$/

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

it.each(['light', 'dark'] as const)(
  'finds the mistake of its example, and sends nothing: %s',
  async (colorScheme) => {
    const page = await browser.newPage({
      bypassCSP: true,
      colorScheme,
      viewport: { width: 360, height: 740 },
    })
    await page.goto(`${server.url}/docs/signature-playground`, { waitUntil: 'networkidle' })
    const requests: string[] = []
    page.on('request', (request) => {
      // VitePress fetches pages that are linked before they are opened. Their addresses say nothing of what was pasted.
      const isFile = request.method() === 'GET' && SITE_FILE.test(request.url())
      if (!isFile) requests.push(request.url())
    })
    await page.getByRole('button', { name: 'Fill in an example' }).click()
    await expect
      .poll(() => page.getByLabel('Public key').inputValue())
      .toContain('BEGIN PUBLIC KEY')
    await page.getByRole('button', { name: 'Check the signature' }).click()
    await page.getByText('The first byte that differs is number').waitFor()
    expect(await page.getByRole('status').textContent()).toContain(
      'as a JSON library serializes it',
    )
    expect(requests).toEqual([])
    await page.evaluate(AXE)
    const violations = await page.evaluate(
      'axe.run(".signature-playground").then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes[0].html]))',
    )
    expect(violations).toEqual([])
    await page.close()
  },
)

it('works below the policy of the server', async () => {
  const page = await browser.newPage()
  const problems: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text())
  })
  await page.goto(`${server.url}/docs/signature-playground`, { waitUntil: 'networkidle' })
  await page.getByLabel('Request').fill('hello')
  await page.getByLabel('Public key').fill('hello')
  await page.getByRole('button', { name: 'Check the signature' }).click()
  await page.getByText('This is no request').waitFor()
  expect(problems).toEqual([])
  await page.close()
})
