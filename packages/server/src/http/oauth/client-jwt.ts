/**
 * @module JSON Web Tokens that clients sign: assertions and request objects. The algorithm is the key's, not the token's.
 * @see [RFC 8725](https://www.rfc-editor.org/rfc/rfc8725.html)
 */
import { decodeProtectedHeader, importJWK, type JWTPayload, jwtVerify } from 'jose'
import { algorithmOf } from '../../engine/oauth/client-rules.ts'
import type { OAuthClient, PublicJwk } from '../../engine/registry.ts'

/** Where a client's keys are. */
export type ClientKeys = {
  /** Of its `jwks_uri`; a key id that is not known there is looked for again. */
  fetch(jwksUri: string, keyId: string | undefined): Promise<readonly PublicJwk[]>
}

/** Clocks differ by so much; 10 s have to pass, 60 s must not. */
export const CLOCK_TOLERANCE_SECONDS = 30

type Expected = {
  /** Of its header, in lower case and without `application/`. A header without `typ` passes. */
  readonly types: readonly string[]
  /** One of them, and no other besides (RFC 7523bis). */
  readonly audiences: readonly string[]
  readonly maxSeconds: number
  readonly now: number
}

/** `undefined` for all that this client has not signed for this server and this purpose at this time. */
export async function verifyClientJwt(
  keys: ClientKeys,
  client: OAuthClient,
  jwt: string,
  { types, audiences, maxSeconds, now }: Expected,
): Promise<JWTPayload | undefined> {
  try {
    const { kid, typ } = decodeProtectedHeader(jwt)
    if (typ !== undefined && !types.includes(typ.toLowerCase().replace(/^application\//, '')))
      return undefined
    const jwk = await keyOf(keys, client, kid)
    const algorithm = jwk && algorithmOf(jwk)
    if (!jwk || !algorithm) return undefined
    const key = await importJWK({ ...jwk, alg: algorithm }, algorithm)
    const { payload } = await jwtVerify(jwt, key, {
      algorithms: algorithm === 'EdDSA' ? ['EdDSA', 'Ed25519'] : [algorithm],
      issuer: client.clientId,
      currentDate: new Date(now * 1000),
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      requiredClaims: ['exp', 'aud'],
    })
    const { exp = 0, iat = now, aud } = payload
    const [audience, ...others] = [aud].flat()
    const isRight =
      others.length === 0 &&
      audience !== undefined &&
      audiences.includes(audience) &&
      iat <= now + CLOCK_TOLERANCE_SECONDS &&
      exp <= now + maxSeconds + CLOCK_TOLERANCE_SECONDS
    return isRight ? payload : undefined
  } catch {
    return undefined
  }
}

/** By its id; the only one needs none. */
async function keyOf(
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
