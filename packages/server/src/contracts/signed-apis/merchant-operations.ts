/**
 * @module What people read about each operation of the merchant API, with an example of a request and of the data of its reply. A test sends
 * every example.
 */
import type { MerchantApiReplies, Operation } from '@assent/protocol'
import type { MerchantApiRequests } from '../../http/merchant-api/requests.ts'
import { ACCESS_TOKEN, AUTH_CODE, REFRESH_TOKEN } from './example-credentials.ts'

type OperationText<O extends Operation> = {
  readonly summary: string
  readonly description: string
  readonly request: MerchantApiRequests[O]
  /** With the members of all dialects. */
  readonly reply: MerchantApiReplies[O]
}

const TOKENS = {
  accessToken: ACCESS_TOKEN,
  accessTokenExpiryTime: '2026-11-28T13:00:00+00:00',
  refreshToken: REFRESH_TOKEN,
  refreshTokenExpiryTime: '2027-05-27T12:00:00+00:00',
}
const ISSUED = { ...TOKENS, customerId: 'u-4f2', scope: 'auth_base auth_user' }
const AUTH_URL = 'https://wallet.example/authorize?authRequest=pr_example'

export const MERCHANT_OPERATIONS: { readonly [O in Operation]: OperationText<O> } = {
  applyToken: {
    summary: 'Redeem a code, or refresh tokens',
    description:
      'Exchanges the code of a mini program, or a refresh token, for tokens. A code is valid for 60 seconds and works once. A refresh token is replaced at each use.',
    request: { grantType: 'AUTHORIZATION_CODE', authCode: AUTH_CODE, appId: 'my-mini-program' },
    reply: ISSUED,
  },
  applyTokenAndInquiryUserInfo: {
    summary: 'Redeem a code and read the user',
    description: '`applyToken` and `inquiryUserInfo` in one call.',
    request: { authCode: AUTH_CODE },
    reply: { ...ISSUED, userInfo: { userId: 'u-4f2', nickName: 'Maria' } },
  },
  inquiryUserInfo: {
    summary: 'Read the user',
    description: 'The fields of the user that the granted scopes permit.',
    request: { accessToken: ACCESS_TOKEN },
    reply: {
      userInfo: { userId: 'u-4f2', nickName: 'Maria', gender: 'FEMALE', nationality: 'PH' },
      userId: 'u-4f2',
    },
  },
  cancelToken: {
    summary: 'Revoke tokens',
    description:
      'Revokes an access token, also an expired one, and its refresh token. Repeating it succeeds again.',
    request: { accessToken: ACCESS_TOKEN },
    reply: {},
  },
  query: {
    summary: 'Read the state of an access token',
    description:
      'Changes nothing. The reply is as secret as that of `applyToken`, because it has the refresh token that is valid now.',
    request: { accessToken: ACCESS_TOKEN },
    reply: { ...TOKENS, tokenStatusType: 'ACTIVE' },
  },
  prepare: {
    summary: 'Prepare an authorization outside of a mini program',
    description:
      'Creates a URL at which a user decides within 10 minutes. A mini program that is not known, a redirect URI that is not registered and a scope that is not approved are `PARAM_ILLEGAL`.',
    request: {
      scopes: 'auth_user',
      authRedirectUrl: 'https://shop.example/back',
      authState: 's-1',
    },
    reply: {
      authUrl: AUTH_URL,
      authURL: AUTH_URL,
      normalUrl: AUTH_URL,
      authId: '8c1',
      authClientId: 'my-merchant',
    },
  },
  events: {
    summary: 'List events',
    description: 'The events of the last 90 days, oldest first.',
    request: { cursor: '17.4', limit: 50 },
    reply: {
      events: [
        {
          eventId: '7-3',
          eventType: 'AUTHORIZATION_WITHDRAWN',
          authClientId: 'my-merchant',
          appId: 'my-mini-program',
          userId: 'u-4f2',
          scopes: ['auth_user'],
          reason: 'USER',
          occurredTime: '2026-11-28T12:00:00+00:00',
        },
      ],
      cursor: '18.1',
    },
  },
  pollEvents: {
    summary: 'Poll Security Event Tokens',
    description:
      'Pending Security Event Tokens (RFC 8936), for clients with `notifyFormat: set` and without a `notifyUrl`.',
    request: { ack: ['7-3'], maxEvents: 10 },
    reply: { sets: {}, moreAvailable: false },
  },
  acknowledgeDeletion: {
    summary: 'Acknowledge a deletion',
    description: 'Tells a user who has withdrawn that you deleted their data.',
    request: { userId: 'u-4f2' },
    reply: {},
  },
  accessLog: {
    summary: 'List what you have read',
    description: "What you have read of the token's user, latest first.",
    request: { accessToken: ACCESS_TOKEN },
    reply: {
      accessLog: [
        {
          appId: 'my-mini-program',
          api: 'inquiryUserInfo',
          fields: ['nickName'],
          accessedAt: '2026-11-28T12:00:05+00:00',
          count: 1,
        },
      ],
    },
  },
}
