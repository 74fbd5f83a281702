/**
 * @module Plays the native code of a wallet: web views are pages of Chromium, and nothing but strings passes between them. As on a
 * phone, the address of a page and the user's taps are what the browser reports, not what the page says.
 */
import type { BrowserContext, Page } from 'playwright-core'
import type { CoreMessage, NativeMessage } from '../../src/native-host/messages.ts'

/** What native code puts into each document of a web view: on Android it is the object of `addWebMessageListener`. */
const BRIDGE_SCRIPT = 'window.AssentBridge = { postMessage: (text) => { nativePost(text) } }'
/** Runs beside the scripts of the page, which cannot reach it, and stands for the operating system's report of taps. */
const TAP_SCRIPT = `for (const type of ['mouseup', 'keydown'])
  addEventListener(type, ({ isTrusted }) => isTrusted && nativeTap(''), true)`

export type NativeWebViews = {
  /** The wallet's own web view. It shows the consent prompt. */
  readonly hostPage: Page
  tell(message: NativeMessage): Promise<void>
  /** Adds a web view for a mini program. */
  addView(view: string): Promise<Page>
}

async function addBridge(
  page: Page,
  onText: (text: string, url: string, isMainFrame: boolean) => void,
): Promise<void> {
  await page.exposeBinding('nativePost', ({ frame }, text: string) =>
    onText(text, frame.url(), frame === page.mainFrame()),
  )
  await page.addInitScript({ content: BRIDGE_SCRIPT })
}

async function loadHost(
  page: Page,
  host: Parameters<typeof createNativeWebViews>[1],
): Promise<void> {
  if (typeof host === 'string') await page.goto(host)
  else {
    await page.goto(host.url)
    await page.setContent(host.html)
  }
}

async function reportTaps(page: Page, onTap: () => void): Promise<void> {
  const session = await page.context().newCDPSession(page)
  session.on('Runtime.bindingCalled', ({ name }) => {
    if (name === 'nativeTap') onTap()
  })
  await session.send('Runtime.enable')
  await session.send('Runtime.addBinding', { name: 'nativeTap', executionContextName: 'native' })
  await session.send('Page.enable')
  await session.send('Page.addScriptToEvaluateOnNewDocument', {
    source: TAP_SCRIPT,
    worldName: 'native',
  })
}

/**
 * @param host the address of the page of the core; with `html`, its text replaces what a server has there
 * @param onMessage gets the messages of the core, except scripts, which are run
 */
export async function createNativeWebViews(
  context: BrowserContext,
  host: string | { readonly url: string; readonly html: string },
  onMessage: (message: CoreMessage) => void,
): Promise<NativeWebViews> {
  const views = new Map<string, Page>()
  const hostPage = await context.newPage()

  async function tell(message: NativeMessage): Promise<void> {
    await hostPage.evaluate(`assentHost.receive(${JSON.stringify(message)})`)
  }

  function follow(message: CoreMessage): void {
    if (message.type === 'script')
      // A page that navigates or is closed meanwhile gets nothing, as in a web view.
      views
        .get(message.view)
        ?.evaluate(message.script)
        .catch(() => {})
    else onMessage(message)
  }

  await new Promise<void>((resolve, reject) => {
    addBridge(hostPage, (text, _url, isMainFrame) => {
      if (!isMainFrame) return
      const message = JSON.parse(text) as CoreMessage
      if (message.type === 'ready') resolve()
      else follow(message)
    })
      .then(() => loadHost(hostPage, host))
      .catch(reject)
  })

  return {
    hostPage,
    tell,
    async addView(view) {
      const page = await context.newPage()
      views.set(view, page)
      // A message to a host that is closed at the end of a test has no receiver.
      const report = (message: NativeMessage): void => void tell(message).catch(() => {})
      await addBridge(page, (text, url, isMainFrame) =>
        report({ type: 'page', view, url, isMainFrame, text }),
      )
      page.on('framenavigated', (frame) => {
        if (frame === page.mainFrame()) report({ type: 'navigated', view, url: frame.url() })
      })
      await reportTaps(page, () => report({ type: 'touch', view }))
      return page
    },
  }
}
