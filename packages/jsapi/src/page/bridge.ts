/**
 * @module The page side of the bridge: finds the host, makes calls, and reports taps. Every call settles within a time limit,
 * whatever becomes of the host.
 *
 * @see docs/mini-programs.md#time-limits
 */
import {
  BRIDGE_TIMEOUTS_MS,
  type BridgeCall,
  type BridgeMethod,
  type BridgeTimeouts,
  type HostMessage,
  type JsapiCause,
  jsapiFailure,
  type PageMessage,
} from '@assent/protocol'
import { findHostPort } from './host-port.ts'
import type { HostPort } from './native-port.ts'

export interface Bridge {
  /** Rejects with an `AuthCodeFailure`. */
  call(method: BridgeMethod, params: unknown): Promise<unknown>
  /** Runs `listener` when the host has connected, or now if it already has. */
  whenReady(listener: () => void): void
  /** Runs `listener` after every change of the grant. */
  onGrantChanged(listener: () => void): void
}

/** A tap starts and ends with these; keys count as well. iOS before 13 has no pointer events. */
const GESTURE_EVENTS = ['pointerdown', 'pointerup', 'touchend', 'mouseup', 'keydown'] as const
/** An older tap permits nothing, so a host that connects later need not know of it. */
const MAX_GESTURE_AGE_MS = 5000

type PendingCall = {
  readonly message: BridgeCall
  resolve(value: unknown): void
  reject(failure: unknown): void
  timer?: ReturnType<typeof setTimeout>
}

const SHARED_BRIDGE = Symbol.for('assent.bridge')

/** The bridge of a page. Two copies of this library in one page share it, because the host gives a page one port. */
export function connect(page: Window): Bridge {
  const holder = page as { [SHARED_BRIDGE]?: Bridge }
  holder[SHARED_BRIDGE] = holder[SHARED_BRIDGE] ?? createBridge(page)
  return holder[SHARED_BRIDGE]
}

/** @param page the window of the page */
export function createBridge(page: Window, timeouts: BridgeTimeouts = BRIDGE_TIMEOUTS_MS): Bridge {
  const calls = createPendingCalls()
  const readyListeners: (() => void)[] = []
  const grantListeners: (() => void)[] = []
  let port: HostPort | undefined
  let refusal: JsapiCause | undefined

  function receive(message: HostMessage): void {
    if (message.type === 'reply') calls.settle(message)
    if (message.type === 'userTurn') calls.limit(message.id, timeouts.userDecision + timeouts.reply)
    if (message.type === 'grantChanged') for (const listener of grantListeners) listener()
    if (message.type === 'close') findAgain()
  }

  function send(message: PageMessage): void {
    port?.send(message)
  }

  function sendCall(message: BridgeCall): void {
    calls.limit(message.id, timeouts.reply)
    send(message)
  }

  function onPort(hostPort: HostPort): void {
    port = hostPort
    refusal = undefined
    port.listen(receive, () => port === hostPort && findAgain())
    const ageMilliseconds = lastGestureAge()
    if (ageMilliseconds <= MAX_GESTURE_AGE_MS) send({ type: 'gesture', ageMilliseconds })
    for (const message of calls.unsent()) sendCall(message)
    for (const listener of readyListeners.splice(0)) listener()
  }

  function closePort(): void {
    port?.close()
    port = undefined
  }

  function findAgain(): void {
    closePort()
    calls.failAll('PAGE_GONE')
    search()
  }

  const lastGestureAge = watchGestures(page, () => send({ type: 'gesture', ageMilliseconds: 0 }))
  const search = findHostPort(page, {
    onPort,
    onRefusal(cause) {
      refusal = cause
      calls.failAll(cause)
    },
    onLeave() {
      send({ type: 'leave' })
      closePort()
    },
    onReturn: () => calls.failAll('PAGE_GONE'),
  })

  return {
    call: (method, params) =>
      calls.add(method, params, (message) => {
        if (refusal) calls.fail(message.id, refusal)
        else if (port) sendCall(message)
        else calls.limit(message.id, timeouts.connect)
      }),
    whenReady(listener) {
      if (port) listener()
      else readyListeners.push(listener)
    },
    onGrantChanged(listener) {
      grantListeners.push(listener)
    },
  }
}

/** The calls that wait for a reply. Each has one limit at a time. */
function createPendingCalls() {
  const calls = new Map<number, PendingCall>()
  let lastId = 0

  function removeCall(id: number): PendingCall | undefined {
    const call = calls.get(id)
    clearTimeout(call?.timer)
    calls.delete(id)
    return call
  }

  function fail(id: number, cause: JsapiCause): void {
    removeCall(id)?.reject(jsapiFailure(cause, ''))
  }

  return {
    fail,
    add: (method: BridgeMethod, params: unknown, start: (message: BridgeCall) => void) =>
      new Promise<unknown>((resolve, reject) => {
        const json = toJson(params)
        if (json === undefined) return reject(jsapiFailure('PARAM_INVALID', ''))
        const message = { type: 'call', id: ++lastId, method, params: json } as const
        calls.set(message.id, { message, resolve, reject })
        start(message)
      }),
    unsent: () => Array.from(calls.values(), ({ message }) => message),
    /** Replaces the limit of a call. */
    limit(id: number, milliseconds: number) {
      const call = calls.get(id)
      if (!call) return
      clearTimeout(call.timer)
      call.timer = setTimeout(() => fail(id, 'TIMEOUT'), milliseconds)
    },
    settle(reply: HostMessage & { readonly type: 'reply' }) {
      const call = removeCall(reply.id)
      if (reply.ok) call?.resolve(reply.value)
      else call?.reject(reply.failure)
    },
    failAll(cause: JsapiCause) {
      for (const id of [...calls.keys()]) fail(id, cause)
    },
  }
}

/** Runs `report` after every tap and key press. @returns the age of the last one in milliseconds */
function watchGestures(page: Window, report: () => void): () => number {
  let lastAt = Number.NEGATIVE_INFINITY
  for (const type of GESTURE_EVENTS) {
    page.addEventListener(
      type,
      ({ isTrusted }) => {
        if (!isTrusted) return
        lastAt = performance.now()
        report()
      },
      true,
    )
  }
  return () => performance.now() - lastAt
}

/** Page frameworks pass proxies of their state and extra functions, neither of which can be cloned. */
function toJson(params: unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(params))
  } catch {
    return undefined
  }
}
