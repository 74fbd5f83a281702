/**
 * @module Request schemas of the merchant API.
 * @see [Operations](../../../../../docs/merchant-api.md#operations)
 */
import { LIMITS } from '@assent/protocol'
import Type from 'typebox'
import { EVENT_CURSOR_PATTERN } from '../../engine/events.ts'
import { credential, requestOf, text } from '../request-schema.ts'

/** Some clients send their id as a number. */
const clientReference = Type.Union([text(LIMITS.clientId), Type.Number()])

const reference = {
  appId: Type.Optional(text(LIMITS.appId)),
  authClientId: Type.Optional(clientReference),
  referenceClientId: Type.Optional(clientReference),
  customerBelongsTo: Type.Optional(text(LIMITS.clientId)),
}

/** Both names of the verifier of a bound code. */
const verifier = {
  codeVerifier: Type.Optional(text(128)),
  nonce: Type.Optional(text(128)),
}

export const applyTokenRequest = requestOf(
  Type.Object({
    ...reference,
    ...verifier,
    grantType: text(64),
    authCode: Type.Optional(credential),
    refreshToken: Type.Optional(credential),
  }),
)

export const applyTokenAndInquiryUserInfoRequest = requestOf(
  Type.Object({
    ...reference,
    ...verifier,
    grantType: Type.Optional(text(64)),
    authCode: Type.Optional(credential),
    refreshToken: Type.Optional(credential),
    accessToken: Type.Optional(credential),
  }),
)

export const accessTokenRequest = requestOf(Type.Object({ ...reference, accessToken: credential }))

export const prepareRequest = requestOf(
  Type.Object({
    ...reference,
    scopes: Type.Optional(Type.Unknown()),
    /** The name that clients of TNG use. */
    scope: Type.Optional(Type.Unknown()),
    authRedirectUrl: Type.Optional(text(2048)),
    authState: Type.Optional(text(256)),
  }),
)

export const eventsRequest = requestOf(
  Type.Object({
    cursor: Type.Optional(Type.String({ pattern: EVENT_CURSOR_PATTERN })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
  }),
)

export const pollEventsRequest = requestOf(
  Type.Object({
    ack: Type.Optional(Type.Array(text(256), { maxItems: 200 })),
    maxEvents: Type.Optional(Type.Integer({ minimum: 0, maximum: 200 })),
  }),
)

export const accessLogRequest = requestOf(
  Type.Object({
    accessToken: credential,
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
  }),
)

export const acknowledgeDeletionRequest = requestOf(Type.Object({ userId: text(64) }))

export type ApplyTokenRequest = ReturnType<typeof applyTokenRequest>
export type ReferenceFields = Pick<ApplyTokenRequest, keyof typeof reference>
