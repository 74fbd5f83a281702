/**
 * @module A native wallet in Chromium: mini programs are pages of their own, and the host is in another page. The test is the native
 * code.
 */
import type { BrowserContext, Page } from 'playwright-core'
import type { CoreMessage, NativeHostSettings } from '../../src/native-host/messages.ts'
import { createNativeWebViews, type NativeWebViews } from '../support/native-web-views.ts'
import { createBackEnd, createRecords, type HostSetup } from './back-end.ts'
import { type Origins, untilStarted, type Wallet } from './contract.ts'

export async function openNativeWallet(context: BrowserContext, origins: Origins): Promise<Wallet> {
  let records = createRecords()
  let services = createBackEnd({}, records, async () => {})
  /** The settings that the core has. */
  let current: HostSetup | undefined
  let pages: Page[] = []
  let webViews: NativeWebViews

  function follow(message: CoreMessage): void {
    if (message.type === 'failure') records.failures.push(message.failure)
    if (message.type === 'error') throw new Error(message.detail)
    if (message.type !== 'call') return
    const { id, service, body } = message
    const call = services[service] as (request: unknown) => Promise<unknown>
    const reply = (message: { body: string } | { error: string }) =>
      // The test may have ended.
      webViews.tell({ type: 'reply', id, ...message }).catch(() => {})
    call(JSON.parse(body)).then(
      (response) => reply({ body: JSON.stringify(response ?? null) }),
      (error) => reply({ error: String(error) }),
    )
  }

  async function start(): Promise<void> {
    webViews = await createNativeWebViews(context, `${origins.wallet}/native-host`, follow)
  }

  async function set(setup: HostSetup): Promise<void> {
    if (JSON.stringify(setup) === JSON.stringify(current)) return
    current = setup
    services = createBackEnd(setup, records, async () => {})
    await webViews.tell({ type: 'start', ...toSettings(setup) })
  }

  await start()
  return {
    get page() {
      return webViews.hostPage
    },
    async openMiniProgram(setup = {}, miniProgram = {}) {
      const { appId = 'kopi', path = '/', at = origins.first, isLate = false } = miniProgram
      const registered = miniProgram.origins ?? [origins.first, origins.second]
      const url = `${at}${path}`
      await set(setup)
      const index = miniProgram.frame ?? pages.length
      const view = String(index)
      const page = pages[index] ?? (await webViews.addView(view))
      pages[index] = page
      const load = () => page.goto(url, { waitUntil: 'commit' })
      if (isLate) await load()
      await webViews.tell({ type: 'open', view, appId, origins: registered })
      if (!isLate) await load()
      return untilStarted(page.mainFrame(), url)
    },
    navigate: async (frame, url) => void (await frame.goto(url, { waitUntil: 'commit' })),
    // The operating system reports taps, whatever has the focus.
    focus: async () => {},
    leave: () => webViews.tell({ type: 'close', view: '0' }),
    openAgain: (registered) =>
      webViews.tell({ type: 'open', view: '0', appId: 'kopi', origins: registered }),
    remove: async () => pages[0]?.close(),
    readRecords: async () => records,
    async restart() {
      for (const page of [...pages, webViews.hostPage]) await page.close()
      records = createRecords()
      current = undefined
      pages = []
      await start()
    },
    close: () => context.close(),
  }
}

function toSettings({ timeouts, sheetLoadMilliseconds }: HostSetup): NativeHostSettings {
  return {
    timeouts: {
      ...timeouts,
      ...(sheetLoadMilliseconds !== undefined && { sheetLoad: sheetLoadMilliseconds }),
    },
  }
}
