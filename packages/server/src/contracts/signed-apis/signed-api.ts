/**
 * @module What the contracts of the merchant API and the wallet API share: how requests and replies are signed, and how an operation is
 * described.
 * @see docs/merchant-api.md#message-format
 */
import {
  ERRORS,
  type ErrorCode,
  LIMITS,
  type ResultDialect,
  SUCCESS,
  toResult,
} from '@assent/protocol'
import type { TSchema } from 'typebox'
import Type from 'typebox'
import { MIN_SEQUENCE_HEADER } from '../../http/signed-messages/authenticate.ts'
import { SEQUENCE_HEADER } from '../../http/signed-messages/reply.ts'
import { failureSchema, SIGNED_REQUEST_ERRORS } from '../../http/signed-messages/reply-schema.ts'
import type { Components, Json } from '../openapi/components.ts'

/** How to sign, for people who have only the contract. */
const HOW_TO_SIGN = `Sign the bytes

    POST <path>\\n<Client-Id>.<Request-Time>.<body>

with RSASSA-PKCS1-v1_5 and SHA-256 (SHA256withRSA), and send the signature in base64:

    Signature: algorithm=RSA256, keyVersion=1, signature=<base64>

- There is one line feed after the path, and none at the end.
- \`<path>\` is the request target without scheme and host, with its query string.
- \`<body>\` is the exact bytes that are sent.
- The base64 may be percent-encoded, or base64url. The reply has the same encoding.
- Without \`keyVersion\`, the newest key of the caller verifies the signature.`

/** All three headers are needed. @param caller the meaning of Client-Id */
export const signatureSchemes = (caller: string): Json => ({
  clientId: { type: 'apiKey', in: 'header', name: 'Client-Id', description: caller },
  requestTime: {
    type: 'apiKey',
    in: 'header',
    name: 'Request-Time',
    description:
      'When the request is sent: epoch milliseconds, or ISO 8601 with a zone. By default it may differ by 120 seconds from the time of the server. Every request has its own: the same bytes are executed once.',
  },
  signature: { type: 'apiKey', in: 'header', name: 'Signature', description: HOW_TO_SIGN },
})

export const SIGNATURE_SECURITY: readonly Json[] = [
  { clientId: [], requestTime: [], signature: [] },
]

export const signedDescription = (audience: string): string => `${audience}

Every request is a signed \`POST\` with a JSON object: at most ${LIMITS.body / 1024} KiB and ${LIMITS.jsonDepth} levels, in UTF-8, without duplicate names. Unknown members are ignored, and \`null\` counts as absent. Times are RFC 3339.

Every reply is signed, has HTTP status 200, and carries a \`result\`, failures included. \`resultStatus\` is \`S\` (success), \`F\` (failed, do not retry) or \`U\` (unknown, you may retry). Only under overload the status is 503. The signed bytes of a reply are those of a request with the path and the client id of the request, the header \`response-time\` and the body of the reply. Verify them with the key of the platform.`

/** Headers of replies. */
export const REPLY_HEADERS: Json = {
  'client-id': {
    description: 'That of the request.',
    required: true,
    schema: { type: 'string' },
  },
  'response-time': {
    description: 'The time of the reply, RFC 3339. It is signed.',
    required: true,
    schema: { type: 'string', format: 'date-time' },
  },
  signature: {
    description:
      'algorithm=RSA256,keyVersion=1,signature=… over `POST <path>\\n<client-id>.<response-time>.<body>`.',
    required: true,
    schema: {
      type: 'string',
      pattern: '^algorithm=RSA256,keyVersion=[0-9]+,signature=[A-Za-z0-9+/=_%-]+$',
    },
  },
  'trace-id': {
    description: 'Identifies the request in the log of the server.',
    schema: { type: 'string' },
  },
  [SEQUENCE_HEADER]: {
    description: `The line of the change in the revocation log. Send it as \`${MIN_SEQUENCE_HEADER}\` to be answered with knowledge of the change by any node.`,
    schema: { type: 'string', pattern: '^[0-9]{1,15}$' },
  },
  'retry-after': { description: 'Seconds.', schema: { type: 'string' } },
}

const SIGNED_HEADERS = ['client-id', 'response-time', 'signature', 'trace-id']

export const SIGNED_PARAMETERS: Json = {
  [MIN_SEQUENCE_HEADER]: {
    name: MIN_SEQUENCE_HEADER,
    in: 'header',
    description: `The reply reflects the revocation log at least up to this line: a value of \`${SEQUENCE_HEADER}\`.`,
    schema: { type: 'string', pattern: '^[0-9]{1,15}$' },
  },
}

const AmbiguousRequestSchema = Type.Object(
  { error: Type.Literal('invalid_request'), message: Type.String() },
  { title: 'AmbiguousRequest' },
)

/** Replies of every operation besides 200. */
export const sharedResponses = (components: Components): Json => ({
  Ambiguous: {
    description:
      'A proxy could read the request differently: a header of its framing is repeated, or Transfer-Encoding is not chunked. The reply is not signed.',
    content: { 'application/json': { schema: components.refer(AmbiguousRequestSchema) } },
  },
  Unavailable: {
    description:
      'The node or its store is overloaded or unavailable. The reply has no body and is not signed. Retry.',
    headers: { 'retry-after': { $ref: '#/components/headers/retry-after' } },
  },
})

export type SignedOperation = {
  readonly operationId: string
  readonly tags: readonly string[]
  readonly summary: string
  readonly description: string
  readonly request: TSchema
  readonly requestExample: object
  /** The schemas of successful replies. */
  readonly replies: readonly TSchema[]
  readonly replyExample: object
  /** The title of the failures. */
  readonly failureTitle: string
  readonly errors: readonly ErrorCode[]
  readonly dialect: ResultDialect
  /** Whether the reply says which line of the revocation log it wrote. */
  readonly writesRevocation: boolean
  /** Whether the caller can demand knowledge of a line of the revocation log. */
  readonly readsRevocations: boolean
}

export function signedOperation(operation: SignedOperation, components: Components): Json {
  const { failureTitle, errors, dialect, replies } = operation
  const headers = [...SIGNED_HEADERS, ...(operation.writesRevocation ? [SEQUENCE_HEADER] : [])]
  const failure = components.refer(failureSchema(failureTitle, errors, dialect))
  const [own = 'INTERNAL'] = errors.filter((one) => !isCommon(one))
  return {
    operationId: operation.operationId,
    tags: operation.tags,
    summary: operation.summary,
    description: operation.description + describeErrors(errors, dialect),
    ...(operation.readsRevocations && {
      parameters: [{ $ref: `#/components/parameters/${MIN_SEQUENCE_HEADER}` }],
    }),
    requestBody: {
      required: true,
      content: {
        'application/json': {
          schema: components.refer(operation.request),
          example: operation.requestExample,
        },
      },
    },
    responses: {
      200: {
        description: 'The reply, or a failure.',
        headers: Object.fromEntries(
          headers.map((name) => [name, { $ref: `#/components/headers/${name}` }]),
        ),
        content: {
          'application/json': {
            schema: { anyOf: [...replies.map((one) => components.refer(one)), failure] },
            examples: {
              success: {
                summary: 'A success',
                value: { result: SUCCESS, ...operation.replyExample },
              },
              failure: { summary: ERRORS[own].message, value: { result: toResult(own, dialect) } },
            },
          },
        },
      },
      400: { $ref: '#/components/responses/Ambiguous' },
      503: { $ref: '#/components/responses/Unavailable' },
    },
  }
}

function isCommon(error: ErrorCode): boolean {
  return SIGNED_REQUEST_ERRORS.some((one) => one === error)
}

/** The failures that other operations do not have. */
function describeErrors(errors: readonly ErrorCode[], dialect: ResultDialect): string {
  const own = errors.filter((one) => !isCommon(one))
  if (own.length === 0) return ''
  const lines = own.map(
    (one) => `- \`${toResult(one, dialect).resultCode}\`: ${ERRORS[one].message}`,
  )
  return `\n\nFailures, besides those of every operation:\n\n${lines.join('\n')}`
}
