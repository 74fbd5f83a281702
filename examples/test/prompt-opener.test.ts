/**
 * @module The consent page in Chromium: it is loaded again, left and entered again, opened a second time, and opened by a web view that
 * sends no Fetch Metadata, with and without cookies and scripts.
 */
import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser, startTestDemo, type TestDemo, waitUntilActive } from './browser.ts'
import { openConsentPage, walletOf } from './page-states.ts'

const MARIA = 'u-1001'
const APP = 'kopi-house'
const SCOPES = ['USER_NAME']

let browser: Browser
let demo: TestDemo
let oldWebViews: Server
beforeAll(async () => {
  ;[browser, demo] = await Promise.all([launchBrowser(), startTestDemo()])
  oldWebViews = await startOldWebViews()
})
afterAll(async () => {
  await browser.close()
  oldWebViews.close()
  await demo.close()
})

/** Passes requests on as a web view sends them that has no Fetch Metadata. */
async function startOldWebViews(): Promise<Server> {
  const platform = demo.demo.setup.urls.platform
  const server = createServer((incoming, outgoing) => {
    const headers = Object.fromEntries(
      Object.entries(incoming.headers).filter(([name]) => !name.startsWith('sec-fetch-')),
    )
    if (headers['origin'] !== undefined) headers['origin'] = platform
    const { method, url } = incoming
    const forwarded = request(new URL(url ?? '/', platform), { method, headers }, (reply) => {
      outgoing.writeHead(reply.statusCode ?? 500, reply.headers)
      reply.pipe(outgoing)
    })
    incoming.pipe(forwarded)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

const oldWebViewOf = (url: string): string =>
  `http://127.0.0.1:${(oldWebViews.address() as AddressInfo).port}${new URL(url).pathname}`

async function createPrompt(): Promise<{
  readonly url: string
  readonly status: () => Promise<unknown>
}> {
  const wallet = walletOf(demo)
  await wallet('revoke', { userId: MARIA, appId: APP, scopes: SCOPES })
  await wallet('clearDenials', { userId: MARIA, appId: APP })
  const { url, consentRequestId } = await openConsentPage(demo, {
    appId: APP,
    scopes: SCOPES,
    locale: 'en',
  })
  return {
    url,
    async status() {
      const { reply } = await wallet('complete', { userId: MARIA, consentRequestId })
      return 'status' in reply ? reply.status : reply.result.resultCode
    },
  }
}

const sees = (page: Page, text: string) => page.getByText(text).first().waitFor()
const seesPrompt = (page: Page) => page.locator('#allow').waitFor()

async function allow(page: Page): Promise<void> {
  await waitUntilActive(page)
  await page.locator('#allow').click()
  await page.waitForURL(/\/done$/)
}

describe.each([
  ['a browser of today', (url: string) => url],
  ['a web view without Fetch Metadata', oldWebViewOf],
])('in %s', (_name, addressOf) => {
  it('a second page cannot open the prompt, and the first one decides', async () => {
    const { url, status } = await createPrompt()
    const [first, second] = await Promise.all([browser.newContext(), browser.newContext()])
    const page = await first.newPage()
    await page.goto(addressOf(url))
    await seesPrompt(page)
    const stranger = await second.newPage()
    await stranger.goto(addressOf(url))
    await sees(stranger, 'This request is open somewhere else')
    expect(await stranger.locator('#allow').count()).toBe(0)
    await allow(page)
    expect(await status()).toBe('GRANTED')
    await Promise.all([first.close(), second.close()])
  })

  it('the page can be loaded again', async () => {
    const { url, status } = await createPrompt()
    const context = await browser.newContext()
    const page = await context.newPage()
    await page.goto(addressOf(url))
    for (let times = 0; times < 2; times++) {
      await seesPrompt(page)
      expect(new URL(page.url()).pathname).toBe(new URL(url).pathname)
      await page.reload()
    }
    await seesPrompt(page)
    await allow(page)
    expect(await status()).toBe('GRANTED')
    await context.close()
  })

  it('the page answers without cookies; loaded again, it says that the prompt was dismissed', async () => {
    const context = await browser.newContext()
    const page = await context.newPage()
    const answered = await createPrompt()
    await page.goto(addressOf(answered.url))
    await seesPrompt(page)
    await context.clearCookies()
    await allow(page)
    expect(await answered.status()).toBe('GRANTED')
    const dismissed = await createPrompt()
    await page.goto(addressOf(dismissed.url))
    await seesPrompt(page)
    await context.clearCookies()
    await page.reload()
    await sees(page, 'You already answered this request')
    expect(await dismissed.status()).toBe('DISMISSED')
    await context.close()
  })

  it('the page that is left was dismissed, and says so when the user comes back', async () => {
    const { url, status } = await createPrompt()
    const context = await browser.newContext()
    const page = await context.newPage()
    await page.goto(addressOf(url))
    await seesPrompt(page)
    await page.goto(`${demo.demo.setup.urls.platform}/docs`)
    await page.goBack()
    await sees(page, 'You already answered this request')
    expect(await status()).toBe('DISMISSED')
    await context.close()
  })

  it('the prompt works without scripts', async () => {
    const { url, status } = await createPrompt()
    const context = await browser.newContext({ javaScriptEnabled: false })
    const page = await context.newPage()
    await page.goto(addressOf(url))
    const start = page.getByRole('button', { name: 'Continue' })
    if ((await start.count()) > 0) await start.click()
    await seesPrompt(page)
    await waitUntilActive(page)
    await page.locator('#allow').click()
    await page.waitForURL(/\/done$/)
    expect(await status()).toBe('GRANTED')
    await context.close()
  })
})

it('is in no line of the log', async () => {
  const { url } = await createPrompt()
  const page = await browser.newPage()
  await page.goto(url)
  await seesPrompt(page)
  const opener = await page.locator('input[name=opener]').inputValue()
  await page.reload()
  await seesPrompt(page)
  await allow(page)
  const log = demo.log.join('')
  for (const secret of [new URL(url).pathname.split('/').pop() ?? '', opener])
    expect(log).not.toContain(secret)
  await page.close()
})
