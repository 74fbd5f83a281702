/**
 * @module The page side of the bridge: receives a message port from the host, queues calls until then, and reports taps.
 *
 * @see [HTML, channel messaging](https://html.spec.whatwg.org/multipage/web-messaging.html#channel-messaging)
 */
import {
  BRIDGE_HELLO,
  type BridgeMethod,
  type HostMessage,
  jsapiFailure,
  type PageMessage,
} from '@assent/protocol'

export interface Bridge {
  /** Rejects with an `AuthCodeFailure`. */
  call(method: BridgeMethod, params: unknown): Promise<unknown>
  /** Runs `listener` when the host has connected, or now if it already has. */
  whenReady(listener: () => void): void
  /** Runs `listener` after every change of the grant. */
  onGrantChanged(listener: () => void): void
}

/** A page outside a wallet has no host: its calls fail with `TIMEOUT` instead of waiting forever. */
const HOST_TIMEOUT_MS = 10_000
/** A tap starts and ends with these; keys count as well. iOS before 13 has no pointer events. */
const GESTURE_EVENTS = ['pointerdown', 'pointerup', 'touchend', 'mouseup', 'keydown'] as const

type PendingCall = { resolve(value: unknown): void; reject(failure: unknown): void }

/** @param page the window of the page; its parent is the host */
export function connect(page: Window): Bridge {
  const pendingCalls = new Map<number, PendingCall>()
  const unsentMessages: PageMessage[] = []
  const readyListeners: (() => void)[] = []
  const grantListeners: (() => void)[] = []
  let port: MessagePort | undefined
  let lastId = 0

  function receive(message: HostMessage): void {
    if (message.type === 'grantChanged') {
      for (const listener of grantListeners) listener()
      return
    }
    const call = pendingCalls.get(message.id)
    pendingCalls.delete(message.id)
    if (message.ok) call?.resolve(message.value)
    else call?.reject(message.failure)
  }

  function acceptPort(event: MessageEvent): void {
    const [hostPort] = event.ports
    // Only the embedding window is the host, and it sends the port once.
    if (
      event.source !== page.parent ||
      page.parent === page ||
      event.data?.type !== BRIDGE_HELLO ||
      !hostPort
    )
      return
    page.removeEventListener('message', acceptPort)
    port = hostPort
    port.onmessage = ({ data }: MessageEvent<HostMessage>) => receive(data)
    for (const message of unsentMessages.splice(0)) port.postMessage(message)
    for (const listener of readyListeners.splice(0)) listener()
  }

  function post(message: PageMessage): void {
    if (port) port.postMessage(message)
    else unsentMessages.push(message)
  }

  function timeOut(id: number): void {
    if (port) return
    pendingCalls.get(id)?.reject(jsapiFailure('TIMEOUT', ''))
    pendingCalls.delete(id)
  }

  page.addEventListener('message', acceptPort)
  for (const gesture of GESTURE_EVENTS) {
    page.addEventListener(
      gesture,
      (event) => event.isTrusted && port?.postMessage({ type: 'gesture' }),
      true,
    )
  }

  return {
    call(method, params) {
      return new Promise((resolve, reject) => {
        const id = ++lastId
        pendingCalls.set(id, { resolve, reject })
        try {
          post({ type: 'call', id, method, params: toJson(params) })
        } catch {
          pendingCalls.delete(id)
          reject(jsapiFailure('PARAM_INVALID', ''))
        }
        if (!port) setTimeout(() => timeOut(id), HOST_TIMEOUT_MS)
      })
    },
    whenReady(listener) {
      if (port) listener()
      else readyListeners.push(listener)
    },
    onGrantChanged(listener) {
      grantListeners.push(listener)
    },
  }
}

/** Page frameworks pass proxies of their state and extra functions, neither of which can be cloned. */
function toJson(params: unknown): unknown {
  return JSON.parse(JSON.stringify(params))
}
