/**
 * @module The page's end of the channel to a native wallet: texts in place of windows and ports. The page is the document of a web
 * view, and the native code has put the object `AssentBridge` into it.
 *
 * @see docs/native-hosts.md#handshake
 */
import {
  BRIDGE_HELLO,
  BRIDGE_OBJECT,
  BRIDGE_REFUSAL,
  type BridgeEnvelope,
  type BridgeKnock,
  type BridgeRefusal,
  type HostMessage,
  type JsapiCause,
  type NativeBridge,
  type NativeHello,
  type PageMessage,
} from '@assent/protocol'

/** The page's end of a channel to its host. */
export type HostPort = {
  send(message: PageMessage): void
  /** @param onClosed runs when the host's end is gone, where the port learns of it */
  listen(onMessage: (message: HostMessage) => void, onClosed: () => void): void
  close(): void
}

type ReceivedText = NativeHello | BridgeRefusal | BridgeEnvelope<HostMessage>

export type NativeHost = { knock(message: BridgeKnock): void }

/** @returns the native wallet that shows this page, if one does. A frame in the page is no mini program. */
export function findNativeHost(
  page: Window,
  pageId: string,
  listeners: { onPort(port: HostPort): void; onRefusal(cause: JsapiCause): void },
): NativeHost | undefined {
  const bridge = (page as { readonly [BRIDGE_OBJECT]?: NativeBridge })[BRIDGE_OBJECT]
  if (!bridge || page.parent !== page) return undefined
  const post = (message: object): void => bridge.postMessage(JSON.stringify(message))
  let current: { readonly key: string; onMessage(message: HostMessage): void } | undefined

  function createPort(key: string): HostPort {
    const port = { key, onMessage: (_message: HostMessage): void => {} }
    current = port
    return {
      send: (message) => post({ key, message }),
      listen(onMessage) {
        port.onMessage = onMessage
      },
      close() {
        if (current === port) current = undefined
      },
    }
  }

  bridge.onmessage = ({ data }) => {
    const received = JSON.parse(data) as ReceivedText
    if ('message' in received) {
      if (received.key === current?.key) current.onMessage(received.message)
    } else if (received.pageId !== pageId) return
    else if (received.type === BRIDGE_REFUSAL) listeners.onRefusal(received.cause)
    // The host repeats its answer to a repeated knock.
    else if (received.type === BRIDGE_HELLO && received.key !== current?.key)
      listeners.onPort(createPort(received.key))
  }
  return { knock: post }
}
