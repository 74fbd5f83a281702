/**
 * @module The OpenAPI document of an API of the wallet behind the gateway, which Assent calls. The wallet decides about its paths and data; the
 * document says what every call has, and what every reply must have.
 * @see docs/gateway.md#what-your-server-receives
 */
import Type from 'typebox'
import { oneOf, string } from '../../http/schema-parts.ts'
import { createComponents, type Json } from '../openapi/components.ts'

const MAX_CODE_LENGTH = 64

/** The claims of the header `assent-assertion`. */
export const AssertionClaimsSchema = Type.Object(
  {
    iss: string('The issuer.'),
    aud: string('The origin of your server.'),
    sub: string('Your id of the user.'),
    wallet_id: string('The wallet.'),
    client_id: string('The merchant, or its OAuth client.'),
    app_id: string('The mini program.'),
    scope: string('The scopes that permit the call, separated by spaces.'),
    iat: Type.Integer({ description: 'When it was signed, in epoch seconds.' }),
    exp: Type.Integer({ description: 'When it expires, in epoch seconds.' }),
  },
  {
    title: 'AssertionClaims',
    description:
      'A JWT, signed with ES256 by a key of `/oauth2/jwks`. Its type is `assent-assertion+jwt`. It is valid for two minutes, and names the caller and not the call.',
  },
)

const header = (name: string, description: string, required = true): Json => ({
  name,
  in: 'header',
  required,
  description,
  schema: { type: 'string' },
})

/** The headers of a call, besides the assertion. */
export const UPSTREAM_HEADERS: readonly Json[] = [
  header('assent-wallet-id', 'The wallet.'),
  header('assent-user-id', 'Your id of the user, percent-encoded.'),
  header('assent-client-id', 'The merchant.'),
  header('assent-app-id', 'The mini program.'),
  header('assent-scopes', 'The scopes that permit the call, separated by spaces.'),
  header(
    'trace-id',
    'Identifies the call in the log of the server, and in the reply to the merchant.',
  ),
  header(
    'idempotency-key',
    'With `requiresRequestId`: the same for the same request of the same user. Answer a repeated one as before.',
    false,
  ),
]

const UpstreamReplySchema = Type.Object(
  {
    result: Type.Optional(
      Type.Object(
        {
          resultStatus: oneOf(['S', 'F', 'U'], 'Success, failed, or unknown.'),
          resultCode: Type.String({
            pattern: `^[A-Za-z0-9_]{1,${MAX_CODE_LENGTH}}$`,
            description: 'Your code.',
          }),
          resultMessage: Type.Optional(Type.String({ description: 'For developers.' })),
        },
        {
          title: 'UpstreamResult',
          description: 'Passed on as the result of the call. Default: a success.',
        },
      ),
    ),
  },
  {
    title: 'UpstreamReply',
    additionalProperties: true,
    description:
      'Your data. Merchants get the members that the granted scopes permit (`fields`). Send large numbers as texts.',
  },
)

/** @param issuer the public URL of the server */
export function upstreamApiContract(issuer: string): Json {
  const components = createComponents()
  const parameters = [
    {
      name: 'assent-assertion',
      in: 'header',
      required: true,
      description: 'Who calls, signed. Verify it unless your network admits only Assent.',
      content: { 'application/jwt': { schema: components.refer(AssertionClaimsSchema) } },
    },
    ...UPSTREAM_HEADERS,
  ]
  const responses = {
    200: {
      description:
        'A JSON object: at most `maxResponseBytes`, not compressed, within `timeoutSeconds`.',
      content: {
        'application/json': {
          schema: components.refer(UpstreamReplySchema),
          example: { cards: [{ brand: 'Visa', lastFour: '4242' }] },
        },
      },
    },
    '4XX': { description: 'Your server refuses the call. The merchant gets `PROCESS_FAIL` (F).' },
    '5XX': {
      description: 'Your server fails. The merchant gets `PROCESS_FAIL` (U), and may retry.',
    },
  }
  const common = { tags: ['apis'], parameters, responses }
  return {
    openapi: '3.1.1',
    info: {
      title: 'API behind the gateway',
      version: '1',
      description:
        'What Assent sends to the `upstream` of an API of `assent.yaml`, and what it expects. You implement it under paths of your own. None of the headers of the merchant is passed on, so these cannot be forged.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      contact: { name: 'Assent', url: `${issuer}/docs/gateway` },
    },
    externalDocs: { description: 'The same as a page.', url: `${issuer}/docs/gateway` },
    servers: [{ url: 'https://apis.wallet.example', description: 'The origin of `upstream`.' }],
    security: [],
    tags: [{ name: 'apis', description: 'APIs of the wallet.' }],
    paths: {
      '/your-api': {
        post: {
          operationId: 'callApi',
          summary: 'Call an API',
          description: 'An API with `method: POST`, the default.',
          ...common,
          requestBody: {
            required: true,
            description: 'The bytes that the merchant sent and signed, without the access token.',
            content: {
              'application/json': { schema: { type: 'object' }, example: { page: 1 } },
            },
          },
        },
        get: {
          operationId: 'readApi',
          summary: 'Read from an API',
          description: 'An API with `method: GET`. The query has the parameters that it declares.',
          ...common,
        },
      },
    },
    components: { schemas: components.schemas() },
  }
}
