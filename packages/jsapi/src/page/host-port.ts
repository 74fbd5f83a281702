/**
 * @module The page finds its host: it knocks at the window that embeds it, or at the native wallet that shows it, until the host
 * answers with a port. It begins when its script runs, whether that is before or after the `load` event, and begins again when it
 * has lost the port.
 *
 * @see docs/mini-programs.md#how-a-page-finds-the-wallet
 */
import {
  BRIDGE_HELLO,
  BRIDGE_KNOCK,
  BRIDGE_REFUSAL,
  type BridgeKnock,
  type HostMessage,
  type JsapiCause,
} from '@assent/protocol'
import { findNativeHost, type HostPort } from './native-port.ts'

export type HostPortListeners = {
  readonly onPort: (port: HostPort) => void
  /** The host gives this page no port. It may do so later. */
  readonly onRefusal: (cause: JsapiCause) => void
  /** The page is being unloaded, or enters the back/forward cache. The port must be closed. */
  readonly onLeave: () => void
  /** The page has come back from the back/forward cache. */
  readonly onReturn: () => void
}

const FIRST_PAUSE_MS = 50
const MAX_PAUSE_MS = 1000

/**
 * @param page the window of the page
 * @returns a function that looks for a host again, because the port is lost
 */
export function findHostPort(page: Window, listeners: HostPortListeners): () => void {
  const pageId = randomId()
  let isConnected = false
  let pauseMs = FIRST_PAUSE_MS
  let timer: ReturnType<typeof setTimeout> | undefined

  function knock(): void {
    clearTimeout(timer)
    // A page that no window embeds, and no native wallet shows, has no host.
    if (isConnected || (page.parent === page && !nativeHost)) return
    const message: BridgeKnock = { type: BRIDGE_KNOCK, pageId }
    if (nativeHost) nativeHost.knock(message)
    else page.parent.postMessage(message, '*')
    timer = setTimeout(knock, pauseMs)
    pauseMs = Math.min(2 * pauseMs, MAX_PAUSE_MS)
  }

  function connect(port: HostPort): void {
    isConnected = true
    clearTimeout(timer)
    listeners.onPort(port)
  }

  function search(): void {
    isConnected = false
    pauseMs = FIRST_PAUSE_MS
    knock()
  }

  function onMessage({ source, data, ports }: MessageEvent): void {
    // Only the embedding window is the host.
    if (source !== page.parent || page.parent === page || isConnected || !data) return
    if (data.pageId !== pageId) return
    if (data.type === BRIDGE_REFUSAL) listeners.onRefusal(data.cause)
    if (data.type === BRIDGE_HELLO && ports[0]) connect(toHostPort(ports[0]))
  }

  const { onRefusal } = listeners
  const nativeHost = findNativeHost(page, pageId, { onPort: connect, onRefusal })
  page.addEventListener('message', onMessage)
  page.addEventListener('pagehide', () => listeners.onLeave())
  page.addEventListener('pageshow', ({ persisted }) => {
    if (!persisted) return
    listeners.onReturn()
    search()
  })
  knock()
  return search
}

function toHostPort(port: MessagePort): HostPort {
  return {
    send: (message) => port.postMessage(message),
    listen(onMessage, onClosed) {
      port.onmessage = ({ data }: MessageEvent<HostMessage>) => onMessage(data)
      // Newer browsers report that the host's end is gone.
      port.addEventListener('close', onClosed)
    },
    close: () => port.close(),
  }
}

/** `crypto.randomUUID` exists in secure contexts only, and not in older web views. */
function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => `0${byte.toString(16)}`.slice(-2)).join('')
}
