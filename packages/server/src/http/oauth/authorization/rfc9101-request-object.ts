/**
 * @module Request objects: authorization requests as JWTs that the client signed. Parameters outside of the JWT are ignored.
 * @see [RFC 9101 §6.3](https://www.rfc-editor.org/rfc/rfc9101.html#section-6.3)
 */

import type { JWTPayload } from 'jose'
import type { OAuthClient } from '../../../engine/registry.ts'
import { CLOCK_TOLERANCE_SECONDS, type ClientKeys, verifyClientJwt } from '../client-jwt.ts'
import { OAuthError } from '../errors.ts'
import { type FormParameters, parsePairs } from '../form-parameters.ts'

const JWT_TYPES = ['oauth-authz-req+jwt', 'jwt']
/** FAPI 2.0 Message Signing §5.3.1: the maximum age, and the maximum time from `nbf` to `exp`. */
const MAX_SECONDS = 3600
const JWT_CLAIMS = new Set(['iss', 'aud', 'exp', 'nbf', 'iat', 'jti', 'sub'])

/** @throws {OAuthError} `invalid_request_object` */
export async function readRequestObject(
  keys: ClientKeys,
  issuer: string,
  client: OAuthClient,
  jwt: string,
  now: number,
): Promise<FormParameters> {
  const claims = await verifyClientJwt(keys, client, jwt, {
    types: JWT_TYPES,
    now,
  })
  if (!claims || !isTimely(claims, now) || ![claims.aud].flat().includes(issuer)) {
    throw new OAuthError(
      'invalid_request_object',
      'request must be signed with a registered key of this client. Set iss to the client_id, aud to the issuer or a list with it, nbf to the current time, and exp to at most 60 minutes later.',
    )
  }
  const { request, request_uri: requestUri, client_id: clientId, sub } = claims
  if (request !== undefined || requestUri !== undefined || clientId !== client.clientId)
    throw new OAuthError(
      'invalid_request_object',
      'request must contain the client_id of this client, and neither request nor request_uri.',
    )
  // A client assertion has sub, and a request object must not work as one (RFC 9101 §10.8, RFC 8725 §3.11).
  if (sub !== undefined)
    throw new OAuthError(
      'invalid_request_object',
      'request must not contain sub, which is a claim of client assertions.',
    )
  const parameters = Object.entries(claims).filter(([name]) => !JWT_CLAIMS.has(name))
  return parsePairs(
    // Only resource may occur several times. The list of authorization_details is one parameter (RFC 9396 §5).
    parameters.flatMap(([name, value]) =>
      (name === 'resource' ? [value].flat() : [value]).map(
        (one) => [name, toParameter(one)] as const,
      ),
    ),
  )
}

/** `nbf` must be there, not more than 60 minutes ago, and `exp` not more than 60 minutes after it. */
function isTimely({ nbf, exp }: JWTPayload, now: number): boolean {
  if (nbf === undefined || exp === undefined) return false
  return now - nbf <= MAX_SECONDS + CLOCK_TOLERANCE_SECONDS && exp - nbf <= MAX_SECONDS
}

/** Numbers and objects (`authorization_details`) become text as in a query. */
function toParameter(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
