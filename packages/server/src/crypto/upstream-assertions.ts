/**
 * @module Assertions: what this platform says to the servers behind its gateway, as short JWS (RFC 7515), ES256. One that was made a moment ago
 * for the same facts serves again: it says who calls, not what is called.
 */
import type { KeyObject } from 'node:crypto'
import { exportJWK, type JWK, SignJWT } from 'jose'
import { LRUCache } from 'lru-cache'
import type { TokenKeys } from './keys/key-store.ts'

export type AssertionClaims = Readonly<
  Record<'audience' | 'walletId' | 'userId' | 'clientId' | 'appId' | 'scope', string>
>

export interface AssertionSigner {
  signAssertion(facts: AssertionClaims): Promise<string>
  /** What verifies them (RFC 7517). */
  jwks(): Promise<{ readonly keys: readonly JWK[] }>
}

const LIFETIME_SECONDS = 120
const REUSED_MILLISECONDS = 60_000
/** The cache asks for the time, and sets a timer, so often at most. */
const CLOCK_MILLISECONDS = 1000
const KEPT = 50_000

export function createAssertionSigner(options: {
  readonly key: KeyObject
  readonly keyId: string
  /** Everything that verifies, by its id. */
  readonly publicKeys: ReadonlyMap<string, KeyObject>
  /** The keys of the OAuth face, which stand beside them. */
  readonly tokens: TokenKeys
  readonly issuer: string
  /** Epoch seconds. */
  readonly clock: () => number
}): AssertionSigner {
  const { key, keyId, publicKeys, tokens, issuer, clock } = options
  const made = new LRUCache<string, Promise<string>>({
    max: KEPT,
    ttl: REUSED_MILLISECONDS,
    ttlResolution: CLOCK_MILLISECONDS,
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
    return new SignJWT({ wallet_id: walletId, client_id: clientId, app_id: appId, scope })
      .setProtectedHeader({ alg: 'ES256', kid: keyId, typ: 'assent-assertion+jwt' })
      .setIssuer(issuer)
      .setSubject(userId)
      .setAudience(audience)
      .setIssuedAt(now)
      .setExpirationTime(now + LIFETIME_SECONDS)
      .sign(key)
  }

  return {
    signAssertion(facts) {
      // None of the others holds a line feed; the user id is the wallet's own and stands last.
      const name = `${facts.audience}\n${facts.walletId}\n${facts.clientId}\n${facts.appId}\n${facts.scope}\n${facts.userId}`
      const known = made.get(name)
      if (known) return known
      const signed = sign(facts)
      made.set(name, signed)
      return signed
    },
    async jwks() {
      const own = [...publicKeys].map(([kid, publicKey]) => toJwk(kid, publicKey, 'ES256'))
      const oauth = [...tokens.published()].map(([kid, one]) => toJwk(kid, one.key, one.algorithm))
      return { keys: await Promise.all([...own, ...oauth]) }
    },
  }
}

async function toJwk(kid: string, key: KeyObject, alg: string): Promise<JWK> {
  return { ...(await exportJWK(key)), kid, alg, use: 'sig' }
}
