/**
 * @module The page's end of the bridge: a port that the host hands over, calls that wait for it, and the report of taps.
 */
import {
  type AuthCodeFailure,
  BRIDGE_HELLO,
  type BridgeMethod,
  type HostMessage,
  jsapiFailure,
  type PageMessage,
} from '@assent/protocol'

export interface Bridge {
  /** Rejects with a failure of the JSAPI. */
  call(method: BridgeMethod, params: unknown): Promise<unknown>
  /** Runs when the host is there; at once when it is there already. */
  whenReady(listener: () => void): void
  onGrantChanged(listener: () => void): void
}

/** A page that is opened outside a wallet has no host: say so instead of waiting for ever. */
const HOST_TIMEOUT_MILLISECONDS = 10_000
/** A tap ends with these on mouse and touch; keys count too. */
const GESTURES = ['pointerdown', 'pointerup', 'keydown'] as const

type Pending = { resolve(value: unknown): void; reject(failure: unknown): void }

/** @param page the window of the page; its parent is the host */
export function connect(page: Window): Bridge {
  const pending = new Map<number, Pending>()
  const waiting: PageMessage[] = []
  const readyListeners: (() => void)[] = []
  const grantListeners: (() => void)[] = []
  let port: MessagePort | undefined
  let lastId = 0

  function receive(message: HostMessage): void {
    if (message.type === 'grantChanged') {
      for (const listener of grantListeners) listener()
      return
    }
    const call = pending.get(message.id)
    pending.delete(message.id)
    if (message.ok) call?.resolve(message.value)
    else call?.reject(message.failure)
  }

  function accept(event: MessageEvent): void {
    const [offered] = event.ports
    // Only the window that embeds this page is its host, and it introduces itself once.
    if (
      event.source !== page.parent ||
      page.parent === page ||
      event.data?.type !== BRIDGE_HELLO ||
      !offered
    )
      return
    page.removeEventListener('message', accept)
    port = offered
    port.onmessage = ({ data }: MessageEvent<HostMessage>) => receive(data)
    for (const message of waiting.splice(0)) port.postMessage(message)
    for (const listener of readyListeners.splice(0)) listener()
  }

  function post(message: PageMessage): void {
    if (port) port.postMessage(message)
    else waiting.push(message)
  }

  page.addEventListener('message', accept)
  for (const gesture of GESTURES) {
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
        pending.set(id, { resolve, reject })
        try {
          post({ type: 'call', id, method, params })
        } catch {
          // What cannot be cloned is no parameter: a function, a DOM node.
          pending.delete(id)
          reject(jsapiFailure('PARAM_INVALID', ''))
        }
        if (!port) setTimeout(() => giveUp(id), HOST_TIMEOUT_MILLISECONDS)
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

  function giveUp(id: number): void {
    if (port) return
    const failure: AuthCodeFailure = jsapiFailure('TIMEOUT', '')
    pending.get(id)?.reject(failure)
    pending.delete(id)
  }
}
