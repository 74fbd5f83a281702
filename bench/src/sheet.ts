/**
 * @module Measures the size of the consent page, and the time from `consult` until it is usable in Chromium.
 */

import { createPrivateKey } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { startDemo } from '@assent/demo'
import { signRequest } from '@assent/merchant'
import { WALLET_PATHS, type WalletOperation } from '@assent/protocol'
import { chromium } from 'playwright-core'
import { quantile } from './closed-loop.ts'
import { table } from './results.ts'
import { freePort } from './servers.ts'

const WALLET_ID = 'demo-wallet'
const USER_ID = 'u-1001'
const APP_ID = 'kopi-house'
const SCOPES = [
  { scope: 'auth_user', required: true },
  'USER_MOBILE_PHONE',
  'USER_BIRTHDAY',
  'USER_NAME',
  'CARD_LIST',
]
const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome', 'chrome']
const LOCALES = ['en', 'zh', 'ar']

type Reply = Record<string, string>

export async function measureSheet(rounds: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'assent-bench-sheet-'))
  const ports = {
    platform: await freePort(),
    wallet: await freePort(),
    miniProgram: await freePort(),
    merchant: await freePort(),
    upstream: await freePort(),
  }
  const demo = await startDemo(() => {}, { folder, ports })
  const browser = await chromium.launch({
    executablePath: findBrowser(),
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'],
  })
  const key = createPrivateKey(demo.setup.walletKey)
  const { platform } = demo.setup.urls

  async function wallet(operation: WalletOperation, data: object): Promise<Reply> {
    const path = WALLET_PATHS[operation]
    const body = JSON.stringify({ userId: USER_ID, ...data })
    const now = Math.floor(Date.now() / 1000)
    const headers = signRequest({ clientId: WALLET_ID, key, keyVersion: 1, path, body, now })
    const response = await fetch(platform + path, { method: 'POST', headers, body })
    return (await response.json()) as Reply
  }

  const consult = (locale: string): Promise<Reply> =>
    wallet('consult', {
      appId: APP_ID,
      scopes: SCOPES,
      context: {
        firstScreen: false,
        visible: true,
        userGestureAt: new Date().toISOString(),
        locale,
      },
    })

  try {
    const sizes: string[][] = []
    for (const locale of LOCALES) {
      const { consentUrl = '', consentRequestId } = await consult(locale)
      // As a web view that says nothing about itself opens it.
      const html = await (await fetch(`${consentUrl}/open`, { method: 'POST' })).text()
      const icon = await (await fetch(`${platform}/consent/icons/${APP_ID}`)).arrayBuffer()
      const [plain, packed] = [Buffer.byteLength(html), gzipSync(html).length]
      const kb = (bytes: number): string => (bytes / 1000).toFixed(1)
      sizes.push([
        locale,
        kb(plain + icon.byteLength),
        kb(packed + gzipSync(Buffer.from(icon)).length),
      ])
      await wallet('complete', { consentRequestId })
    }
    console.log(table(['consent page with icon', 'KB', 'KB compressed'], sizes))
    const times: number[] = []
    for (let round = 0; round < rounds * 10; round++) {
      const context = await browser.newContext()
      const page = await context.newPage()
      const startedAt = performance.now()
      const { consentUrl = '', consentRequestId } = await consult('en')
      const consulted = performance.now() - startedAt
      await page.goto(consentUrl)
      // The script has run and the form is complete, so every control works.
      const interactive = await page.evaluate(
        () =>
          (performance.getEntriesByType('navigation')[0] as PerformanceNavigationTiming)
            .domContentLoadedEventEnd,
      )
      times.push(consulted + interactive)
      await wallet('complete', { consentRequestId })
      await context.close()
    }
    const at = (q: number): string => quantile(times, q).toFixed(0)
    console.log(
      `interactive ${at(0.5)} ms after the call of consult (median of ${times.length}), 95 %: ${at(0.95)} ms`,
    )
  } finally {
    await browser.close()
    await demo.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

function findBrowser(): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const found = folders
    .flatMap((folder) => BROWSERS.map((name) => join(folder, name)))
    .find((path) => existsSync(path))
  const path = process.env['CHROMIUM'] ?? found
  if (!path) throw new Error('Chromium was not found. Install it, or set CHROMIUM to its path.')
  return path
}
