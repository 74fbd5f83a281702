/**
 * @module The AsyncAPI document of notifications: what a merchant's `notifyUrl` and an OAuth client's `backchannelLogoutUri` receive.
 * @see docs/notifications.md, [AsyncAPI 3.0](https://www.asyncapi.com/docs/reference/specification/v3.0.0)
 */
import { EVENT_TYPES, type EventType, SUCCESS } from '@assent/protocol'
import type { TSchema } from 'typebox'
import { NotificationSchema } from '../../http/merchant-api/notification-schema.ts'
import { attemptTimeoutOf, retryDelayOf } from '../../notifications/delivery-schedule.ts'
import { PLATFORM_SIGNATURE, SIGNATURE_PATTERN } from '../called-apis/platform-signature.ts'
import { type Components, createComponents, type Json } from '../openapi/components.ts'
import {
  AcknowledgmentSchema,
  AmsNotificationSchema,
  LogoutClaimsSchema,
  SecurityEventClaimsSchema,
} from './schemas.ts'

const DAY_SECONDS = 86_400

/** The delays between attempts, in seconds. */
function retryDelays(): readonly number[] {
  const delays: number[] = []
  for (let delay = retryDelayOf(0); delay !== undefined; delay = retryDelayOf(delays.length))
    delays.push(delay / 1000)
  return delays
}

function describeRetries(): string {
  const delays = retryDelays()
  const days = Math.floor(delays.reduce((sum, delay) => sum + delay, 0) / DAY_SECONDS)
  return `An event that was not acknowledged is sent again after ${delays.join(', ')} seconds, each after the attempt before. The first attempts time out after ${attemptTimeoutOf(0) / 1000} second, later ones after ${attemptTimeoutOf(delays.length) / 1000} seconds. After ${days} days the delivery is a dead letter, which the operator can send again. Delivery is at least once, and in order for each user: recognize duplicates by their id, and acknowledge them.`
}

/** One example of each event. */
const EXAMPLES: Readonly<Record<EventType, object>> = {
  AUTHORIZATION_GRANTED: { scopes: ['auth_base', 'auth_user'], reason: 'USER' },
  AUTHORIZATION_CHANGED: { scopes: ['USER_BIRTHDAY'], reason: 'USER' },
  AUTHORIZATION_WITHDRAWN: { scopes: ['auth_user'], reason: 'USER' },
  TOKEN_CANCELLED: { scopes: [], reason: 'REFRESH_TOKEN_REUSED' },
  CLIENT_SUSPENDED: { scopes: [], reason: 'OPERATOR' },
  KEY_COMPROMISED: { scopes: [], reason: 'OPERATOR' },
}

/** Events that concern all users of a client. */
const OF_ALL_USERS: readonly EventType[] = ['CLIENT_SUSPENDED', 'KEY_COMPROMISED']

function exampleOf(eventType: EventType): object {
  return {
    eventId: '7-3',
    eventType,
    authClientId: 'my-merchant',
    ...(!OF_ALL_USERS.includes(eventType) && { appId: 'my-mini-program', userId: 'u-4f2' }),
    ...EXAMPLES[eventType],
    occurredTime: '2026-11-28T12:00:00+00:00',
  }
}

const text = (description: string, more: object = {}): Json => ({
  type: 'string',
  description,
  ...more,
})

const SIGNED_HEADERS: Json = {
  type: 'object',
  required: ['content-type', 'client-id', 'request-time', 'signature'],
  properties: {
    'content-type': text('`application/json; charset=UTF-8`.'),
    'client-id': text('Your client id.'),
    'request-time': text('When the attempt was signed, RFC 3339.', { format: 'date-time' }),
    signature: text('`algorithm=RSA256,keyVersion=1,signature=<value>`.', {
      pattern: SIGNATURE_PATTERN,
    }),
  },
}

/** The payload of a message that is a JWT. */
const tokenOf = (claims: Json): Json => ({
  type: 'string',
  pattern: '^[\\w-]+\\.[\\w-]+\\.[\\w-]+$',
  contentMediaType: 'application/jwt',
  'x-claims': claims,
})

type Message = { readonly name: string; readonly body: Json }

function messages(components: Components): readonly Message[] {
  const refer = (schema: TSchema): Json => components.refer(schema)
  return [
    {
      name: 'event',
      body: {
        title: 'An event in the default format',
        summary: 'For clients with `notifyFormat: assent`, the default.',
        contentType: 'application/json',
        headers: SIGNED_HEADERS,
        payload: refer(NotificationSchema),
        examples: EVENT_TYPES.map((type) => ({ name: type, payload: exampleOf(type) })),
      },
    },
    {
      name: 'amsEvent',
      body: {
        title: 'An event in the AMS format',
        summary: 'For clients with `notifyFormat: ams`. The signature is percent-encoded base64.',
        contentType: 'application/json',
        headers: SIGNED_HEADERS,
        payload: refer(AmsNotificationSchema),
        examples: [
          {
            name: 'TOKEN_CANCELED',
            payload: {
              authorizationNotifyType: 'TOKEN_CANCELED',
              authClientId: 'my-merchant',
              userId: 'u-4f2',
              reason: 'USER',
              result: SUCCESS,
              eventId: '7-3',
            },
          },
        ],
      },
    },
    {
      name: 'securityEvent',
      body: {
        title: 'A Security Event Token',
        summary: 'For clients with `notifyFormat: set` (RFC 8417, delivered as in RFC 8935).',
        contentType: 'application/secevent+jwt',
        headers: {
          type: 'object',
          required: ['content-type'],
          properties: { 'content-type': text('`application/secevent+jwt`.') },
        },
        payload: tokenOf(refer(SecurityEventClaimsSchema)),
      },
    },
    {
      name: 'logout',
      body: {
        title: 'A logout token',
        summary:
          'For OAuth clients with a `backchannelLogoutUri`, when a user withdraws or logs out.',
        contentType: 'application/x-www-form-urlencoded',
        headers: {
          type: 'object',
          required: ['content-type'],
          properties: { 'content-type': text('`application/x-www-form-urlencoded`.') },
        },
        payload: {
          type: 'object',
          required: ['logout_token'],
          properties: { logout_token: tokenOf(refer(LogoutClaimsSchema)) },
        },
      },
    },
    {
      name: 'acknowledgment',
      body: {
        title: 'The acknowledgment of an event',
        summary:
          'Status 200 with this body. A Security Event Token is acknowledged by status 202, a logout token by 200 or 204, both without a body.',
        contentType: 'application/json',
        payload: refer(AcknowledgmentSchema),
        examples: [{ name: 'success', payload: { result: { resultStatus: 'S' } } }],
      },
    },
  ]
}

const SECURITY_SCHEMES: Json = {
  signature: {
    type: 'httpApiKey',
    in: 'header',
    name: 'signature',
    description:
      'The signature of the platform over the path, `client-id`, `request-time` and the body.',
  },
  token: {
    type: 'asymmetricEncryption',
    description: 'The message is a JWT, signed by a key of `/oauth2/jwks`.',
  },
}

const reference = (path: string): Json => ({ $ref: `#/${path}` })

/** A channel with some of the messages. */
function channel(address: string, names: readonly string[], more: Json): Json {
  const own = names.map((name) => [name, reference(`components/messages/${name}`)])
  return { address, ...more, messages: Object.fromEntries(own) }
}

/** @param issuer the public URL of the server */
export function notificationsContract(issuer: string): Json {
  const components = createComponents()
  const all = messages(components)
  const notified = ['event', 'amsEvent', 'securityEvent']
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Assent notifications',
      version: '1',
      description: `What Assent tells merchants and OAuth clients when users grant, change or withdraw consent.\n\n${PLATFORM_SIGNATURE} For an event the default is the encoding of your last request.\n\n${describeRetries()}`,
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
      contact: { name: 'Assent', url: `${issuer}/docs/notifications` },
      tags: [{ name: 'notifications', description: 'Events of grants and tokens.' }],
      externalDocs: { description: 'The same as a page.', url: `${issuer}/docs/notifications` },
    },
    defaultContentType: 'application/json',
    servers: {
      merchant: {
        host: 'shop.example',
        protocol: 'https',
        description: 'The server of `notifyUrl`: a public address.',
      },
      oauthClient: {
        host: 'app.example',
        protocol: 'https',
        description: 'The server of `backchannelLogoutUri`: a public address.',
      },
    },
    channels: {
      notifyUrl: channel('/notify', [...notified, 'acknowledgment'], {
        title: 'notifyUrl',
        description: 'The `notifyUrl` of a client.',
        servers: [reference('servers/merchant')],
      }),
      backchannelLogoutUri: channel('/logout', ['logout'], {
        title: 'backchannelLogoutUri',
        description: 'The `backchannelLogoutUri` of an OAuth client.',
        servers: [reference('servers/oauthClient')],
      }),
    },
    operations: {
      notify: {
        action: 'send',
        title: 'Tell a merchant of an event',
        description: 'In the format of the client.',
        channel: reference('channels/notifyUrl'),
        messages: notified.map((name) => reference(`channels/notifyUrl/messages/${name}`)),
        security: [
          reference('components/securitySchemes/signature'),
          reference('components/securitySchemes/token'),
        ],
        bindings: { http: { method: 'POST', bindingVersion: '0.3.0' } },
        'x-retry-delays-seconds': retryDelays(),
        reply: {
          channel: reference('channels/notifyUrl'),
          messages: [reference('channels/notifyUrl/messages/acknowledgment')],
        },
      },
      logOut: {
        action: 'send',
        title: 'Tell an OAuth client of a logout',
        description: 'OpenID Connect Back-Channel Logout.',
        channel: reference('channels/backchannelLogoutUri'),
        messages: [reference('channels/backchannelLogoutUri/messages/logout')],
        security: [reference('components/securitySchemes/token')],
        bindings: { http: { method: 'POST', bindingVersion: '0.3.0' } },
        'x-retry-delays-seconds': retryDelays(),
      },
    },
    components: {
      securitySchemes: SECURITY_SCHEMES,
      messages: Object.fromEntries(all.map(({ name, body }) => [name, { name, ...body }])),
      schemas: components.schemas(),
    },
  }
}
