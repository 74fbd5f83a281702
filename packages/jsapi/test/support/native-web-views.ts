/**
 * @module Plays the native code of a wallet: web views are pages of Chromium, and nothing but strings passes between them. As on a
 * phone, the origin of a page and the user's taps are what the browser reports, not what the page says. DevTools does the work of native
 * code, because it needs no API of the page, which may be an old web view.
 *
 * @see [Chrome DevTools Protocol, Runtime.addBinding](https://chromedevtools.github.io/devtools-protocol/tot/Runtime/#method-addBinding)
 */
import type { BrowserContext, Page } from 'playwright-core'
import type { CoreMessage, NativeMessage } from '../../src/native-host/messages.ts'

/** What native code puts into each document of a web view: on Android it is the object of `addWebMessageListener`. */
const BRIDGE_SCRIPT =
  'window.AssentBridge = { onmessage: null, postMessage(text) { nativePost(text) } }'
/** Runs in a world of its own, which the page cannot reach, and stands for the operating system's report of taps. */
const TAP_SCRIPT = `for (const type of ['mouseup', 'keydown'])
  addEventListener(type, ({ isTrusted }) => isTrusted && nativeTap(''), true)`
const TAP_WORLD = 'native'

export type NativeWebViews = {
  /** The wallet's own web view. It shows the consent prompt. */
  readonly hostPage: Page
  tell(message: NativeMessage): Promise<void>
  /** Adds a web view for a mini program. */
  addView(view: string): Promise<Page>
}

type WebViewEvents = {
  onText(text: string, origin: string, isMainFrame: boolean): void
  onTap(): void
  onNavigated(url: string): void
}

type WebView = { readonly page: Page; run(script: string): Promise<void> }

async function createWebView(context: BrowserContext, events: WebViewEvents): Promise<WebView> {
  const page = await context.newPage()
  const session = await context.newCDPSession(page)
  const origins = new Map<number, { readonly origin: string; readonly isMainFrame: boolean }>()
  await session.send('Page.enable')
  const { frameTree } = await session.send('Page.getFrameTree')
  session.on('Runtime.executionContextCreated', ({ context: { id, origin, auxData } }) => {
    origins.set(id, { origin, isMainFrame: auxData?.['frameId'] === frameTree.frame.id })
  })
  session.on('Runtime.bindingCalled', ({ name, payload, executionContextId }) => {
    const { origin = '', isMainFrame = false } = origins.get(executionContextId) ?? {}
    if (name === 'nativeTap') events.onTap()
    else events.onText(payload, origin, isMainFrame)
  })
  // By the same session as the texts, so that both are in order.
  session.on('Page.frameNavigated', ({ frame: { id, url } }) => {
    if (id === frameTree.frame.id) events.onNavigated(url)
  })
  await session.send('Runtime.enable')
  await session.send('Runtime.addBinding', { name: 'nativePost' })
  await session.send('Runtime.addBinding', { name: 'nativeTap', executionContextName: TAP_WORLD })
  const add = (source: string, worldName = '') =>
    session.send('Page.addScriptToEvaluateOnNewDocument', { source, worldName })
  await add(BRIDGE_SCRIPT)
  await add(TAP_SCRIPT, TAP_WORLD)
  return {
    page,
    async run(expression) {
      const { exceptionDetails } = await session.send('Runtime.evaluate', { expression })
      if (exceptionDetails) throw new Error(exceptionDetails.exception?.description)
    },
  }
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
  const views = new Map<string, WebView>()
  let setReady: () => void
  const ready = new Promise<void>((resolve) => {
    setReady = resolve
  })

  function follow(message: CoreMessage): void {
    if (message.type === 'ready') setReady()
    else if (message.type === 'script')
      // A page that navigates or is closed meanwhile gets nothing, as in a web view.
      views
        .get(message.view)
        ?.run(message.script)
        .catch(() => {})
    else onMessage(message)
  }

  const core = await createWebView(context, {
    onText: (text, _origin, isMainFrame) => isMainFrame && follow(JSON.parse(text) as CoreMessage),
    onTap() {},
    onNavigated() {},
  })
  const { page: hostPage } = core
  if (typeof host === 'string') await hostPage.goto(host)
  else {
    await hostPage.goto(host.url)
    await hostPage.setContent(host.html)
  }
  await ready
  const tell = (message: NativeMessage) =>
    core.run(`assentHost.receive(${JSON.stringify(message)})`)

  return {
    hostPage,
    tell,
    async addView(view) {
      // A message to a host that is closed at the end of a test has no receiver.
      const report = (message: NativeMessage): void => void tell(message).catch(() => {})
      const webView = await createWebView(context, {
        onText: (text, url, isMainFrame) => report({ type: 'page', view, url, isMainFrame, text }),
        onTap: () => report({ type: 'touch', view }),
        onNavigated: (url) => report({ type: 'navigated', view, url }),
      })
      views.set(view, webView)
      return webView.page
    },
  }
}
