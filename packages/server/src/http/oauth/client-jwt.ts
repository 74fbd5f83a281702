/**
 * @module JWTs that clients sign: assertions and request objects. The registered key determines the algorithm, not the token.
 * @see [RFC 8725 §3.1](https://www.rfc-editor.org/rfc/rfc8725.html#section-3.1)
 */
import { decodeProtectedHeader, importJWK, type JWTPayload, jwtVerify } from 'jose'
import { clientAlgorithm } from '../../engine/oauth/signing-algorithms.ts'
import type { OAuthClient, PublicJwk } from '../../engine/registry.ts'

export type ClientKeys = {
  /** Reads a client's `jwks_uri`, again if the cached keys do not include `keyId`. */
  fetch(jwksUri: string, keyId: string | undefined): Promise<readonly PublicJwk[]>
  /** Whether the key was stolen and is suspended. */
  isSuspended(key: PublicJwk): boolean
}

/** FAPI 2.0 requires to accept 10 s and to reject more than 60 s. */
export const CLOCK_TOLERANCE_SECONDS = 30

type Expectations = {
  /** Accepted values of `typ`, in lower case and without `application/`. A header without `typ` is accepted. */
  readonly types: readonly string[]
  readonly now: number
}

/**
 * Verifies the signature, the issuer, the type and the times. The caller checks `aud` and how long the JWT may be valid.
 * @returns the claims; `undefined` if the client did not sign them for this purpose, or they are not valid now
 */
export async function verifyClientJwt(
  keys: ClientKeys,
  client: OAuthClient,
  jwt: string,
  { types, now }: Expectations,
): Promise<JWTPayload | undefined> {
  try {
    const { kid, typ } = decodeProtectedHeader(jwt)
    if (typ !== undefined && !types.includes(typ.toLowerCase().replace(/^application\//, '')))
      return undefined
    const jwk = await findKey(keys, client, kid)
    const algorithm = jwk && clientAlgorithm(client, jwk)
    if (!jwk || !algorithm || keys.isSuspended(jwk)) return undefined
    const key = await importJWK({ ...jwk, alg: algorithm }, algorithm)
    const { payload } = await jwtVerify(jwt, key, {
      algorithms: algorithm === 'EdDSA' ? ['EdDSA', 'Ed25519'] : [algorithm],
      issuer: client.clientId,
      currentDate: new Date(now * 1000),
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      requiredClaims: ['exp', 'aud'],
    })
    const { iat = now } = payload
    return iat <= now + CLOCK_TOLERANCE_SECONDS ? payload : undefined
  } catch {
    return undefined
  }
}

/** Finds a key by its id. A client with a single key may omit the id. */
async function findKey(
  keys: ClientKeys,
  { jwks, jwksUri }: OAuthClient,
  kid: string | undefined,
): Promise<PublicJwk | undefined> {
  const known = jwksUri === undefined ? jwks : await keys.fetch(jwksUri, kid)
  if (kid === undefined) return known.length === 1 ? known[0] : undefined
  return (
    known.find((one) => one['kid'] === kid) ??
    (known.length === 1 && known[0]?.['kid'] === undefined ? known[0] : undefined)
  )
}
