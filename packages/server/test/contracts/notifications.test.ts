/**
 * @module Every event in every format is what the AsyncAPI document describes, and so is every example of the document.
 */
import { generateKeyPairSync } from 'node:crypto'
import { EVENT_TYPES, type EventType } from '@assent/protocol'
import { decodeJwt } from 'jose'
import { describe, expect, it } from 'vitest'
import { notificationsContract } from '../../src/contracts/notifications/document.ts'
import { createSecurityEventSigner } from '../../src/crypto/security-event-tokens.ts'
import type { AuthorizationEvent } from '../../src/engine/records.ts'
import type { NotifyFormat } from '../../src/engine/registry.ts'
import { messageOf } from '../../src/notifications/payloads.ts'
import { createValueCheck } from '../support/openapi.ts'

// biome-ignore lint/suspicious/noExplicitAny: the document is JSON
type Json = any

const ISSUER = 'https://auth.example'
const NOW = 1_790_000_000
const DOCUMENT: Json = notificationsContract(ISSUER)
const MESSAGES: Json = DOCUMENT.components.messages

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const signer = {
  sign: async () => ({ keyVersion: 1, base64: 'c2ln' }),
  signEvent: createSecurityEventSigner({
    keys: { current: () => ({ id: 'k', key: privateKey }) },
    issuer: ISSUER,
    clock: () => NOW,
  }),
}

function eventOf(type: EventType, isOfOneUser: boolean): AuthorizationEvent {
  return {
    eventId: '7-3',
    clientNumber: 1,
    subject: isOfOneUser ? 'u-4f2' : '',
    appId: isOfOneUser ? 'my-mini-program' : '',
    type,
    scopes: isOfOneUser ? ['auth_user'] : [],
    reason: 'USER',
    sequence: 1,
    createdAt: NOW * 1000,
  }
}

const NAMES: Readonly<Record<NotifyFormat, string>> = {
  assent: 'event',
  ams: 'amsEvent',
  set: 'securityEvent',
}
const ROWS = (Object.keys(NAMES) as NotifyFormat[]).flatMap((format) =>
  EVENT_TYPES.flatMap((type) =>
    [true, false].map((isOfOneUser) => ({ format, type, isOfOneUser })),
  ),
)

describe('events', () => {
  it.each(ROWS)('$type as $format, of one user: $isOfOneUser', async ({ format, ...row }) => {
    const destination = { clientId: 'my-merchant', url: 'https://shop.example/notify', format }
    const event = eventOf(row.type, row.isOfOneUser)
    const { headers, body } = await messageOf(
      event,
      { ...destination, encoding: 'base64url' },
      signer,
      NOW,
    )
    const message = MESSAGES[NAMES[format]]
    const { accept: _, ...own } = headers
    expect(createValueCheck(DOCUMENT, message.headers)(own)).toEqual([])
    const value = format === 'set' ? body : JSON.parse(body)
    expect(createValueCheck(DOCUMENT, message.payload)(value)).toEqual([])
    if (format !== 'set') return
    const claims = createValueCheck(DOCUMENT, message.payload['x-claims'])
    expect(claims(decodeJwt(body))).toEqual([])
  })
})

it('examples', () => {
  const problems = Object.values<Json>(MESSAGES).flatMap(({ payload, examples = [] }) =>
    examples.flatMap((example: Json) => createValueCheck(DOCUMENT, payload)(example.payload)),
  )
  expect(problems).toEqual([])
  expect(MESSAGES.event.examples.map(({ name }: Json) => name)).toEqual(EVENT_TYPES)
})
