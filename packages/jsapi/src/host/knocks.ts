/**
 * @module Answers the knocks of the pages in a frame. A page of a registered origin gets a port; any other page gets the cause,
 * and nothing else.
 *
 * @see docs/wallets.md#a-web-host
 * @see [HTML, cross-document messaging](https://html.spec.whatwg.org/multipage/web-messaging.html#web-messaging)
 */
import {
  BRIDGE_HELLO,
  BRIDGE_KNOCK,
  BRIDGE_REFUSAL,
  type BridgeHello,
  type BridgeKnock,
  type BridgeRefusal,
  type PageMessage,
} from '@assent/protocol'
import type { PageChannel } from '../host-core/page-connection.ts'

export type KnockHandlers = {
  readonly isRegistered: (origin: string) => boolean
  /** Returns the page's end of a new channel, or `undefined` if the page has one already or must not get one. */
  readonly onPage: (pageId: string) => MessagePort | undefined
  /** A page of another origin has knocked. It may knock again. */
  readonly onStranger: (origin: string, pageId: string) => void
}

const MAX_PAGE_ID_LENGTH = 64
/** The origin of a sandboxed frame. No message can be addressed to it, so the refusal is addressed to any origin. */
const OPAQUE_ORIGIN = 'null'

/** @returns a function that stops answering */
export function answerKnocks(frame: HTMLIFrameElement, handlers: KnockHandlers): () => void {
  const view = frame.ownerDocument.defaultView
  if (!view) throw new TypeError('host.open: the frame must belong to a document with a window.')

  function onMessage({ source, origin, data }: MessageEvent<BridgeKnock | null>): void {
    const page = frame.contentWindow
    if (!page || source !== page || data?.type !== BRIDGE_KNOCK) return
    const { pageId } = data
    if (typeof pageId !== 'string' || pageId.length > MAX_PAGE_ID_LENGTH) return
    if (handlers.isRegistered(origin)) welcome(page, origin, pageId)
    else refuse(page, origin, pageId)
  }

  function welcome(page: Window, origin: string, pageId: string): void {
    const port = handlers.onPage(pageId)
    const hello: BridgeHello = { type: BRIDGE_HELLO, pageId }
    if (port) page.postMessage(hello, origin, [port])
  }

  function refuse(page: Window, origin: string, pageId: string): void {
    handlers.onStranger(origin, pageId)
    const refusal: BridgeRefusal = { type: BRIDGE_REFUSAL, pageId, cause: 'ORIGIN_NOT_REGISTERED' }
    page.postMessage(refusal, origin === OPAQUE_ORIGIN ? '*' : origin)
  }

  view.addEventListener('message', onMessage)
  return () => view.removeEventListener('message', onMessage)
}

/** @param port the host's end of the channel */
export function toPageChannel(port: MessagePort): PageChannel {
  return {
    send: (message) => port.postMessage(message),
    listen(onMessage, onClosed) {
      port.onmessage = ({ data }: MessageEvent<PageMessage | null>) => onMessage(data)
      // Newer browsers report that the page's end is gone, also when its process has crashed.
      port.addEventListener('close', onClosed)
    },
    close: () => port.close(),
  }
}
