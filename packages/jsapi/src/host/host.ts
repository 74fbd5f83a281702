/**
 * @module The host side of the bridge: one message port per loaded page. The port identifies the mini program; nothing in
 * a message does.
 *
 * @see [HTML, channel messaging](https://html.spec.whatwg.org/multipage/web-messaging.html#channel-messaging)
 */
import {
  BRIDGE_HELLO,
  BRIDGE_METHODS,
  type BridgeMethod,
  type HostMessage,
  type JsapiCause,
  jsapiFailure,
  type PageMessage,
} from '@assent/protocol'
import { HostError } from './host-error.ts'
import { METHODS, type MethodContext } from './methods.ts'
import { randomId } from './random-id.ts'
import type { HostServices } from './services.ts'
import { createUserPresence, type UserPresence } from './user-presence.ts'

/**
 * A mini program that the host opens.
 *
 * @example
 * ```ts
 * import type { MiniProgramFrame } from '@assent/jsapi/host'
 *
 * export const miniProgram: MiniProgramFrame = {
 *   appId: 'kopi-house',
 *   origin: 'https://kopi.example',
 *   frame: document.createElement('iframe'),
 * }
 * ```
 * @see docs/wallets.md
 */
export type MiniProgramFrame = {
  /** The registered id of the mini program. */
  readonly appId: string
  /** The registered origin, such as `https://kopi.example`. A page of another origin gets no port. */
  readonly origin: string
  /** The frame of the mini program. Set its `src` after `open`, so that the first load is observed. */
  readonly frame: HTMLIFrameElement
  /** Whether the user arrived by a link from outside the wallet. Default: false. */
  readonly deepLink?: boolean
}

/**
 * A mini program that is open in the host.
 *
 * @example
 * ```ts
 * import type { OpenMiniProgram } from '@assent/jsapi/host'
 *
 * export function leave(miniProgram: OpenMiniProgram, frame: HTMLIFrameElement): void {
 *   miniProgram.close()
 *   frame.remove()
 * }
 * ```
 * @see docs/wallets.md
 */
export interface OpenMiniProgram {
  /** Notifies the page that the user has changed its grant elsewhere in the wallet. */
  grantChanged(): void
  /** Disconnects the page and discards the results of its pending calls. Call it when the user leaves. */
  close(): void
}

/**
 * The host side of the bridge. One host serves all mini programs of a window.
 *
 * @example
 * ```ts
 * import type { Host } from '@assent/jsapi/host'
 *
 * export function countBlockedPrompts(host: Host): number {
 *   return host.failed().NO_USER_GESTURE ?? 0
 * }
 * ```
 * @see docs/wallets.md
 */
export interface Host {
  /** Connects the pages that load in the frame of a mini program. */
  open(miniProgram: MiniProgramFrame): OpenMiniProgram
  /** The number of failed calls per cause, including those that the user-presence check blocked. */
  failed(): Readonly<Partial<Record<JsapiCause, number>>>
}

/**
 * Creates the host side of the bridge. At most one consent prompt is open at a time; further requests fail with `CONSENT_ALREADY_OPEN`.
 *
 * @example
 * ```ts
 * import { createHost, type HostServices } from '@assent/jsapi/host'
 *
 * export function openKopiHouse(services: HostServices, frame: HTMLIFrameElement): () => void {
 *   const origin = 'https://kopi.example'
 *   const miniProgram = createHost(services).open({ appId: 'kopi-house', origin, frame })
 *   frame.src = `${origin}/`
 *   return () => miniProgram.close()
 * }
 * ```
 * @see docs/wallets.md
 */
export function createHost(services: HostServices): Host {
  let isPromptOpen = false
  const failures: Partial<Record<JsapiCause, number>> = {}

  function countFailure(cause: JsapiCause): void {
    failures[cause] = (failures[cause] ?? 0) + 1
  }

  async function showExclusively(show: () => Promise<void>): Promise<void> {
    if (isPromptOpen) throw new HostError('CONSENT_ALREADY_OPEN')
    isPromptOpen = true
    try {
      await show()
    } finally {
      isPromptOpen = false
    }
  }

  return {
    failed: () => ({ ...failures }),
    open({ appId, origin, frame, deepLink = false }) {
      let page: PageConnection | undefined
      const userPresence = createUserPresence(frame, () => page?.id ?? '', deepLink)

      function onLoad(): void {
        page?.close()
        userPresence.resetGesture()
        page = connectPage(frame, origin, userPresence, countFailure, (signal) => ({
          appId,
          services,
          userPresence,
          signal,
          showExclusively,
        }))
      }

      frame.addEventListener('load', onLoad)
      return {
        grantChanged: () => page?.send({ type: 'grantChanged' }),
        close() {
          frame.removeEventListener('load', onLoad)
          page?.close()
        },
      }
    },
  }
}

type PageConnection = { readonly id: string; send(message: HostMessage): void; close(): void }

function connectPage(
  frame: HTMLIFrameElement,
  origin: string,
  userPresence: UserPresence,
  countFailure: (cause: JsapiCause) => void,
  createContext: (signal: AbortSignal) => MethodContext,
): PageConnection {
  const { port1: port, port2 } = new MessageChannel()
  const connection = new AbortController()

  function send(message: HostMessage): void {
    if (!connection.signal.aborted) port.postMessage(message)
  }

  port.onmessage = ({ data }: MessageEvent<PageMessage>) => {
    if (data?.type === 'gesture') userPresence.reportGesture()
    else if (data?.type === 'call' && typeof data.id === 'number') {
      callMethod(data.id, data).then(send)
    }
  }

  async function callMethod(
    id: number,
    { method, params }: { method: unknown; params: unknown },
  ): Promise<HostMessage> {
    const context = createContext(connection.signal)
    try {
      const call = METHODS[requireMethod(method)]
      const value = await call(context, requireParams(params, context.appId))
      return { type: 'reply', id, ok: true, value }
    } catch (error) {
      const hostError = error instanceof HostError ? error : new HostError('INTERNAL')
      countFailure(hostError.jsapiCause)
      return { type: 'reply', id, ok: false, failure: toFailure(hostError) }
    }
  }

  frame.contentWindow?.postMessage({ type: BRIDGE_HELLO }, origin, [port2])
  return {
    id: randomId(),
    send,
    close() {
      connection.abort()
      port.close()
    },
  }
}

function toFailure({ jsapiCause, traceId, authErrorScopes, retryAfterSeconds }: HostError): object {
  const knownTraceId = traceId ?? randomId()
  return jsapiFailure(jsapiCause, knownTraceId, authErrorScopes, retryAfterSeconds)
}

function requireMethod(method: unknown): BridgeMethod {
  const known = BRIDGE_METHODS.find((name) => name === method)
  if (!known) throw new HostError('NOT_PERMITTED')
  return known
}

/** A page that names another mini program in `appId` is rejected. */
function requireParams(params: unknown, appId: string): Readonly<Record<string, unknown>> {
  if (params === undefined || params === null) return {}
  if (typeof params !== 'object') throw new HostError('PARAM_INVALID')
  const record = params as Readonly<Record<string, unknown>>
  const claimedAppId = record['appId']
  if (claimedAppId !== undefined && claimedAppId !== appId) throw new HostError('NOT_PERMITTED')
  return record
}
