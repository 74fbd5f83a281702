/**
 * @module Request objects: an authorization request that its client has signed. What stands beside it does not count.
 * @see [RFC 9101](https://www.rfc-editor.org/rfc/rfc9101.html)
 */
import type { OAuthClient } from '../../engine/registry.ts'
import { type ClientKeys, verifyClientJwt } from './client-jwt.ts'
import { OAuthError } from './errors.ts'
import { type FormParameters, parsePairs } from './form-parameters.ts'

const TYPES = ['oauth-authz-req+jwt', 'jwt']
/** RFC 9101 §10.2: as short as can be. An hour is what FAPI 2.0 allows. */
const MAX_SECONDS = 3600
const CLAIMS_OF_THE_JWT = new Set(['iss', 'aud', 'exp', 'nbf', 'iat', 'jti', 'sub'])

/** @throws {OAuthError} `invalid_request_object` */
export async function readRequestObject(
  keys: ClientKeys,
  issuer: string,
  client: OAuthClient,
  jwt: string,
  now: number,
): Promise<FormParameters> {
  const audiences = [issuer]
  const claims = await verifyClientJwt(keys, client, jwt, {
    types: TYPES,
    audiences,
    maxSeconds: MAX_SECONDS,
    now,
  })
  if (!claims) {
    throw new OAuthError(
      'invalid_request_object',
      'request is not signed with a registered key of this client for this issuer (iss, aud, exp within an hour).',
    )
  }
  const { request, request_uri: requestUri, client_id: clientId = client.clientId } = claims
  if (request !== undefined || requestUri !== undefined || clientId !== client.clientId)
    throw new OAuthError(
      'invalid_request_object',
      'request names another client or holds another request.',
    )
  const pairs = Object.entries(claims).filter(([name]) => !CLAIMS_OF_THE_JWT.has(name))
  return parsePairs(
    pairs.flatMap(([name, value]) => [value].flat().map((one) => [name, textOf(one)] as const)),
  )
}

/** Numbers, and objects such as authorization_details, as they would stand in a query. */
function textOf(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
