/**
 * @module The signature algorithms of clients' keys. The key determines the algorithm, not the token.
 * @see [RFC 8725 §3.1](https://www.rfc-editor.org/rfc/rfc8725.html#section-3.1)
 */
import type { OAuthClient, PublicJwk } from '../registry.ts'

export type SigningAlgorithm = 'ES256' | 'EdDSA' | 'RS256' | 'PS256'

/** The only algorithm that a key is used with (RFC 8725 §3.1); `undefined` when the key type is not supported. */
export function algorithmOf({ kty, crv, alg }: PublicJwk): SigningAlgorithm | undefined {
  if (kty === 'EC' && crv === 'P-256' && (alg ?? 'ES256') === 'ES256') return 'ES256'
  if (kty === 'OKP' && crv === 'Ed25519' && ['EdDSA', 'Ed25519'].includes(String(alg ?? 'EdDSA')))
    return 'EdDSA'
  if (kty === 'RSA' && (alg ?? 'RS256') === 'RS256') return 'RS256'
  if (kty === 'RSA' && alg === 'PS256') return 'PS256'
  return undefined
}

/**
 * The only algorithm that a client uses a key with. FAPI 2.0 §5.4 excludes RS256: an RSA key without `alg` is then for PS256.
 * @returns `undefined` if the client may not use the key
 */
export function clientAlgorithm(
  { profile }: Pick<OAuthClient, 'profile'>,
  jwk: PublicJwk,
): SigningAlgorithm | undefined {
  const algorithm = algorithmOf(jwk)
  if (profile === undefined || algorithm !== 'RS256') return algorithm
  return jwk['alg'] === undefined ? 'PS256' : undefined
}
