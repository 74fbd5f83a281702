/**
 * @module JSON Web Tokens of the OAuth face, by their `typ`: ID tokens, access tokens for foreign resources, introspection answers,
 * logout tokens. The algorithm is that of the newest key that everybody can know by now.
 */
import { decodeProtectedHeader, type JWTPayload, jwtVerify, SignJWT } from 'jose'
import type { TokenKeys } from './keys/key-store.ts'

export interface JwtSigner {
  sign(type: string, claims: object): Promise<string>
  /** `undefined` for what was not signed here as this type. Whether it is in time is not looked at. */
  verify(type: string, token: string): Promise<JWTPayload | undefined>
  /** The algorithms of all keys that are published. */
  algorithms(): readonly string[]
}

export function createJwtSigner(keys: TokenKeys, issuer: string): JwtSigner {
  return {
    sign(type, claims) {
      const { id, key, algorithm } = keys.current()
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
          // Its expiry is judged by the clock of the store, with its claims.
          currentDate: new Date(0),
        })
        return payload
      } catch {
        return undefined
      }
    },
    algorithms: () => [
      ...new Set([...keys.published().values()].map(({ algorithm }) => algorithm)),
    ],
  }
}
