/**
 * @module The host side of the bridge: one port per page instance. Who calls is what the host opened, never what a
 * message says (requirements R001–R005).
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
import { METHODS, type MethodCall } from './methods.ts'
import { createPresence, type Presence } from './presence.ts'
import { HostFailure, type HostServices } from './services.ts'

export type MiniProgramFrame = {
  readonly appId: string
  /** The mini program's registered origin. A page of another origin gets no port. */
  readonly origin: string
  /** Its frame; the host sets `src` after this. */
  readonly frame: HTMLIFrameElement
  /** The user came by a link from elsewhere. */
  readonly deepLink?: boolean
}

export interface OpenMiniProgram {
  /** Tells the page that the user has changed its grant elsewhere in the wallet. */
  grantChanged(): void
  /** The mini program is left: calls that are under way reach nobody. */
  close(): void
}

export interface Host {
  open(miniProgram: MiniProgramFrame): OpenMiniProgram
  /** How many calls have failed since the host was made, by cause: what the governor has blocked is among them. */
  failed(): Readonly<Partial<Record<JsapiCause, number>>>
}

export function createHost(services: HostServices): Host {
  let sheetIsOpen = false
  const failures: Partial<Record<JsapiCause, number>> = {}

  function count(cause: JsapiCause): void {
    failures[cause] = (failures[cause] ?? 0) + 1
  }

  async function exclusively(show: () => Promise<void>): Promise<void> {
    if (sheetIsOpen) throw new HostFailure('CONSENT_ALREADY_OPEN')
    sheetIsOpen = true
    try {
      await show()
    } finally {
      sheetIsOpen = false
    }
  }

  return {
    failed: () => ({ ...failures }),
    open({ appId, origin, frame, deepLink = false }) {
      let page: PageInstance | undefined
      const presence = createPresence(frame, () => page?.id ?? '', deepLink)

      function loaded(): void {
        page?.close()
        presence.pageChanged()
        page = connectPage(frame, origin, presence, count, (signal) => ({
          appId,
          services,
          presence,
          signal,
          exclusively,
        }))
      }

      frame.addEventListener('load', loaded)
      return {
        grantChanged: () => page?.send({ type: 'grantChanged' }),
        close() {
          frame.removeEventListener('load', loaded)
          page?.close()
        },
      }
    },
  }
}

type PageInstance = { readonly id: string; send(message: HostMessage): void; close(): void }

function connectPage(
  frame: HTMLIFrameElement,
  origin: string,
  presence: Presence,
  count: (cause: JsapiCause) => void,
  callOf: (signal: AbortSignal) => MethodCall,
): PageInstance {
  const { port1: port, port2 } = new MessageChannel()
  const gone = new AbortController()

  function send(message: HostMessage): void {
    if (!gone.signal.aborted) port.postMessage(message)
  }

  port.onmessage = ({ data }: MessageEvent<PageMessage>) => {
    if (data?.type === 'gesture') presence.reportGesture()
    else if (data?.type === 'call' && typeof data.id === 'number') answer(data.id, data).then(send)
  }

  async function answer(
    id: number,
    { method, params }: { method: unknown; params: unknown },
  ): Promise<HostMessage> {
    const call = callOf(gone.signal)
    try {
      const value = await METHODS[requireMethod(method)](call, requireParams(params, call.appId))
      return { type: 'reply', id, ok: true, value }
    } catch (error) {
      const failure = error instanceof HostFailure ? error : new HostFailure('INTERNAL')
      count(failure.jsapiCause)
      const traceId = failure.traceId ?? crypto.randomUUID()
      return {
        type: 'reply',
        id,
        ok: false,
        failure: jsapiFailure(
          failure.jsapiCause,
          traceId,
          failure.authErrorScopes,
          failure.retryAfterSeconds,
        ),
      }
    }
  }

  frame.contentWindow?.postMessage({ type: BRIDGE_HELLO }, origin, [port2])
  return {
    id: crypto.randomUUID(),
    send,
    close() {
      gone.abort()
      port.close()
    },
  }
}

function requireMethod(method: unknown): BridgeMethod {
  const known = BRIDGE_METHODS.find((name) => name === method)
  if (!known) throw new HostFailure('NOT_PERMITTED')
  return known
}

/** A page that says it is another mini program gets nothing. */
function requireParams(params: unknown, appId: string): Readonly<Record<string, unknown>> {
  if (params === undefined || params === null) return {}
  if (typeof params !== 'object') throw new HostFailure('PARAM_INVALID')
  const record = params as Readonly<Record<string, unknown>>
  const claimed = record['appId']
  if (claimed !== undefined && claimed !== appId) throw new HostFailure('NOT_PERMITTED')
  return record
}
