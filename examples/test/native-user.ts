/**
 * @module A user of the demo wallet as a native app: mini programs are pages of their own, the consent prompt is in the wallet's own web
 * view, and the native code calls the wallet's back end.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Browser, Frame, FrameLocator, Page } from 'playwright-core'
import {
  createNativeWebViews,
  type NativeWebViews,
} from '../../packages/jsapi/test/support/native-web-views.ts'
import { SHOPS } from '../src/shops.ts'
import { type PageUser, type PendingCall, type TestDemo, tapAndRequest } from './browser.ts'

const HOST_PAGE = createRequire(import.meta.url).resolve('@assent/jsapi/host-page.html')
const VIEW = 'page'

export class NativeWalletUser implements PageUser {
  readonly #webViews: NativeWebViews
  readonly #demo: TestDemo
  #view: Page | undefined

  private constructor(webViews: NativeWebViews, demo: TestDemo) {
    this.#webViews = webViews
    this.#demo = demo
  }

  static async open(browser: Browser, demo: TestDemo): Promise<NativeWalletUser> {
    const { wallet } = demo.demo.setup.urls
    const context = await browser.newContext({ reducedMotion: 'reduce' })
    const webViews = await createNativeWebViews(
      context,
      { url: `${wallet}/native-host`, html: readFileSync(HOST_PAGE, 'utf8') },
      (message) => {
        if (message.type !== 'call') return
        const { id, service, body } = message
        context.request
          .post(`${wallet}/api/${service}`, {
            data: body,
            headers: { 'content-type': 'application/json' },
          })
          .then(async (response) =>
            webViews.tell({ type: 'reply', id, body: await response.text() }),
          )
          // The test may have ended.
          .catch(() => {})
      },
    )
    await webViews.tell({ type: 'start' })
    return new NativeWalletUser(webViews, demo)
  }

  /** The wallet's own web view. */
  get page(): Page {
    return this.#webViews.hostPage
  }

  get sheet(): FrameLocator {
    return this.page.frameLocator('iframe')
  }

  isSheetOpen(): Promise<boolean> {
    return this.page.locator('iframe').isVisible()
  }

  async openMiniProgram(): Promise<Frame> {
    const frame = await this.#load('', false)
    await frame.getByText('Good to see you.').waitFor()
    await frame.locator('#calls li', { hasText: 'merchant /member' }).first().waitFor()
    return frame
  }

  requestOnFirstScreen(): Promise<Frame> {
    return this.#load('#first-screen', false)
  }

  openByLink(): Promise<Frame> {
    return this.#load('', true)
  }

  async miniProgram(): Promise<Frame> {
    return (this.#view as Page).mainFrame()
  }

  cover(): Promise<void> {
    return this.#webViews.tell({ type: 'visibility', view: VIEW, isVisible: false })
  }

  tapAndRequest(frame: Frame, options: unknown): Promise<PendingCall> {
    return tapAndRequest(frame, options)
  }

  async knockAtAnotherOrigin(): Promise<unknown> {
    const page = this.#view as Page
    await page.goto(`${this.#demo.demo.setup.urls.wallet}/wallet.svg`)
    return page.evaluate(() => {
      type Bridge = { postMessage(text: string): void; onmessage(event: { data: string }): void }
      const { AssentBridge: bridge } = window as unknown as { AssentBridge: Bridge }
      return new Promise((resolve) => {
        bridge.onmessage = ({ data }) => resolve(JSON.parse(data).key ? 'a key' : 'nothing')
        bridge.postMessage(JSON.stringify({ type: 'assent:knock', pageId: 'x' }))
      })
    })
  }

  async close(): Promise<void> {
    // A user can have one prompt at a time, and the next test has the same user.
    if (await this.isSheetOpen()) {
      await this.#webViews.tell({ type: 'back' })
      await this.page.locator('iframe').waitFor({ state: 'detached' })
    }
    await this.page.context().close()
  }

  async #load(hash: string, deepLink: boolean): Promise<Frame> {
    const { miniProgram } = this.#demo.demo.setup.urls
    const [shop] = SHOPS
    this.#view ??= await this.#webViews.addView(VIEW)
    await this.#webViews.tell({
      type: 'open',
      view: VIEW,
      appId: shop?.appId ?? '',
      origins: [miniProgram],
      deepLink,
    })
    await this.#view.goto(`${miniProgram}/${shop?.slug}/${hash}`)
    return this.#view.mainFrame()
  }
}
