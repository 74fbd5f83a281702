/**
 * @module The schemas of signed replies: the data of an operation beside a `result`, or a failure.
 * @see docs/merchant-api.md#results
 */
import { type ErrorCode, EVENT_REASONS, type ResultDialect, toResult } from '@assent/protocol'
import Type, { type TObject, type TSchema } from 'typebox'
import { dictionary, oneOf } from '../schema-parts.ts'

/** What every signed request can fail with. */
export const SIGNED_REQUEST_ERRORS = [
  'PARAM_ILLEGAL',
  'CLIENT_UNKNOWN',
  'SIGNATURE_INVALID',
  'TIMESTAMP_INVALID',
  'BROWSER_NOT_ALLOWED',
  'API_UNKNOWN',
  'RATE_LIMITED',
  'INTERNAL',
] as const satisfies readonly ErrorCode[]

const resultMessage = Type.String({
  maxLength: 256,
  description: 'English for developers, without data of users.',
})

/** A schema of its own: readers that generators write tell a failure from a success by its values. */
const FailureStatusSchema = {
  ...oneOf(['F', 'U'], 'F: failed, do not retry. U: the outcome is unknown, you may retry.'),
  title: 'FailureStatus',
}

const SuccessSchema = Type.Object(
  {
    resultStatus: Type.Literal('S'),
    resultCode: Type.Literal('SUCCESS'),
    resultMessage,
  },
  { title: 'SuccessResult' },
)

/** A successful reply. @param data the schema of the members beside `result` */
export function successSchema(title: string, data: TSchema): TSchema {
  const { properties, required = [], ...options } = data as TObject & { required?: string[] }
  return {
    ...options,
    title,
    properties: { result: SuccessSchema, ...properties },
    required: ['result', ...required],
  }
}

const authErrorScopes = dictionary(Type.String(), {
  description:
    'Requested scopes that are the reason, with `10001` (the user did not grant it) or `40006` (not approved for the mini program).',
})

/** Members of a failed reply beside `result`, by the errors that have them. */
const MEMBERS: readonly (readonly [name: string, errors: readonly ErrorCode[], schema: TSchema])[] =
  [
    [
      'authErrorScopes',
      ['SCOPE_NOT_APPROVED', 'DECLINED_RECENTLY', 'DECLINED_REPEATEDLY', 'CONSENT_REQUIRED'],
      authErrorScopes,
    ],
    [
      'missingScopes',
      ['SCOPE_INSUFFICIENT'],
      Type.Array(Type.String(), { description: 'The scopes that would permit the request.' }),
    ],
    ['endReason', ['AUTHORIZATION_ENDED'], oneOf(EVENT_REASONS, 'Why the authorization ended.')],
    [
      'retryAfterSeconds',
      ['RATE_LIMITED', 'DECLINED_RECENTLY'],
      Type.Integer({ description: 'Seconds until the request may succeed.' }),
    ],
  ]

/** A failed reply. @param errors what the operation can fail with */
export function failureSchema(
  title: string,
  errors: readonly ErrorCode[],
  dialect: ResultDialect,
): TSchema {
  const results = errors.map((error) => toResult(error, dialect))
  const unique = (values: readonly string[]): string[] => [...new Set(values)].sort()
  const result = Type.Object({
    resultStatus: FailureStatusSchema,
    resultCode: oneOf(
      unique(results.map(({ resultCode }) => resultCode)),
      'What is wrong. `/docs/errors` of the server explains each.',
    ),
    resultMessage,
  })
  const members = MEMBERS.filter(([, causes]) => causes.some((cause) => errors.includes(cause)))
  const optional = members.map(([name, , schema]) => [name, Type.Optional(schema)])
  return Type.Object({ result, ...Object.fromEntries(optional) }, { title })
}
