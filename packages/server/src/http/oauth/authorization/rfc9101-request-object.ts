/**
 * @module Request objects: authorization requests as JWTs that the client signed. Parameters outside of the JWT are ignored.
 * @see [RFC 9101 §6.3](https://www.rfc-editor.org/rfc/rfc9101.html#section-6.3)
 */
import type { OAuthClient } from '../../../engine/registry.ts'
import { type ClientKeys, verifyClientJwt } from '../client-jwt.ts'
import { OAuthError } from '../errors.ts'
import { type FormParameters, parsePairs } from '../form-parameters.ts'

const JWT_TYPES = ['oauth-authz-req+jwt', 'jwt']
/** The maximum that FAPI 2.0 Message Signing allows. */
const MAX_LIFETIME_SECONDS = 3600
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
    audiences: [issuer],
    maxSeconds: MAX_LIFETIME_SECONDS,
    now,
  })
  if (!claims) {
    throw new OAuthError(
      'invalid_request_object',
      'request must be signed with a registered key of this client. Set iss to the client_id, aud to the issuer, and exp to at most one hour from now.',
    )
  }
  const { request, request_uri: requestUri, client_id: clientId = client.clientId } = claims
  if (request !== undefined || requestUri !== undefined || clientId !== client.clientId)
    throw new OAuthError(
      'invalid_request_object',
      'request must contain the client_id of this client, and neither request nor request_uri.',
    )
  const parameters = Object.entries(claims).filter(([name]) => !JWT_CLAIMS.has(name))
  return parsePairs(
    parameters.flatMap(([name, value]) =>
      [value].flat().map((one) => [name, toParameter(one)] as const),
    ),
  )
}

/** Numbers and objects (`authorization_details`) become text as in a query. */
function toParameter(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
