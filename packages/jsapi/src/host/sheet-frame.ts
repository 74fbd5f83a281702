/**
 * @module Shows the consent page in a frame over the mini program, and waits until it says that it is done.
 */

export type SheetFrameOptions = {
  readonly url: string
  /** What the sheet covers. */
  readonly container: HTMLElement
  /** Takes the sheet away. */
  readonly signal: AbortSignal
  /** The accessible name of the frame. */
  readonly title: string
}

/** Resolves when the user has answered or closed it, or when `signal` aborts. The focus returns to where it was. */
export function openSheet({ url, container, signal, title }: SheetFrameOptions): Promise<void> {
  const document = container.ownerDocument
  const view = document.defaultView as Window
  const before = document.activeElement
  const frame = document.createElement('iframe')
  frame.src = url
  frame.title = title
  frame.style.cssText =
    'position:absolute;inset:0;inline-size:100%;block-size:100%;border:0;color-scheme:light dark'
  return new Promise((resolve) => {
    function close(): void {
      view.removeEventListener('message', listen)
      signal.removeEventListener('abort', close)
      frame.remove()
      if (before instanceof HTMLElement) before.focus()
      resolve()
    }
    function listen({ origin, source, data }: MessageEvent): void {
      const isSheet = origin === new URL(url).origin && source === frame.contentWindow
      if (isSheet && data?.type === 'assent:consent') close()
    }
    view.addEventListener('message', listen)
    signal.addEventListener('abort', close)
    container.append(frame)
    frame.focus()
    if (signal.aborted) close()
  })
}
