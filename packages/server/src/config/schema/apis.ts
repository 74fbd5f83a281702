/**
 * @module The schema of `apis`: the APIs of the wallet that the gateway forwards to.
 */
import Type from 'typebox'
import { BODY_FIELD } from '../../http/gateway/body-fields.ts'
import { closed, dictionary, oneOf, RELOADABLE, timeoutSeconds } from './fields.ts'

const callsPerMinute = (per: string) =>
  Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 1_000_000,
      description: `The maximum number of calls per minute ${per} on one node.`,
    }),
  )

const bodyField = (description: string) =>
  Type.Optional(Type.String({ pattern: BODY_FIELD, description }))

export const ApiSchema = closed(
  {
    name: Type.String({
      pattern: '^[A-Za-z][A-Za-z0-9_.-]{0,63}$',
      description: 'The name of the API in lists and logs.',
    }),
    method: Type.Optional(
      oneOf(
        ['POST', 'GET'],
        'The HTTP method. GET is for calls without a signature. Default POST.',
      ),
    ),
    paths: Type.Array(Type.String(), {
      minItems: 1,
      description:
        'The exact paths that callers use. {name} matches one segment, as in /v1/cards/{cardId}.',
    }),
    upstream: Type.String({
      description:
        'The URL that calls are forwarded to, with the {name}s of the paths: http://cards.internal/{cardId}.',
    }),
    scopes: Type.Array(Type.String(), { description: 'The scopes that permit the call.' }),
    scopeMatch: Type.Optional(
      oneOf(['any', 'all'], 'Whether one or all of the scopes must be granted. Default any.'),
    ),
    fields: Type.Optional(
      dictionary(Type.Array(Type.String(), { minItems: 1 }), {
        description:
          'The response fields that each scope permits, such as cards[].brand or address.city. Without fields, the whole response is forwarded.',
      }),
    ),
    sensitivity: Type.Optional(
      oneOf(['basic', 'sensitive', 'restricted'], 'How sensitive the data is. Default basic.'),
    ),
    requiresRequestId: Type.Optional(
      Type.Boolean({
        description:
          'Whether the API changes data. Calls then need a request id, which the upstream receives as Idempotency-Key. Default false.',
      }),
    ),
    accessTokenField: bodyField(
      'The name of the access token in the body of a signed call, such as paymentAuthCode, or paymentMethod.paymentMethodId for a nested member. Default accessToken.',
    ),
    requestIdField: bodyField(
      'The name of the request id in the body, such as paymentRequestId. Needs requiresRequestId. Default requestId.',
    ),
    allowBearer: Type.Optional(
      Type.Boolean({
        description:
          'Whether calls with Authorization: Bearer and without a signature are allowed. Default false.',
      }),
    ),
    query: Type.Optional(
      Type.Array(Type.String({ pattern: '^[A-Za-z][A-Za-z0-9_]{0,63}$' }), {
        description: 'The query parameters that a GET may have.',
      }),
    ),
    limits: Type.Optional(
      closed(
        { perClient: callsPerMinute('by one client'), perUser: callsPerMinute('for one user') },
        { description: 'Rate limits of the API.' },
      ),
    ),
    timeoutSeconds: timeoutSeconds('How long the upstream may take to respond. Default 2.'),
    maxResponseBytes: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 67_108_864,
        description: 'The maximum size of a response body. Default 1048576.',
      }),
    ),
    maxConcurrency: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1024,
        description:
          'The maximum number of concurrent calls from one node to the upstream. Further calls are rejected. Default 64.',
      }),
    ),
  },
  {
    description: 'An API of the wallet that merchants may call when a user has granted its scopes.',
  },
)

export const ApisSchema = Type.Array(ApiSchema, {
  ...RELOADABLE,
  description: 'The APIs of the wallet that merchants call through this server.',
})
