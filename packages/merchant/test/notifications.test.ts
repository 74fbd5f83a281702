/**
 * @module Receiving notifications: genuine ones are processed once, all others are rejected.
 */
import { generateKeyPairSync, sign } from 'node:crypto'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  formatSignatureHeader,
  formatTime,
  type Notification,
  signedPrefix,
} from '@assent/protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  createNotificationReceiver,
  NotificationError,
  type NotificationRequest,
  type NotificationResponse,
  type ProcessedEventStore,
  verifyNotification,
} from '../src/index.ts'

const platform = generateKeyPairSync('rsa', { modulusLength: 2048 })
const otherKeys = generateKeyPairSync('rsa', { modulusLength: 2048 })
const CLIENT_ID = 'merchant-1'
const PATH = '/assent/notify?shop=1'
const EVENT: Notification = {
  eventId: 'e-1',
  eventType: 'AUTHORIZATION_WITHDRAWN',
  authClientId: CLIENT_ID,
  userId: 'subject-1',
  scopes: ['USER_NAME'],
  reason: 'USER',
  occurredTime: '2026-01-01T00:00:00Z',
}

type NotificationOverrides = {
  readonly path?: string
  readonly clientId?: string
  readonly key?: typeof platform.privateKey
  readonly ageSeconds?: number
  readonly body?: string
  readonly signature?: string
}

function createNotification(
  event: Notification = EVENT,
  overrides: NotificationOverrides = {},
): NotificationRequest {
  const text = JSON.stringify(event)
  const time = formatTime(Math.floor(Date.now() / 1000) - (overrides.ageSeconds ?? 0))
  const clientId = overrides.clientId ?? CLIENT_ID
  const content = signedPrefix(overrides.path ?? PATH, clientId, time) + text
  const base64 = sign('sha256', Buffer.from(content), overrides.key ?? platform.privateKey)
  return {
    path: PATH,
    headers: {
      'client-id': clientId,
      'request-time': time,
      signature:
        overrides.signature ?? formatSignatureHeader(1, base64.toString('base64'), 'base64url'),
    },
    body: Buffer.from(overrides.body ?? text),
  }
}

describe(verifyNotification, () => {
  it('returns the event of a genuine notification', () => {
    expect(verifyNotification(platform.publicKey, CLIENT_ID, createNotification())).toEqual(EVENT)
  })

  it.each<{ name: string; overrides: NotificationOverrides }>([
    { name: 'signed with another key', overrides: { key: otherKeys.privateKey } },
    { name: 'for another client', overrides: { clientId: 'merchant-2' } },
    { name: 'for another path', overrides: { path: '/assent/notify' } },
    {
      name: 'whose body was altered',
      overrides: { body: JSON.stringify({ ...EVENT, scopes: [] }) },
    },
    {
      name: 'whose body was serialized again',
      overrides: { body: JSON.stringify(EVENT, null, 2) },
    },
    { name: 'older than 300 s', overrides: { ageSeconds: 301 } },
    { name: 'more than 300 s in the future', overrides: { ageSeconds: -301 } },
    { name: 'without a signature', overrides: { signature: '' } },
    {
      name: 'with a truncated signature',
      overrides: { signature: 'algorithm=RSA256,keyVersion=1,signature=AAAA' },
    },
  ])('rejects a notification $name', ({ overrides }) => {
    expect(() =>
      verifyNotification(platform.publicKey, CLIENT_ID, createNotification(EVENT, overrides)),
    ).toThrow(NotificationError)
  })

  it('rejects a notification with a repeated header', () => {
    const { headers, ...request } = createNotification()
    const repeated = { ...headers, 'client-id': [CLIENT_ID, CLIENT_ID] }
    expect(() =>
      verifyNotification(platform.publicKey, CLIENT_ID, { ...request, headers: repeated }),
    ).toThrow(NotificationError)
  })
})

describe(createNotificationReceiver, () => {
  let processed: string[]
  let failuresLeft = 0
  beforeEach(() => {
    processed = []
    failuresLeft = 0
  })

  function createReceiver(processedEvents?: ProcessedEventStore) {
    return createNotificationReceiver({
      platformKeys: platform.publicKey,
      clientId: CLIENT_ID,
      async onEvent({ eventId }) {
        await new Promise((resolve) => setTimeout(resolve, 5))
        if (failuresLeft-- > 0) throw new Error('the database is unavailable')
        processed.push(eventId)
      },
      ...(processedEvents && { processedEvents }),
    })
  }

  const toResult = ({ body }: NotificationResponse): unknown =>
    (JSON.parse(body) as { result: unknown }).result

  it('processes an event once that is delivered several times', async () => {
    const { receive } = createReceiver()
    const concurrent = Array.from({ length: 8 }, () => receive(createNotification()))
    const responses = [...(await Promise.all(concurrent)), await receive(createNotification())]
    expect(processed).toEqual(['e-1'])
    expect(responses.map(({ status }) => status)).toEqual(Array.from({ length: 9 }, () => 200))
    expect(responses.map(toResult)[0]).toMatchObject({ resultStatus: 'S' })
  })

  it('does not process an event that another server has processed', async () => {
    const { receive } = createReceiver({ has: async () => true, add: async () => {} })
    expect(await receive(createNotification())).toMatchObject({ status: 200 })
    expect(processed).toEqual([])
  })

  it('requests another delivery when processing fails', async () => {
    const { receive } = createReceiver()
    failuresLeft = 1
    const failed = await receive(createNotification())
    expect(failed).toMatchObject({ status: 500 })
    expect(toResult(failed)).toMatchObject({ resultStatus: 'U' })
    expect(await receive(createNotification())).toMatchObject({ status: 200 })
    expect(processed).toEqual(['e-1'])
  })

  it('rejects a forged notification without processing it', async () => {
    const { receive } = createReceiver()
    const forged = createNotification(EVENT, { key: otherKeys.privateKey })
    const response = await receive(forged)
    expect(response).toMatchObject({ status: 401 })
    expect(toResult(response)).toMatchObject({ resultCode: 'INVALID_SIGNATURE' })
    expect(processed).toEqual([])
  })

  describe.each([
    { name: 'a Node server', prepare: (_request: IncomingMessage) => {} },
    {
      name: 'an Express router, which shortens the URL',
      prepare: (request: IncomingMessage) => {
        Object.assign(request, { originalUrl: request.url, url: '/notify?shop=1' })
      },
    },
  ])('on $name', ({ prepare }) => {
    let server: Server
    let url: string
    beforeEach(async () => {
      const { node } = createReceiver()
      server = createServer((request, response) => {
        prepare(request)
        void node(request, response)
      })
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${PATH}`
    })
    afterEach(() => {
      server.closeAllConnections()
      server.close()
    })

    function post(body: BodyInit): Promise<Response> {
      const headers = createNotification().headers as Record<string, string>
      return fetch(url, { method: 'POST', headers, body })
    }

    it('accepts a genuine notification', async () => {
      expect((await post(Buffer.from(createNotification().body))).status).toBe(200)
      expect(processed).toEqual(['e-1'])
    })

    it.each([
      { name: 'a body of more than 64 KiB', body: 'x'.repeat(70_000), status: 413 },
      { name: 'a body that was not signed', body: '{}', status: 401 },
    ])('answers $status to $name', async ({ body, status }) => {
      expect((await post(body)).status).toBe(status)
      expect(processed).toEqual([])
    })
  })
})
