/**
 * @module Shows the consent prompt in a frame over the mini program until the user has decided or closed it.
 */
import { BRIDGE_TIMEOUTS_MS } from '@assent/protocol'
import { HostError } from './host-error.ts'

/**
 * The options of {@link openSheet}.
 *
 * @example
 * ```ts
 * import type { SheetFrameOptions } from '@assent/jsapi/host'
 *
 * export const options: SheetFrameOptions = {
 *   url: 'https://assent.wallet.example/consent/cr_1',
 *   container: document.body,
 *   signal: new AbortController().signal,
 *   title: 'Consent',
 * }
 * ```
 * @see docs/wallets.md
 */
export type SheetFrameOptions = {
  /** The `consentUrl` of Assent. */
  readonly url: string
  /** The positioned element that the frame fills. */
  readonly container: HTMLElement
  /** Closes the prompt when it aborts. */
  readonly signal: AbortSignal
  /** The accessible name of the frame, in the user's language. */
  readonly title: string
  /** How long the consent page may take until it is shown. Default: `BRIDGE_TIMEOUTS_MS.sheetLoad`. */
  readonly loadTimeoutMilliseconds?: number
}

/** The consent page posts these to the window that embeds it, with the wallet's registered origins as targets. */
const SHOWN = 'assent:consent-shown'
const FINISHED = 'assent:consent'

/**
 * Shows the consent prompt, which the platform family calls the sheet. Resolves when the user has decided or closed it, or
 * when `signal` aborts, and returns the focus to where it was. It does not report the decision: `complete` does. Rejects with
 * the cause `TIMEOUT` when the consent page does not report that it is shown, so that no dead frame covers the mini program.
 *
 * @example
 * ```ts
 * import { openSheet } from '@assent/jsapi/host'
 *
 * export function showSheet(url: string, signal: AbortSignal): Promise<void> {
 *   return openSheet({ url, signal, container: document.body, title: 'Consent' })
 * }
 * ```
 * @see docs/wallets.md
 */
export function openSheet({
  url,
  container,
  signal,
  title,
  loadTimeoutMilliseconds = BRIDGE_TIMEOUTS_MS.sheetLoad,
}: SheetFrameOptions): Promise<void> {
  const document = container.ownerDocument
  const view = document.defaultView as Window
  const previousFocus = document.activeElement
  const { origin } = new URL(url)
  const frame = createFrame(document, url, title)
  return new Promise((resolve, reject) => {
    function close(): void {
      clearTimeout(timer)
      view.removeEventListener('message', onMessage)
      signal.removeEventListener('abort', close)
      frame.remove()
      returnFocus(previousFocus)
      resolve()
    }
    function timeOut(): void {
      reject(new HostError('TIMEOUT', { detail: notShown(origin, loadTimeoutMilliseconds) }))
      close()
    }
    function onMessage(event: MessageEvent): void {
      if (event.origin !== origin || event.source !== frame.contentWindow) return
      if (event.data?.type === SHOWN) clearTimeout(timer)
      if (event.data?.type === FINISHED) close()
    }
    const timer = setTimeout(timeOut, loadTimeoutMilliseconds)
    view.addEventListener('message', onMessage)
    signal.addEventListener('abort', close)
    container.append(frame)
    frame.focus()
    if (signal.aborted) close()
  })
}

function createFrame(document: Document, url: string, title: string): HTMLIFrameElement {
  const frame = document.createElement('iframe')
  frame.src = url
  frame.title = title
  frame.style.cssText =
    'position:absolute;top:0;left:0;width:100%;height:100%;border:0;color-scheme:light dark'
  return frame
}

function notShown(origin: string, milliseconds: number): string {
  return `The consent page at ${origin} did not report within ${milliseconds} ms that it is shown. Check that ${origin} is reachable, and that the origin of this page is in "origins" of the wallet.`
}

/** Chromium: after `focus()` of a frame's element, taps in other frames do not move the focus, and would not count. */
function returnFocus(element: Element | null): void {
  if (element instanceof HTMLIFrameElement) element.contentWindow?.focus()
  else if (element instanceof HTMLElement) element.focus()
}
