/**
 * @module Signs and verifies the JSON Web Tokens of the OAuth endpoints by their `typ`: ID tokens, access tokens for other resources,
 * introspection responses and logout tokens. The client determines the algorithm, and the published key that of verification.
 * @see [RFC 8725 §3.11](https://www.rfc-editor.org/rfc/rfc8725.html#section-3.11) explicit typing
 */
import { decodeProtectedHeader, type JWTPayload, jwtVerify, SignJWT } from 'jose'
import type { TokenAlgorithm } from '../engine/oauth/token-algorithms.ts'
import type { TokenKeys } from './keys/key-ring.ts'

export interface JwtSigner {
  sign(type: string, claims: object, algorithm: TokenAlgorithm): Promise<string>
  /** @returns `undefined` when this server did not sign the token as this type. Does not check the expiry. */
  verify(type: string, token: string): Promise<JWTPayload | undefined>
}

export function createJwtSigner(keys: TokenKeys, issuer: string): JwtSigner {
  return {
    sign(type, claims, algorithm) {
      const { id, key } = keys.current(algorithm)
      return new SignJWT({ iss: issuer, ...claims })
        .setProtectedHeader({ alg: algorithm, kid: id, typ: type })
        .sign(key)
    },
    async verify(type, token) {
      try {
        const { kid = '', typ } = decodeProtectedHeader(token)
        const published = keys.published().get(kid)
        if (!published || typ !== type) return undefined
        const { payload } = await jwtVerify(token, published.key, {
          algorithms: [published.algorithm],
          issuer,
          // Callers check the expiry with the other claims, by the clock of the store.
          currentDate: new Date(0),
        })
        return payload
      } catch {
        return undefined
      }
    },
  }
}
