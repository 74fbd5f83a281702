/**
 * @module Request schemas of the wallet API (`WalletApi` of `@assent/protocol`).
 */
import { CONSENT_DURATIONS, isScopeName, LIMITS } from '@assent/protocol'
import Type from 'typebox'
import { MAX_AUTH_REQUEST_LENGTH } from '../../engine/oauth/authorize.ts'
import { credential, invalidParameter, requestOf, text } from '../request-schema.ts'

const userId = text(128)
const appId = text(LIMITS.appId)
const authRequest = text(MAX_AUTH_REQUEST_LENGTH)
/** More than any prompt has: scope names are limited by their common length. */
const MAX_SCOPES = 1024
const S256_CHALLENGE = '^[A-Za-z0-9_-]{43}$'

export const consultRequest = requestOf(
  Type.Object({
    userId,
    appId: Type.Optional(appId),
    scopes: Type.Optional(Type.Unknown()),
    authRequest: Type.Optional(authRequest),
    nonce: Type.Optional(text(128)),
    codeChallenge: Type.Optional(Type.String({ pattern: S256_CHALLENGE })),
    context: Type.Optional(
      Type.Object({
        firstScreen: Type.Optional(Type.Boolean()),
        deepLink: Type.Optional(Type.Boolean()),
        visible: Type.Optional(Type.Boolean()),
        userGestureAgeMilliseconds: Type.Optional(Type.Number({ minimum: 0 })),
        userGestureAt: Type.Optional(text(64)),
        pageInstance: Type.Optional(text(128)),
        locale: Type.Optional(text(256)),
        authenticatedAt: Type.Optional(text(64)),
        acr: Type.Optional(text(128)),
      }),
    ),
  }),
)

export const rejectRequest = requestOf(
  Type.Object({
    authRequest,
    reason: Type.Optional(
      Type.Union([Type.Literal('access_denied'), Type.Literal('login_required')]),
    ),
  }),
)

export const decideRequest = requestOf(
  Type.Object({
    consentRequestId: credential,
    userId,
    sheetHash: text(128),
    granted: Type.Array(Type.String(), { maxItems: MAX_SCOPES }),
    lifetime: Type.Optional(Type.Union(CONSENT_DURATIONS.map((one) => Type.Literal(one)))),
    pageInstance: Type.Optional(text(128)),
  }),
)

export const completeRequest = requestOf(
  Type.Object({ consentRequestId: credential, userId, pageInstance: Type.Optional(text(128)) }),
)

export const grantsRequest = requestOf(
  Type.Object({ userId, appId: Type.Optional(appId), locale: Type.Optional(text(256)) }),
)

export const accessLogRequest = requestOf(
  Type.Object({
    userId,
    appId: Type.Optional(appId),
    before: Type.Optional(text(64)),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
  }),
)

export const revokeRequest = requestOf(
  Type.Object({
    userId,
    appId,
    scopes: Type.Optional(Type.Array(Type.String(), { maxItems: MAX_SCOPES })),
  }),
)

export const receiptsRequest = requestOf(
  Type.Object({
    userId,
    appId: Type.Optional(appId),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
  }),
)

export const createPrivacyLinkRequest = requestOf(
  Type.Object({
    userId,
    locale: Type.Optional(text(256)),
    timeZone: Type.Optional(text(64)),
  }),
)

export const guardianRequestsRequest = requestOf(Type.Object({ userId }))

export const openGuardianRequestRequest = requestOf(
  Type.Object({ userId, minorId: userId, appId, locale: Type.Optional(text(256)) }),
)

export const appRequest = requestOf(Type.Object({ userId, appId }))

export type ConsultBody = ReturnType<typeof consultRequest>

/** @throws {AssentError} `PARAM_ILLEGAL` */
export function requireScopeNames(scopes: readonly string[] | undefined): void {
  if (scopes && !scopes.every(isScopeName)) throw invalidParameter('scopes')
}
