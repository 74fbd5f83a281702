/**
 * @module Shows the consent prompt in a frame over the mini program until the user has decided or closed it.
 */

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
 *   signal: AbortSignal.timeout(600_000),
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
}

/**
 * Shows the consent prompt, which the platform family calls the sheet. Resolves when the user has decided or closed it, or
 * when `signal` aborts, and returns the focus to where it was. It does not report the decision: `complete` does.
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
export function openSheet({ url, container, signal, title }: SheetFrameOptions): Promise<void> {
  const document = container.ownerDocument
  const view = document.defaultView as Window
  const previousFocus = document.activeElement
  const frame = document.createElement('iframe')
  frame.src = url
  frame.title = title
  frame.style.cssText =
    'position:absolute;top:0;left:0;width:100%;height:100%;border:0;color-scheme:light dark'
  return new Promise((resolve) => {
    function close(): void {
      view.removeEventListener('message', onMessage)
      signal.removeEventListener('abort', close)
      frame.remove()
      if (previousFocus instanceof HTMLElement) previousFocus.focus()
      resolve()
    }
    function onMessage({ origin, source, data }: MessageEvent): void {
      const isFromFrame = origin === new URL(url).origin && source === frame.contentWindow
      if (isFromFrame && data?.type === 'assent:consent') close()
    }
    view.addEventListener('message', onMessage)
    signal.addEventListener('abort', close)
    container.append(frame)
    frame.focus()
    if (signal.aborted) close()
  })
}
