/**
 * @module The channel to one page in a native web view. Messages to the page are scripts that act only at the origin to which they
 * are addressed. The first one carries a random key, and every message of the page must carry it. So only a page that really
 * is at a registered origin can call, even if a web view reports a wrong address.
 *
 * @see docs/native-hosts.md#handshake
 * @see [HTML, Location.origin](https://html.spec.whatwg.org/multipage/nav-history-apis.html#dom-location-origin)
 */
import {
  BRIDGE_HELLO,
  BRIDGE_OBJECT,
  BRIDGE_REFUSAL,
  type BridgeEnvelope,
  type BridgeRefusal,
  type HostMessage,
  type NativeHello,
  type PageMessage,
} from '@assent/protocol'
import type { PageChannel } from '../host-core/page-connection.ts'
import { randomId } from '../host-core/random-id.ts'

type ToPage = NativeHello | BridgeRefusal | BridgeEnvelope<HostMessage>

/**
 * A script that delivers a message to the page, if its origin is the given one. A page can neither replace `location` nor read the
 * script, so a page that has loaded in the meantime learns nothing.
 */
export function deliveryScript(origin: string, message: ToPage): string {
  const text = JSON.stringify(JSON.stringify(message))
  const isThere = `location.origin===${JSON.stringify(origin)}&&window.${BRIDGE_OBJECT}&&${BRIDGE_OBJECT}.onmessage`
  return `${isThere}&&${BRIDGE_OBJECT}.onmessage({data:${text}});0`
}

export function refusalScript(origin: string, pageId: string): string {
  return deliveryScript(origin, { type: BRIDGE_REFUSAL, pageId, cause: 'ORIGIN_NOT_REGISTERED' })
}

/** The host has lost the connection with this key, or never had it. The page looks for its host again. */
export function closeScript(origin: string, key: string): string {
  return deliveryScript(origin, { key, message: { type: 'close' } })
}

export interface NativePageChannel extends PageChannel {
  readonly origin: string
  readonly key: string
  /** Sends the key. The page may have missed it, and then knocks again. */
  welcome(): void
  receive(message: PageMessage | null): void
}

/** @param run runs a script in the page */
export function createPageChannel(
  origin: string,
  pageId: string,
  run: (script: string) => void,
): NativePageChannel {
  const key = randomId()
  let listener: (message: PageMessage | null) => void = () => {}
  return {
    origin,
    key,
    welcome: () => run(deliveryScript(origin, { type: BRIDGE_HELLO, pageId, key })),
    receive: (message) => listener(message),
    send: (message) => run(deliveryScript(origin, { key, message })),
    listen(onMessage) {
      listener = onMessage
    },
    close() {
      listener = () => {}
    },
  }
}
