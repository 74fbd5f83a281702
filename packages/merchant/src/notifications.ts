/**
 * @module Notifications from the platform: what changes at an authorization, and when it ends. They arrive at least once, signed, and in
 * order for each user; who acts on one sees each once.
 */
import type { KeyObject } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Notification, parseRequestTime } from '@assent/protocol'
import { NotificationError } from './errors.ts'
import { type KeyInput, toPublicKey, verifyMessage } from './message.ts'

export type ReceivedNotification = {
  /** The path and query of the notify URL, as it is registered: it is part of what is signed. */
  readonly path: string
  /** With names in lower case, as Node has them. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  /** The bytes as they came. A body that was parsed and written again does not verify. */
  readonly body: Uint8Array
}

/** Remembers which events were acted on. Shared by all of a merchant's servers when they have one database. */
export interface SeenEvents {
  has(eventId: string): Promise<boolean>
  add(eventId: string): Promise<void>
}

export type NotificationReceiverOptions = {
  /** The platform's public key (`assent keys show`). */
  readonly platformPublicKey: KeyInput
  readonly clientId: string
  /** What is done about an event. When it throws, the event comes again later. */
  readonly onEvent: (event: Notification) => Promise<void> | void
  /** Default: the last 10,000, in memory. */
  readonly seen?: SeenEvents
}

export type NotificationAnswer = { readonly status: number; readonly body: string }

export interface NotificationReceiver {
  /** For any framework that has the raw bytes. */
  receive(received: ReceivedNotification): Promise<NotificationAnswer>
  /** For `node:http`, and for Express in front of any body parser. */
  readonly node: (request: IncomingMessage, response: ServerResponse) => Promise<void>
}

const TOLERANCE_SECONDS = 300
const MAX_BODY_BYTES = 64 * 1024
const REMEMBERED = 10_000

/**
 * The notification, if it is genuine.
 * @throws {NotificationError} when it was not sent by the platform to this client just now
 */
export function verifyNotification(
  platformPublicKey: KeyObject,
  clientId: string,
  { path, headers, body }: ReceivedNotification,
): Notification {
  const header = (name: string): string => {
    const value = headers[name]
    return typeof value === 'string' ? value : ''
  }
  if (header('client-id') !== clientId) throw new NotificationError('it is for another client')
  const isGenuine = verifyMessage(platformPublicKey, {
    path,
    clientId,
    time: header('request-time'),
    signature: header('signature'),
    body,
  })
  if (!isGenuine) throw new NotificationError('its signature does not verify')
  const sentAt = parseRequestTime(header('request-time'))
  if (sentAt === undefined || Math.abs(Date.now() / 1000 - sentAt) > TOLERANCE_SECONDS)
    throw new NotificationError('it was not sent just now')
  return JSON.parse(Buffer.from(body).toString()) as Notification
}

export function createNotificationReceiver(
  options: NotificationReceiverOptions,
): NotificationReceiver {
  const { clientId, onEvent, seen = createSeenEvents() } = options
  const key = toPublicKey(options.platformPublicKey)
  /** Of two that come at the same time, the second waits for the first. */
  const underWay = new Map<string, Promise<void>>()

  async function actOnce(event: Notification): Promise<void> {
    if (await seen.has(event.eventId)) return
    await onEvent(event)
    await seen.add(event.eventId)
  }

  async function act(event: Notification): Promise<void> {
    const before = underWay.get(event.eventId)?.catch(() => {})
    const acting = (before ?? Promise.resolve()).then(() => actOnce(event))
    underWay.set(event.eventId, acting)
    try {
      await acting
    } finally {
      if (underWay.get(event.eventId) === acting) underWay.delete(event.eventId)
    }
  }

  async function receive(received: ReceivedNotification): Promise<NotificationAnswer> {
    try {
      await act(verifyNotification(key, clientId, received))
      return answer(200, 'S', 'SUCCESS', 'success')
    } catch (error) {
      if (error instanceof NotificationError)
        return answer(401, 'F', 'INVALID_SIGNATURE', error.message)
      return answer(500, 'U', 'UNKNOWN_EXCEPTION', 'Not done. Send it again.')
    }
  }

  return {
    receive,
    async node(request, response) {
      const body = await readBody(request)
      // Express cuts off where a router is mounted; what was signed is the whole.
      const {
        originalUrl,
        url = '',
        headers,
      } = request as IncomingMessage & {
        readonly originalUrl?: string
      }
      const path = originalUrl ?? url
      const answered = body
        ? await receive({ path, headers, body })
        : answer(413, 'F', 'PARAM_ILLEGAL', 'The body is too long.')
      response.writeHead(answered.status, { 'content-type': 'application/json' }).end(answered.body)
    },
  }
}

function answer(
  status: number,
  resultStatus: string,
  resultCode: string,
  resultMessage: string,
): NotificationAnswer {
  return { status, body: JSON.stringify({ result: { resultStatus, resultCode, resultMessage } }) }
}

async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    size += (chunk as Buffer).length
    if (size > MAX_BODY_BYTES) return undefined
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks)
}

function createSeenEvents(): SeenEvents {
  const ids = new Set<string>()
  return {
    async has(eventId) {
      return ids.has(eventId)
    },
    async add(eventId) {
      ids.add(eventId)
      const [oldest] = ids
      if (ids.size > REMEMBERED && oldest !== undefined) ids.delete(oldest)
    },
  }
}
