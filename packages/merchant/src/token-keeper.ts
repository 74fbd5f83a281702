/**
 * @module Keeps tokens usable: one refresh at a time per customer, and a new token is stored before anybody uses it.
 */
import { parseRequestTime, type Tokens } from '@assent/protocol'
import { AuthorizationRequiredError, ResultError } from './errors.ts'
import type { TokenStore } from './token-store.ts'

export interface TokenKeeper {
  keep(tokens: Tokens): Promise<void>
  /** An access token that is good for a while yet. @throws {AuthorizationRequiredError} */
  accessToken(customerId: string): Promise<string>
  /** Replaces a token that the platform no longer takes. @throws {AuthorizationRequiredError} */
  renew(customerId: string, rejected?: string): Promise<Tokens>
  forget(customerId: string): Promise<void>
}

/** Refreshed this long before its end, so that it does not expire on its way. */
const EARLY_SECONDS = 30

/** Refusals after which only the user can help. */
const LOST = new Set(['INVALID_REFRESH_TOKEN', 'EXPIRED_REFRESH_TOKEN', 'USED_REFRESH_TOKEN'])

export function createTokenKeeper(
  store: TokenStore,
  refresh: (refreshToken: string) => Promise<Tokens>,
): TokenKeeper {
  const underWay = new Map<string, Promise<Tokens>>()

  async function read(customerId: string): Promise<Tokens> {
    const tokens = await store.get(customerId)
    if (!tokens) throw new AuthorizationRequiredError('there is no token of this customer')
    return tokens
  }

  async function refreshAndStore(
    customerId: string,
    rejected: string | undefined,
  ): Promise<Tokens> {
    const old = await read(customerId)
    // Somebody else was faster: another process on the same store.
    if (rejected !== undefined && old.accessToken !== rejected) return old
    try {
      const fresh = await refresh(old.refreshToken)
      await store.set(customerId, fresh)
      return fresh
    } catch (error) {
      if (!(error instanceof ResultError) || !LOST.has(error.resultCode)) throw error
      await store.delete(customerId)
      throw new AuthorizationRequiredError('the user has withdrawn, or the token has expired', {
        cause: error,
        traceId: error.traceId,
      })
    }
  }

  function renew(customerId: string, rejected?: string): Promise<Tokens> {
    const running = underWay.get(customerId)
    if (running) return running
    const started = refreshAndStore(customerId, rejected).finally(() => underWay.delete(customerId))
    underWay.set(customerId, started)
    return started
  }

  return {
    keep: (tokens) => store.set(tokens.customerId, tokens),
    async accessToken(customerId) {
      const tokens = await read(customerId)
      const endsAt = parseRequestTime(tokens.accessTokenExpiryTime) ?? 0
      const isGood = Date.now() / 1000 < endsAt - EARLY_SECONDS
      return isGood ? tokens.accessToken : (await renew(customerId, tokens.accessToken)).accessToken
    },
    renew,
    forget: (customerId) => store.delete(customerId),
  }
}
