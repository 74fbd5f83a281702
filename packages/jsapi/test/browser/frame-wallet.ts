/**
 * @module A web wallet in Chromium: mini programs are frames of its page.
 */
import type { BrowserContext } from 'playwright-core'
import { type Origins, untilStarted, type Wallet } from './contract.ts'

export async function openFrameWallet(context: BrowserContext, origins: Origins): Promise<Wallet> {
  const page = await context.newPage()
  await page.goto(origins.wallet)
  return {
    page,
    async openMiniProgram(setup = {}, miniProgram = {}) {
      const { appId = 'kopi', path = '/', at = origins.first, isLate = false } = miniProgram
      const { sandbox, origins: registered = [origins.first, origins.second] } = miniProgram
      const url = `${at}${path}`
      const index = miniProgram.frame ?? Number.MAX_SAFE_INTEGER
      const element = await page.evaluateHandle(
        async ({ given, options }) => {
          const existing = document.querySelectorAll('iframe')
          const frame = existing[given.index] ?? window.wallet.addFrame(given.attributes)
          const host = window.wallet.createHost(options)
          const load = () =>
            new Promise((resolve) => {
              frame.addEventListener('load', resolve, { once: true })
              frame.src = given.url
            })
          if (given.isLate) await load()
          const { appId: id, registered: registeredOrigins } = given
          window.wallet.opened.push(host.open({ appId: id, origins: registeredOrigins, frame }))
          if (!given.isLate) frame.src = given.url
          return frame
        },
        {
          given: { appId, registered, url, isLate, index, attributes: sandbox ? { sandbox } : {} },
          options: setup,
        },
      )
      const frame = await element.contentFrame()
      if (!frame) throw new Error('The frame has no page.')
      return untilStarted(frame, url)
    },
    async navigate(frame, url) {
      const element = await frame.frameElement()
      const committed = frame.waitForURL(url, { waitUntil: 'commit' })
      await element.evaluate((one, src) => {
        const target = one as HTMLIFrameElement
        target.src = src
      }, url)
      await committed
    },
    /** Chromium loses the focus that a frame takes while it changes to another process. */
    async focus(frame) {
      const element = await frame.frameElement()
      const isFocused = () => element.evaluate((one) => one.ownerDocument?.activeElement === one)
      while (!(await isFocused())) await frame.locator('button').focus()
    },
    leave: () => page.evaluate(() => window.wallet.opened[0]?.close()),
    openAgain: (registered) =>
      page.evaluate((list) => {
        const frame = document.querySelector('iframe') as HTMLIFrameElement
        window.wallet.hosts[0]?.open({ appId: 'kopi', origins: list, frame })
      }, registered),
    remove: () => page.evaluate(() => document.querySelector('iframe')?.remove()),
    readRecords: () =>
      page.evaluate(() => {
        const { failures, consults, completed } = window.wallet
        return { failures, consults, completed }
      }),
    restart: async () => void (await page.goto(origins.wallet)),
    close: () => context.close(),
  }
}
