/**
 * @module What a mini program cannot do in a native wallet, though its scripts rule its web view: real pages of Chromium, and the core in
 * another one.
 *
 * @see docs/native-hosts.md#what-can-a-mini-program-reach
 */
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { CoreMessage } from '../../src/native-host/messages.ts'
import { createNativeWebViews, type NativeWebViews } from '../support/native-web-views.ts'
import { GRANTED } from '../support/services.ts'
import type { Origins } from './contract.ts'
import { startWallets, type TestWallets } from './wallet.ts'

let wallets: TestWallets
let origins: Origins
let context: BrowserContext
let webViews: NativeWebViews
let received: CoreMessage[]
let page: Page
beforeAll(async () => {
  wallets = await startWallets()
  origins = wallets.origins
})
afterAll(() => wallets.close())
beforeEach(async () => {
  received = []
  context = await wallets.createContext()
  const url = `${origins.wallet}/native-host`
  webViews = await createNativeWebViews(context, url, (message) => void received.push(message))
  await webViews.tell({ type: 'start' })
  await webViews.tell({ type: 'open', view: 'page', appId: 'kopi', origins: [origins.first] })
  page = await webViews.addView('page')
})
afterEach(() => context.close())

type Call = CoreMessage & { readonly type: 'call' }
const calls = () => received.filter((message): message is Call => message.type === 'call')
const failures = () => received.flatMap((one) => (one.type === 'failure' ? one.failure.cause : []))
/** Waits until the core has followed all messages of the pages so far. */
const settle = () => webViews.hostPage.evaluate('new Promise((done) => setTimeout(done, 300))')
/** Records what the page gets from here on. */
const RECORD = 'window.seen = []; AssentBridge.onmessage = ({ data }) => void seen.push(data)'
const seen = () => page.evaluate<string[]>('seen')

describe('a native wallet', () => {
  it('gives a code to the page that asked for it, not to the next page', async () => {
    await page.goto(`${origins.first}/`)
    await expect.poll(() => calls().length, { timeout: 20_000 }).toBe(1)
    await page.goto(`${origins.wrong}/no-script`)
    await page.evaluate(RECORD)
    const [call] = calls() as [Call]
    await webViews.tell({ type: 'reply', id: call.id, body: JSON.stringify(GRANTED) })
    await settle()
    expect((await seen()).join()).not.toContain(GRANTED.authCode)
  })

  it('gives no key to a page whose address the web view reports wrongly', async () => {
    await page.goto(`${origins.wrong}/no-script`)
    await page.evaluate(RECORD)
    const text = JSON.stringify({ type: 'assent:knock', pageId: 'page-1' })
    await webViews.tell({ type: 'page', view: 'page', url: `${origins.first}/`, text })
    await settle()
    expect(await seen()).toEqual([])
  })

  it('takes no call without the key, and none with the key from another origin or a frame', async () => {
    await page.goto(`${origins.first}/no-script`)
    await page.evaluate(RECORD)
    await page.evaluate(
      `AssentBridge.postMessage(JSON.stringify({ type: 'assent:knock', pageId: 'page-1' }))`,
    )
    await page.waitForFunction('seen.length > 0')
    const { key } = JSON.parse((await seen())[0] ?? '')
    const message = { type: 'call', id: 1, method: 'getAuthCode', params: {} }
    const url = `${origins.first}/`
    const forged = [
      { url, text: JSON.stringify({ key: 'x', message }) },
      { url, text: JSON.stringify({ message }) },
      { url, text: 'no JSON' },
      { url: `${origins.wrong}/`, text: JSON.stringify({ key, message }) },
      { url, isMainFrame: false, text: JSON.stringify({ key, message }) },
    ]
    for (const one of forged) await webViews.tell({ type: 'page', view: 'page', ...one })
    await settle()
    expect(calls()).toEqual([])
    await webViews.tell({ type: 'page', view: 'page', url, text: JSON.stringify({ key, message }) })
    await expect.poll(() => calls().length, { timeout: 20_000 }).toBe(1)
  })

  it('ignores taps that the page reports', async () => {
    await page.goto(`${origins.first}/no-script`)
    await page.evaluate(RECORD)
    await page.evaluate(
      `AssentBridge.postMessage(JSON.stringify({ type: 'assent:knock', pageId: 'page-1' }))`,
    )
    await page.waitForFunction('seen.length > 0')
    await page.evaluate(`{
      const { key } = JSON.parse(seen[0])
      const post = (message) => AssentBridge.postMessage(JSON.stringify({ key, message }))
      post({ type: 'gesture', ageMilliseconds: 0 })
      post({ type: 'call', id: 1, method: 'getAuthCode', params: { scopes: 'auth_user' } })
    }`)
    await expect.poll(() => calls().length, { timeout: 20_000 }).toBe(1)
    const { context: seenContext } = JSON.parse(calls()[0]?.body ?? '')
    expect(seenContext).toMatchObject({ firstScreen: true })
    expect(seenContext).not.toHaveProperty('userGestureAgeMilliseconds')
  })

  it('reports a page of an origin that is not registered once', async () => {
    await page.goto(`${origins.wrong}/`)
    await page.evaluate('login')
    await page.waitForTimeout(300)
    expect(failures()).toEqual(['ORIGIN_NOT_REGISTERED'])
  })

  it('says what it could not follow', async () => {
    await webViews.tell({ type: 'open', view: 'other', appId: 'kopi', origins: ['no origin'] })
    expect(received).toContainEqual({
      type: 'error',
      detail: expect.stringContaining('is not an origin'),
    })
  })
})
