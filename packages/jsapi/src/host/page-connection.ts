/**
 * @module The connection of one loaded page: its message port, and the calls that arrive on it. The port identifies the mini
 * program; nothing in a message does.
 *
 * @see [HTML, channel messaging](https://html.spec.whatwg.org/multipage/web-messaging.html#channel-messaging)
 */
import {
  BRIDGE_METHODS,
  type BridgeMethod,
  type HostMessage,
  jsapiFailure,
  type PageMessage,
} from '@assent/protocol'
import { HostError, toHostError } from './host-error.ts'
import { METHODS, type MethodContext } from './methods.ts'
import { randomId } from './random-id.ts'

/** What a connection needs from its host. */
export type PageSession = Omit<MethodContext, 'signal' | 'inTurn' | 'announceUserTurn'> & {
  /** Runs once, when the page has left or the host has closed the connection. */
  readonly onClosed: () => void
  readonly onFailure: (error: HostError) => void
}

export type PageConnection = {
  send(message: HostMessage): void
  /** Tells the page, and fails its pending calls with `PAGE_GONE`. */
  close(): void
}

/** @param port the host's end of the channel */
export function connectPage(port: MessagePort, session: PageSession): PageConnection {
  const connection = new AbortController()
  const { signal } = connection
  const inTurn = createQueue(signal)

  function send(message: HostMessage): void {
    if (!signal.aborted) port.postMessage(message)
  }

  function close(): void {
    if (signal.aborted) return
    send({ type: 'close' })
    connection.abort()
    port.close()
    session.onClosed()
  }

  async function handleCall(id: number, method: unknown, params: unknown): Promise<void> {
    const announceUserTurn = (): void => send({ type: 'userTurn', id })
    try {
      const call = METHODS[requireMethod(method)]
      const context = { ...session, signal, inTurn, announceUserTurn }
      const value = await call(context, requireParams(params, session.appId))
      send({ type: 'reply', id, ok: true, value })
    } catch (error) {
      const hostError = toHostError(error)
      session.onFailure(hostError)
      send({ type: 'reply', id, ok: false, failure: toFailure(hostError) })
    }
  }

  port.onmessage = ({ data }: MessageEvent<PageMessage | null>) => {
    if (data?.type === 'gesture') session.userPresence.reportGesture(data.ageMilliseconds)
    else if (data?.type === 'leave') close()
    else if (data?.type === 'call' && typeof data.id === 'number') {
      void handleCall(data.id, data.method, data.params)
    }
  }
  // Newer browsers report that the page's end is gone, also when its process has crashed.
  port.addEventListener('close', close)
  return { send, close }
}

/** Runs work one after the other, until the page is gone. */
function createQueue(signal: AbortSignal): MethodContext['inTurn'] {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const result = last.then(() => {
      if (signal.aborted) throw new HostError('PAGE_GONE')
      return work()
    })
    last = result.catch(() => {})
    return result
  }
}

function toFailure({ jsapiCause, traceId, authErrorScopes, retryAfterSeconds }: HostError): object {
  return jsapiFailure(jsapiCause, traceId ?? randomId(), authErrorScopes, retryAfterSeconds)
}

function requireMethod(method: unknown): BridgeMethod {
  const known = BRIDGE_METHODS.find((name) => name === method)
  if (!known) throw new HostError('NOT_PERMITTED', { detail: `Unknown method: ${String(method)}` })
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
