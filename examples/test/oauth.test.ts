/**
 * @module OAuth in Chromium: a web page with an OAuth library, the wallet's authorization page, and the consent page.
 */
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { WEB_CLIENT_ID, WEB_PATH } from '../src/setup.ts'
import {
  expectNothingLeaked,
  launchBrowser,
  startTestDemo,
  type TestDemo,
  waitUntilActive,
} from './browser.ts'

let browser: Browser
let demo: TestDemo
let page: Page
let traffic: string[]
const credentials = new Set<string>()

beforeAll(async () => {
  ;[browser, demo] = await Promise.all([launchBrowser(), startTestDemo()])
})
afterAll(async () => {
  await browser.close()
  await demo.close()
})
beforeEach(async () => {
  const context = await browser.newContext({ reducedMotion: 'reduce' })
  page = await context.newPage()
  traffic = []
  page.on('response', (response) => {
    const path = new URL(response.url()).pathname
    if (!path.startsWith('/oauth2/')) return
    traffic.push(`${response.request().method()} ${path} ${response.status()}`)
    if (path === '/oauth2/token' && response.ok()) void response.json().then(remember)
  })
})
afterEach(() => page.context().close())

function remember(tokens: Record<string, string>): void {
  for (const name of ['access_token', 'refresh_token']) credentials.add(tokens[name] ?? '')
}

const shop = (): string => demo.demo.setup.urls.miniProgram + WEB_PATH
const sheet = () => page.frameLocator('.overlay iframe')

/** Signs in up to the consent prompt. */
async function openPrompt(): Promise<void> {
  await page.goto(shop())
  await page.getByRole('button', { name: 'Sign in with Demo Wallet' }).click()
  await page.waitForURL(`${demo.demo.setup.urls.wallet}/**`)
  await page.getByRole('button', { name: 'Continue' }).click()
  await sheet().locator('#allow').waitFor()
  await waitUntilActive(sheet())
}

describe('a web page with oauth4webapi and DPoP', () => {
  it('shows that the user denied the request, and receives no tokens', async () => {
    await openPrompt()
    await sheet().locator('button[value=decline]').click()
    await page.getByText('You denied the request.').waitFor()
    expect(page.url()).toBe(shop())
    expect(traffic.filter((line) => line.includes('/oauth2/token'))).toEqual([])
    const { wallet } = demo.demo.setup.urls
    await page.goto(wallet)
    await page.evaluate(() =>
      fetch('/api/clearDenials', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ appId: 'kopi-house' }),
      }),
    )
  })

  it('signs the user in with a code, a DPoP proof with a nonce, and user info', async () => {
    await openPrompt()
    await expect.poll(() => sheet().locator('h1').innerText()).toContain('Kopi House')
    for (const one of await sheet().getByRole('switch').all()) await one.check()
    await sheet().locator('#end').scrollIntoViewIfNeeded()
    await sheet().locator('#allow').click()
    await page.getByRole('heading', { name: 'You are signed in' }).waitFor()
    expect(await page.locator('dl').innerText()).toContain('Maria')
    // The code and the tokens are neither in the URL nor in storage.
    expect(page.url()).toBe(shop())
    expect(await page.evaluate(() => ({ ...localStorage, ...sessionStorage }))).toEqual({})
    expect(traffic.filter((line) => !line.startsWith('OPTIONS'))).toEqual([
      'GET /oauth2/authorize 303',
      'POST /oauth2/token 400',
      'POST /oauth2/token 200',
      'GET /oauth2/userinfo 200',
    ])
  })

  it('asks the same user again, because any app can use the loopback address of the shop', async () => {
    await page.goto(shop())
    await page.getByRole('button', { name: 'Sign in with Demo Wallet' }).click()
    await page.getByRole('button', { name: 'Continue' }).click()
    await sheet().getByText('We could not verify which app is asking.').waitFor()
    await sheet().getByText('an app on this device').waitFor()
    await sheet().locator('#end').scrollIntoViewIfNeeded()
    await sheet().locator('#allow').click()
    await page.getByRole('heading', { name: 'You are signed in' }).waitFor()
  })

  it('fails with consent_required for prompt=none, whatever was granted', async () => {
    await page.goto(shop())
    await page.getByRole('button', { name: 'Sign in with Demo Wallet' }).waitFor()
    const authorization = page.waitForRequest(/\/oauth2\/authorize/)
    await page.getByRole('button', { name: 'Sign in with Demo Wallet' }).click()
    const url = new URL((await authorization).url())
    for (const [prompt, scope, expected, shown] of [
      ['none', 'openid profile', 'error=consent_required', 'Please try again'],
      ['none', 'openid USER_MOBILE_PHONE', 'error=consent_required', 'Please try again'],
    ] as const) {
      url.searchParams.set('prompt', prompt)
      url.searchParams.set('scope', scope)
      const redirect = page.waitForRequest((request) => request.url().startsWith(`${shop()}?`))
      // The wallet's page redirects before it has loaded, so `goto` would fail.
      await page.evaluate((href) => location.assign(href), url.href)
      expect((await redirect).url()).toContain(expected)
      await page.getByText(shown).waitFor()
    }
  })

  it('cannot read token responses from another origin', async () => {
    const { wallet, platform } = demo.demo.setup.urls
    await page.goto(wallet)
    const outcome = await page.evaluate(
      async ([url, clientId]) => {
        const body = new URLSearchParams({ client_id: clientId ?? '', grant_type: 'refresh_token' })
        return fetch(`${url}/oauth2/token`, { method: 'POST', body }).then(
          () => 'read',
          () => 'blocked',
        )
      },
      [platform, WEB_CLIENT_ID],
    )
    expect(outcome).toBe('blocked')
  })

  it('leaves no credential in the log or the database', async () => {
    expect(credentials.size).toBeGreaterThan(1)
    await expectNothingLeaked(demo, credentials)
  })
})
