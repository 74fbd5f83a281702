/**
 * @module The connection of one loaded page: its channel, and the calls that arrive on it. The channel identifies the mini
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

/** Carries messages between the host and one page, and no other. */
export type PageChannel = {
  send(message: HostMessage): void
  /** @param onClosed runs when the page's end is gone, where the channel learns of it */
  listen(onMessage: (message: PageMessage | null) => void, onClosed: () => void): void
  close(): void
}

/** What a connection needs from its host. */
export type PageSession = Omit<MethodContext, 'signal' | 'inTurn' | 'announceUserTurn'> & {
  /** The page reports a tap. What a report is worth depends on the host. */
  readonly onGesture: (ageMilliseconds: number) => void
  /** Runs once, when the page has left or the host has closed the connection. */
  readonly onClosed: () => void
  readonly onFailure: (error: HostError) => void
}

export type PageConnection = {
  send(message: HostMessage): void
  /** Tells the page, and fails its pending calls with `PAGE_GONE`. */
  close(): void
}

export function connectPage(channel: PageChannel, session: PageSession): PageConnection {
  const connection = new AbortController()
  const { signal } = connection
  const inTurn = createQueue(signal)

  function send(message: HostMessage): void {
    if (!signal.aborted) channel.send(message)
  }

  function close(): void {
    if (signal.aborted) return
    send({ type: 'close' })
    connection.abort()
    channel.close()
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

  channel.listen((message) => {
    if (message?.type === 'gesture') session.onGesture(message.ageMilliseconds)
    else if (message?.type === 'leave') close()
    else if (message?.type === 'call' && typeof message.id === 'number') {
      void handleCall(message.id, message.method, message.params)
    }
  }, close)
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
