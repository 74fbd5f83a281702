/**
 * @module Receives notifications of the platform about granted, changed and withdrawn authorizations. They are signed,
 * delivered at least once, and ordered per user. The receiver verifies them and processes each event once.
 *
 * @see docs/merchants.md
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Notification, parseRequestTime } from '@assent/protocol'
import { NotificationError } from './errors.ts'
import type { KeyInput } from './keys.ts'
import { parseMessage, type SignedMessage, verifyMessage, verifyWith } from './message-signature.ts'
import {
  createPlatformKeyRing,
  findKeys,
  type PlatformKeySet,
  type PlatformKeys,
  readPlatformKeys,
} from './platform-keys.ts'

/**
 * An HTTP request at the notify URL, from any framework.
 *
 * @example
 * ```ts
 * import type { IncomingMessage } from 'node:http'
 * import type { NotificationRequest } from '@assent/merchant'
 *
 * export function toNotificationRequest(request: IncomingMessage, body: Buffer): NotificationRequest {
 *   return { path: request.url ?? '', headers: request.headers, body }
 * }
 * ```
 * @see docs/merchants.md
 */
export type NotificationRequest = {
  /** The path and query string of the notify URL as registered, because they are signed. */
  readonly path: string
  /** With names in lower case, as Node provides them. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  /** The body as received. A body that was parsed and serialized again does not verify. */
  readonly body: Uint8Array
}

/**
 * Remembers which events have been processed. Servers that share a database should share this store.
 *
 * @example
 * ```ts
 * import type { ProcessedEventStore } from '@assent/merchant'
 *
 * const eventIds = new Set<string>()
 * export const processedEvents: ProcessedEventStore = {
 *   has: async (eventId) => eventIds.has(eventId),
 *   add: async (eventId) => void eventIds.add(eventId),
 * }
 * ```
 * @see docs/merchants.md
 */
export interface ProcessedEventStore {
  /** Whether the event was processed before. */
  has(eventId: string): Promise<boolean>
  /** Records that the event was processed. */
  add(eventId: string): Promise<void>
}

/**
 * The options of {@link createNotificationReceiver}.
 *
 * @example
 * ```ts
 * import type { NotificationReceiverOptions } from '@assent/merchant'
 *
 * export const options: NotificationReceiverOptions = {
 *   clientId: '2018103116394800000000',
 *   platformKeys: { url: 'https://assent.wallet.example/.well-known/assent/reply-keys' },
 *   onEvent: ({ eventType, userId }) => console.log(eventType, userId),
 * }
 * ```
 * @see docs/merchants.md
 */
export type NotificationReceiverOptions = {
  /** The platform's public keys: one, several by version, or the URL at which the platform publishes them. */
  readonly platformKeys: PlatformKeys
  /** Notifications for other clients are rejected. */
  readonly clientId: string
  /** Processes one event. When it throws, the platform delivers the event again later. */
  readonly onEvent: (event: Notification) => Promise<void> | void
  /** Default: the last 10,000 event ids, in memory. */
  readonly processedEvents?: ProcessedEventStore
  /** Fetches the keys. Default: the global `fetch`. */
  readonly fetch?: typeof fetch
}

/**
 * The HTTP response to a notification.
 *
 * @example
 * ```ts
 * import type { ServerResponse } from 'node:http'
 * import type { NotificationResponse } from '@assent/merchant'
 *
 * export function send(response: ServerResponse, { status, body }: NotificationResponse): void {
 *   response.writeHead(status, { 'content-type': 'application/json' }).end(body)
 * }
 * ```
 * @see docs/merchants.md
 */
export type NotificationResponse = {
  /** 200: processed. 401: not genuine. 413: longer than 64 KiB. 500: deliver it again. */
  readonly status: number
  /** JSON text. */
  readonly body: string
}

/**
 * Handles the requests at a notify URL.
 *
 * @example
 * ```ts
 * import { createServer, type Server } from 'node:http'
 * import type { NotificationReceiver } from '@assent/merchant'
 *
 * export function listen(receiver: NotificationReceiver, port: number): Server {
 *   return createServer(receiver.node).listen(port)
 * }
 * ```
 * @see docs/merchants.md
 */
export interface NotificationReceiver {
  /** Handles one request of any framework that provides the body as received. It never rejects. */
  receive(request: NotificationRequest): Promise<NotificationResponse>
  /** A request listener for `node:http`, and for Express when it is mounted before any body parser. */
  readonly node: (request: IncomingMessage, response: ServerResponse) => Promise<void>
}

const TIME_TOLERANCE_SECONDS = 300
const MAX_BODY_BYTES = 64 * 1024
const EVENT_CACHE_SIZE = 10_000

/**
 * Verifies the client id, the signature and the time of a notification, and parses it. The time may differ from this
 * machine's clock by 300 seconds.
 *
 * @param platformKeys the platform's public key, or its keys by version
 * @throws {NotificationError} when the platform did not send it to this client, or sent it too long ago
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs'
 * import { type Notification, type NotificationRequest, verifyNotification } from '@assent/merchant'
 *
 * const platformKeys = { 1: readFileSync('platform-1.pem') }
 *
 * export function parse(request: NotificationRequest): Notification {
 *   return verifyNotification(platformKeys, '2018103116394800000000', request)
 * }
 * ```
 * @see docs/merchants.md
 */
export function verifyNotification(
  platformKeys: KeyInput | PlatformKeySet,
  clientId: string,
  request: NotificationRequest,
): Notification {
  const keys = readPlatformKeys(platformKeys)
  const message = readMessage(clientId, request)
  const candidates = findKeys(keys, message.keyVersion)
  if (candidates.length === 0) throw unknownKey(message)
  if (!verifyMessage(candidates, message)) throw invalidSignature()
  return parseNotification(request)
}

/** @throws {NotificationError} when it is for another client or its signature header is malformed */
function readMessage(
  clientId: string,
  { path, headers, body }: NotificationRequest,
): SignedMessage {
  if (readHeader(headers, 'client-id') !== clientId) {
    throw new NotificationError(
      'The Client-Id header names another client. Check clientId and the registered notify URL.',
    )
  }
  const time = readHeader(headers, 'request-time')
  const signature = readHeader(headers, 'signature')
  const message = parseMessage({ path, clientId, time, signature, body })
  if (!message) throw invalidSignature()
  return message
}

function invalidSignature(): NotificationError {
  return new NotificationError(
    'The signature is invalid. Pass the body as received, the registered path, and the current platformKeys.',
  )
}

function unknownKey({ keyVersion }: SignedMessage): NotificationError {
  return new NotificationError(
    `The notification is signed with key version ${keyVersion}, which platformKeys does not have. Add that key, or configure the URL of the keys.`,
  )
}

/** The signature was verified before. @throws {NotificationError} when it was sent too long ago */
function parseNotification({ headers, body }: NotificationRequest): Notification {
  const sentAt = parseRequestTime(readHeader(headers, 'request-time'))
  if (sentAt === undefined || Math.abs(Date.now() / 1000 - sentAt) > TIME_TOLERANCE_SECONDS) {
    throw new NotificationError(
      `The Request-Time header differs from the current time by more than ${TIME_TOLERANCE_SECONDS} s. Check the clock.`,
    )
  }
  return JSON.parse(Buffer.from(body).toString()) as Notification
}

/** A header that occurs more than once counts as missing. */
function readHeader(headers: NotificationRequest['headers'], name: string): string {
  const value = headers[name]
  return typeof value === 'string' ? value : ''
}

/**
 * Creates the handler of a notify URL. It verifies each notification and calls `onEvent` once per event, also when the
 * platform delivers it several times. When the platform's keys cannot be fetched, it answers 500.
 *
 * @throws {TypeError} when a key cannot be used
 * @example
 * ```ts
 * import { createServer } from 'node:http'
 * import { createNotificationReceiver } from '@assent/merchant'
 *
 * const { node } = createNotificationReceiver({
 *   clientId: '2018103116394800000000',
 *   platformKeys: { url: 'https://assent.wallet.example/.well-known/assent/reply-keys' },
 *   onEvent: ({ eventType, userId }) => console.log(eventType, userId),
 * })
 * createServer(node).listen(8080)
 * ```
 * @see docs/merchants.md
 */
export function createNotificationReceiver(
  options: NotificationReceiverOptions,
): NotificationReceiver {
  const { clientId } = options
  const keys = createPlatformKeyRing(options.platformKeys, options.fetch ?? fetch)
  const processEvent = createEventProcessor(options)

  async function verify(request: NotificationRequest): Promise<Notification> {
    const message = readMessage(clientId, request)
    const verdict = await verifyWith(keys, message)
    if (verdict === 'UNKNOWN_KEY') throw unknownKey(message)
    if (verdict === 'FORGED') throw invalidSignature()
    return parseNotification(request)
  }

  async function receive(request: NotificationRequest): Promise<NotificationResponse> {
    try {
      await processEvent(await verify(request))
      return respond('PROCESSED')
    } catch (error) {
      if (error instanceof NotificationError) return respond('NOT_GENUINE', error.message)
      return respond('FAILED')
    }
  }

  return {
    receive,
    async node(request, response) {
      const body = await readBody(request)
      const path = originalPath(request)
      const { status, body: text } = body
        ? await receive({ path, headers: request.headers, body })
        : respond('TOO_LARGE')
      response.writeHead(status, { 'content-type': 'application/json' }).end(text)
    },
  }
}

/** Calls `onEvent` once per event. Of concurrent deliveries of one event, the later ones wait for the earlier. */
function createEventProcessor({
  onEvent,
  processedEvents = createMemoryEventStore(),
}: NotificationReceiverOptions): (event: Notification) => Promise<void> {
  const inFlight = new Map<string, Promise<void>>()

  async function processOnce(event: Notification): Promise<void> {
    if (await processedEvents.has(event.eventId)) return
    await onEvent(event)
    await processedEvents.add(event.eventId)
  }

  return async (event) => {
    const { eventId } = event
    const previous = inFlight.get(eventId)?.catch(() => {})
    const current = (previous ?? Promise.resolve()).then(() => processOnce(event))
    inFlight.set(eventId, current)
    try {
      await current
    } finally {
      if (inFlight.get(eventId) === current) inFlight.delete(eventId)
    }
  }
}

type Outcome = 'PROCESSED' | 'NOT_GENUINE' | 'TOO_LARGE' | 'FAILED'

const RESPONSES = {
  PROCESSED: { status: 200, resultStatus: 'S', resultCode: 'SUCCESS', message: 'success' },
  NOT_GENUINE: {
    status: 401,
    resultStatus: 'F',
    resultCode: 'INVALID_SIGNATURE',
    message: 'The notification is not genuine.',
  },
  TOO_LARGE: {
    status: 413,
    resultStatus: 'F',
    resultCode: 'PARAM_ILLEGAL',
    message: `The body is longer than ${MAX_BODY_BYTES} bytes.`,
  },
  FAILED: {
    status: 500,
    resultStatus: 'U',
    resultCode: 'UNKNOWN_EXCEPTION',
    message: 'Processing the event failed. Deliver it again.',
  },
} as const satisfies Record<Outcome, object>

function respond(outcome: Outcome, detail?: string): NotificationResponse {
  const { status, resultStatus, resultCode, message } = RESPONSES[outcome]
  const result = { resultStatus, resultCode, resultMessage: detail ?? message }
  return { status, body: JSON.stringify({ result }) }
}

/** Express removes the mount path of a router from `url`; the signature covers the whole path. */
function originalPath(request: IncomingMessage & { readonly originalUrl?: string }): string {
  return request.originalUrl ?? request.url ?? ''
}

/** @returns `undefined` when the body is too large */
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

function createMemoryEventStore(): ProcessedEventStore {
  const eventIds = new Set<string>()
  return {
    async has(eventId) {
      return eventIds.has(eventId)
    },
    async add(eventId) {
      eventIds.add(eventId)
      const [oldest] = eventIds
      if (eventIds.size > EVENT_CACHE_SIZE && oldest !== undefined) eventIds.delete(oldest)
    },
  }
}
