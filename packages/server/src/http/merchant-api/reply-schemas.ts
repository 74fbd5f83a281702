/**
 * @module Reply schemas of the merchant API: the data of a successful reply, by operation. They describe replies; tests compare them with the
 * types of `@assent/protocol` and with all replies that tests receive.
 * @see [Operations](../../../../../docs/merchant-api.md#operations)
 */
import type { Dialect, Operation } from '@assent/protocol'
import Type, { type TObject, type TSchema } from 'typebox'
import { AccessLogEntrySchema } from '../access-log-entry.ts'
import { dictionary, oneOf, string, time } from '../schema-parts.ts'
import { NotificationSchema } from './notification-schema.ts'
import { UserInfoSchema } from './user-info-schema.ts'

const tokens = {
  accessToken: string("For `inquiryUserInfo` and the wallet's APIs."),
  accessTokenExpiryTime: time('When the access token expires.'),
  refreshToken: string('Replaces the previous one.'),
  refreshTokenExpiryTime: time('When the refresh token expires. A refresh does not extend it.'),
}
const userLoginId = Type.Optional(string('The masked login id, if permitted.'))

const issuedTokens = {
  ...tokens,
  customerId: Type.String({
    maxLength: 64,
    description: 'Your id of the user, equal to `userInfo.userId`.',
  }),
  scope: string('The granted scopes, separated by spaces. They can be fewer than requested.'),
  userLoginId,
}

const EMPTY = Type.Object({})

/** With the members of all dialects. */
export const MERCHANT_API_REPLIES = {
  applyToken: Type.Object(issuedTokens),
  applyTokenAndInquiryUserInfo: Type.Object(
    {
      ...Type.Partial(Type.Object(issuedTokens)).properties,
      userInfo: Type.Optional(UserInfoSchema),
    },
    {
      description:
        'The tokens, unless an access token was sent, and `userInfo` when it is permitted and could be read.',
    },
  ),
  inquiryUserInfo: Type.Object({
    userInfo: UserInfoSchema,
    userId: string('The same as `userInfo.userId`.'),
    userLoginId,
    hashUserLoginId: Type.Optional(string('The MD5 of the login id, if permitted.')),
  }),
  cancelToken: EMPTY,
  query: Type.Object({
    ...tokens,
    refreshToken: string('The refresh token that is valid now.'),
    tokenStatusType: oneOf(['ACTIVE', 'EXPIRED', 'REVOKED'], 'The state of the access token.'),
  }),
  prepare: Type.Object({
    authUrl: string(
      "Send the user's browser there, within 10 minutes. It returns to `authRedirectUrl` with `authCode` and `authState`.",
    ),
    authURL: Type.Optional(string('The same URL.')),
    normalUrl: Type.Optional(string('The same URL.')),
    authId: Type.Optional(string('Identifies the request.')),
    authClientId: Type.Optional(string('Your client id.')),
  }),
  events: Type.Object({
    events: Type.Array(NotificationSchema, { description: 'Empty when there are no more.' }),
    cursor: string('For the next request.'),
  }),
  pollEvents: Type.Object({
    sets: dictionary(Type.String(), {
      description: 'Pending Security Event Tokens by their `jti`, the id of the event.',
    }),
    moreAvailable: Type.Boolean({ description: 'There are more.' }),
  }),
  acknowledgeDeletion: EMPTY,
  accessLog: Type.Object({
    accessLog: Type.Array(AccessLogEntrySchema, {
      description: 'What you have read, latest first.',
    }),
  }),
} as const satisfies Record<Operation, TObject>

const LOGIN_IDS = ['userLoginId', 'hashUserLoginId']
const AUTH_URL_NAMES = ['authURL', 'normalUrl'] as const
const AUTH_IDS = ['authId', 'authClientId']

/** The data of a reply in one dialect: without the members of other dialects, and with those that it always has. */
export function replySchemaOf(operation: Operation, dialect: Dialect): TSchema {
  const schema: TObject = MERCHANT_API_REPLIES[operation]
  const { absent, always } = membersOf(dialect)
  const { properties, required = [], ...options } = schema as TObject & { required?: string[] }
  const members = Object.entries(properties).filter(([name]) => !absent.has(name))
  const more = members.map(([name]) => name).filter((name) => always.has(name))
  return { ...options, properties: Object.fromEntries(members), required: [...required, ...more] }
}

function membersOf({ loginIdAtTopLevel, authUrlNames, authIdInPrepare }: Dialect): {
  readonly absent: ReadonlySet<string>
  readonly always: ReadonlySet<string>
} {
  const otherUrlNames = AUTH_URL_NAMES.filter((name) => !authUrlNames.includes(name))
  const always = [...authUrlNames, ...(authIdInPrepare ? AUTH_IDS : [])]
  const absent = [
    ...otherUrlNames,
    ...(authIdInPrepare ? [] : AUTH_IDS),
    ...(loginIdAtTopLevel ? [] : LOGIN_IDS),
  ]
  return { absent: new Set(absent), always: new Set(always) }
}
