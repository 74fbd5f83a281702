/**
 * @module Request schemas of the merchant API, by operation.
 * @see [Operations](../../../../../docs/merchant-api.md#operations)
 */
import { LIMITS, type Operation } from '@assent/protocol'
import Type from 'typebox'
import { EVENT_CURSOR_PATTERN } from '../../engine/events.ts'
import { credential, requestOf, text } from '../request-schema.ts'
import { scopesInput } from '../scopes-input.ts'

/** Some clients send their id as a number. */
const clientReference = (description: string) =>
  Type.Union([text(LIMITS.clientId), Type.Number()], { description })

const MATCHES = 'Must match the credential.'

/** Clients of the family send these with every request. What `prepare` reads of them, its schema says. */
const reference = {
  appId: Type.Optional(text(LIMITS.appId, `The mini program. ${MATCHES}`)),
  authClientId: Type.Optional(clientReference(`The client id. ${MATCHES}`)),
  referenceClientId: Type.Optional(clientReference(`The client id. ${MATCHES}`)),
  customerBelongsTo: Type.Optional(text(LIMITS.clientId, `The name of the wallet. ${MATCHES}`)),
}

/** Both names of the verifier of a bound code. */
const verifier = {
  codeVerifier: Type.Optional(
    text(128, 'Needed for a code that is bound to a `codeChallenge`: the verifier.'),
  ),
  nonce: Type.Optional(
    text(128, 'Needed for a code that is bound to a `nonce`: the nonce that the page sent.'),
  ),
}

const authCode = credential('The code that the page got.')
const refreshToken = credential('The newest refresh token.')
const accessToken = credential('The access token.')
const grantType = '`AUTHORIZATION_CODE` or `REFRESH_TOKEN`, in any case.'

const accessTokenRequest = requestOf(
  Type.Object({ ...reference, accessToken }, { title: 'AccessTokenRequest' }),
)

export const MERCHANT_API_REQUESTS = {
  applyToken: requestOf(
    Type.Object(
      {
        ...reference,
        ...verifier,
        grantType: text(64, grantType),
        authCode: Type.Optional(authCode),
        refreshToken: Type.Optional(refreshToken),
      },
      {
        title: 'ApplyTokenRequest',
        description: 'With the credential that `grantType` names.',
      },
    ),
  ),
  applyTokenAndInquiryUserInfo: requestOf(
    Type.Object(
      {
        ...reference,
        ...verifier,
        grantType: Type.Optional(text(64, `${grantType} Default: by the credential that is sent.`)),
        authCode: Type.Optional(authCode),
        refreshToken: Type.Optional(refreshToken),
        accessToken: Type.Optional(accessToken),
      },
      {
        title: 'ApplyTokenAndInquiryUserInfoRequest',
        description: 'With one credential. An access token only reads `userInfo`.',
      },
    ),
  ),
  inquiryUserInfo: accessTokenRequest,
  cancelToken: accessTokenRequest,
  query: accessTokenRequest,
  prepare: requestOf(
    Type.Object(
      {
        ...reference,
        appId: Type.Optional(
          text(LIMITS.appId, 'The mini program. Needed if you have several of them.'),
        ),
        customerBelongsTo: Type.Optional(
          text(LIMITS.clientId, 'The wallet. Default: the first one with an `authorizeUrl`.'),
        ),
        scopes: Type.Optional(
          scopesInput('The user grants all of them or none. Default: `auth_base`.'),
        ),
        scope: Type.Optional(scopesInput('Another name of `scopes`, which clients of TNG use.')),
        authRedirectUrl: Type.Optional(
          text(
            2048,
            'One of the registered `redirectUris` of the client. Without it the wallet gets the code.',
          ),
        ),
        authState: Type.Optional(text(256, 'Returned unchanged with the code.')),
      },
      { title: 'PrepareRequest' },
    ),
  ),
  events: requestOf(
    Type.Object(
      {
        cursor: Type.Optional(
          Type.String({
            pattern: EVENT_CURSOR_PATTERN,
            description: 'From the previous reply. Default: from the beginning.',
          }),
        ),
        limit: Type.Optional(
          Type.Integer({ minimum: 1, maximum: 200, description: 'Default: 100.' }),
        ),
      },
      { title: 'EventsRequest' },
    ),
  ),
  pollEvents: requestOf(
    Type.Object(
      {
        ack: Type.Optional(
          Type.Array(text(256), {
            maxItems: 200,
            description: 'The ids of events that you have processed.',
          }),
        ),
        maxEvents: Type.Optional(
          Type.Integer({ minimum: 0, maximum: 200, description: 'Default: 100.' }),
        ),
      },
      { title: 'PollEventsRequest' },
    ),
  ),
  acknowledgeDeletion: requestOf(
    Type.Object(
      { userId: text(64, 'Your id of the user, from the event.') },
      { title: 'AcknowledgeDeletionRequest' },
    ),
  ),
  accessLog: requestOf(
    Type.Object(
      {
        accessToken,
        limit: Type.Optional(
          Type.Integer({ minimum: 1, maximum: 1000, description: 'Default: 100.' }),
        ),
      },
      { title: 'AccessLogRequest' },
    ),
  ),
} as const satisfies Record<Operation, unknown>

/** The validated body of each operation. */
export type MerchantApiRequests = {
  readonly [O in Operation]: ReturnType<(typeof MERCHANT_API_REQUESTS)[O]>
}
export type ReferenceFields = Pick<MerchantApiRequests['applyToken'], keyof typeof reference>
