/**
 * @module Assertions that tell the wallet's APIs behind the gateway who calls: short-lived JWTs, signed with ES256. They are cached,
 * because they name the caller and not the call (docs/gateway.md#what-your-server-receives).
 */
import type { KeyObject } from 'node:crypto'
import { exportJWK, type JWK, SignJWT } from 'jose'
import { LRUCache } from 'lru-cache'
import type { AssertionKeys, TokenKeys } from './keys/key-ring.ts'

export type AssertionClaims = Readonly<
  Record<'audience' | 'walletId' | 'userId' | 'clientId' | 'appId' | 'scope', string>
>

export interface AssertionSigner {
  signAssertion(claims: AssertionClaims): Promise<string>
  /** The public keys of assertions and of the OAuth endpoints ([RFC 7517](https://www.rfc-editor.org/rfc/rfc7517.html)). */
  jwks(): Promise<{ readonly keys: readonly JWK[] }>
}

const LIFETIME_SECONDS = 120
const CACHE_TTL_MS = 60_000
/** The cache reads the clock at most once in this time. */
const CACHE_CLOCK_RESOLUTION_MS = 1000
const CACHE_SIZE = 50_000

export function createAssertionSigner(options: {
  readonly keys: AssertionKeys
  /** The keys of the OAuth endpoints, which the same JWK Set publishes. */
  readonly tokens: TokenKeys
  readonly issuer: string
  /** Epoch seconds. */
  readonly clock: () => number
}): AssertionSigner {
  const { keys, tokens, issuer, clock } = options
  const cache = new LRUCache<string, Promise<string>>({
    max: CACHE_SIZE,
    ttl: CACHE_TTL_MS,
    ttlResolution: CACHE_CLOCK_RESOLUTION_MS,
  })

  function sign({
    audience,
    walletId,
    userId,
    clientId,
    appId,
    scope,
  }: AssertionClaims): Promise<string> {
    const now = clock()
    const { id: kid, key } = keys.current()
    return new SignJWT({ wallet_id: walletId, client_id: clientId, app_id: appId, scope })
      .setProtectedHeader({ alg: 'ES256', kid, typ: 'assent-assertion+jwt' })
      .setIssuer(issuer)
      .setSubject(userId)
      .setAudience(audience)
      .setIssuedAt(now)
      .setExpirationTime(now + LIFETIME_SECONDS)
      .sign(key)
  }

  return {
    signAssertion(claims) {
      const { audience, walletId, clientId, appId, scope, userId } = claims
      // Only the user ID, which the wallet chooses, can contain a line feed, so it comes last.
      const cacheKey = [audience, walletId, clientId, appId, scope, userId].join('\n')
      const cached = cache.get(cacheKey)
      if (cached) return cached
      const signed = sign(claims)
      cache.set(cacheKey, signed)
      return signed
    },
    async jwks() {
      const ofAssertions = [...keys.publicKeys()].map(([kid, one]) => toJwk(kid, one, 'ES256'))
      const ofTokens = [...tokens.published()].map(([kid, one]) =>
        toJwk(kid, one.key, one.algorithm),
      )
      return { keys: await Promise.all([...ofAssertions, ...ofTokens]) }
    },
  }
}

async function toJwk(kid: string, key: KeyObject, alg: string): Promise<JWK> {
  return { ...(await exportJWK(key)), kid, alg, use: 'sig' }
}
