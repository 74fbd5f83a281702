/**
 * @module Notifications as a merchant's server receives them: genuine ones once, others never.
 */
import { generateKeyPairSync, sign } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  formatSignatureHeader,
  formatTime,
  type Notification,
  signedPrefix,
} from '@assent/protocol'
import { beforeEach, describe, expect, it } from 'vitest'
import {
  createNotificationReceiver,
  NotificationError,
  type ReceivedNotification,
  verifyNotification,
} from '../src/index.ts'

const platform = generateKeyPairSync('rsa', { modulusLength: 2048 })
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 })
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

type Twist = {
  readonly path?: string
  readonly clientId?: string
  readonly key?: typeof platform.privateKey
  readonly age?: number
  readonly body?: string
  readonly signature?: string
}

function messageOf(event: Notification = EVENT, twist: Twist = {}): ReceivedNotification {
  const text = JSON.stringify(event)
  const time = formatTime(Math.floor(Date.now() / 1000) - (twist.age ?? 0))
  const clientId = twist.clientId ?? CLIENT_ID
  const content = signedPrefix(twist.path ?? PATH, clientId, time) + text
  const base64 = sign('sha256', Buffer.from(content), twist.key ?? platform.privateKey)
  return {
    path: PATH,
    headers: {
      'client-id': clientId,
      'request-time': time,
      signature:
        twist.signature ?? formatSignatureHeader(1, base64.toString('base64'), 'base64url'),
    },
    body: Buffer.from(twist.body ?? text),
  }
}

describe(verifyNotification, () => {
  it('gives what the platform has sent', () => {
    expect(verifyNotification(platform.publicKey, CLIENT_ID, messageOf())).toEqual(EVENT)
  })

  it.each<readonly [string, Twist]>([
    ['signed by another', { key: stranger.privateKey }],
    ['for another client', { clientId: 'merchant-2' }],
    ['for another path', { path: '/assent/notify' }],
    ['changed on its way', { body: JSON.stringify({ ...EVENT, scopes: [] }) }],
    ['written again', { body: JSON.stringify(EVENT, null, 2) }],
    ['sent long ago', { age: 301 }],
    ['from the future', { age: -301 }],
    ['without a signature', { signature: '' }],
    ['with half a signature', { signature: 'algorithm=RSA256,keyVersion=1,signature=AAAA' }],
  ])('refuses what is %s', (_, twist) => {
    expect(() =>
      verifyNotification(platform.publicKey, CLIENT_ID, messageOf(EVENT, twist)),
    ).toThrow(NotificationError)
  })
})

describe(createNotificationReceiver, () => {
  let acted: string[]
  let fails = 0
  beforeEach(() => {
    acted = []
    fails = 0
  })

  function receiverOf() {
    return createNotificationReceiver({
      platformPublicKey: platform.publicKey,
      clientId: CLIENT_ID,
      async onEvent({ eventId }) {
        await new Promise((resolve) => setTimeout(resolve, 5))
        if (fails-- > 0) throw new Error('the database is away')
        acted.push(eventId)
      },
    })
  }

  it('acts once on what comes several times, also at the same time', async () => {
    const { receive } = receiverOf()
    const answers = await Promise.all(Array.from({ length: 8 }, () => receive(messageOf())))
    answers.push(await receive(messageOf()))
    expect(acted).toEqual(['e-1'])
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect(JSON.parse(answers[0]?.body ?? '')).toMatchObject({ result: { resultStatus: 'S' } })
  })

  it('asks for it again when it could not act', async () => {
    const { receive } = receiverOf()
    fails = 1
    expect(await receive(messageOf())).toMatchObject({ status: 500 })
    expect(await receive(messageOf())).toMatchObject({ status: 200 })
    expect(acted).toEqual(['e-1'])
  })

  it('acts on nothing that is forged', async () => {
    const { receive } = receiverOf()
    const forged = messageOf(EVENT, { key: stranger.privateKey })
    expect(await receive(forged)).toMatchObject({ status: 401 })
    expect(acted).toEqual([])
  })

  it.each([
    ['a Node server', (_request: IncomingMessage) => {}],
    [
      'an Express router, which shortens the URL',
      (request: IncomingMessage) => {
        Object.assign(request, { originalUrl: request.url, url: '/notify?shop=1' })
      },
    ],
  ])('serves %s', async (_, prepare) => {
    const { node } = receiverOf()
    const server = createServer((request, response) => {
      prepare(request)
      void node(request, response)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${PATH}`
    const { headers, body } = messageOf()
    const post = (content: BodyInit) =>
      fetch(url, { method: 'POST', headers: headers as Record<string, string>, body: content })
    expect((await post(Buffer.from(body))).status).toBe(200)
    expect((await post('x'.repeat(70_000))).status).toBe(413)
    expect((await post('{}')).status).toBe(401)
    expect(acted).toEqual(['e-1'])
    server.closeAllConnections()
    server.close()
  })
})
