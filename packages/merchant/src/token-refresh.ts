/**
 * @module Refreshes access tokens. Concurrent refreshes of one customer share a request (single flight), and new tokens are
 * stored before they are used: the platform accepts the replaced refresh token only during a short retry window.
 *
 * @see [RFC 6749 §6](https://www.rfc-editor.org/rfc/rfc6749.html#section-6)
 */
import { parseRequestTime, type Tokens } from '@assent/protocol'
import { AuthorizationRequiredError, ResultError } from './errors.ts'
import { recoveryFrom } from './recovery.ts'
import type { TokenStore } from './token-store.ts'

export interface TokenRefresher {
  store(tokens: Tokens): Promise<void>
  /**
   * An access token that is valid for at least another 30 seconds by this machine's clock.
   * @throws {AuthorizationRequiredError}
   */
  getAccessToken(customerId: string): Promise<string>
  /**
   * Refreshes, unless the stored access token already differs from `rejectedToken`.
   * @throws {AuthorizationRequiredError}
   */
  refresh(customerId: string, rejectedToken?: string): Promise<Tokens>
  delete(customerId: string): Promise<void>
}

/** Tokens are refreshed this long before they expire, so that they do not expire in transit. */
const REFRESH_MARGIN_SECONDS = 30

export function createTokenRefresher(
  store: TokenStore,
  requestRefresh: (refreshToken: string) => Promise<Tokens>,
): TokenRefresher {
  const inFlight = new Map<string, Promise<Tokens>>()

  async function refreshAndStore(
    customerId: string,
    rejectedToken: string | undefined,
  ): Promise<Tokens> {
    const current = await readTokens(store, customerId)
    // Another process on the same store has refreshed in the meantime.
    if (rejectedToken !== undefined && current.accessToken !== rejectedToken) return current
    try {
      const successor = await requestRefresh(current.refreshToken)
      await store.set(customerId, successor)
      return successor
    } catch (error) {
      if (!(error instanceof ResultError) || recoveryFrom(error) !== 'reauthorize') throw error
      await store.delete(customerId)
      throw new AuthorizationRequiredError(
        'The refresh token is no longer valid: it has expired or the user has withdrawn. Ask the mini program for a new authCode.',
        { cause: error, traceId: error.traceId },
      )
    }
  }

  function refresh(customerId: string, rejectedToken?: string): Promise<Tokens> {
    const current = inFlight.get(customerId)
    if (current) return current
    const started = refreshAndStore(customerId, rejectedToken).finally(() =>
      inFlight.delete(customerId),
    )
    inFlight.set(customerId, started)
    return started
  }

  return {
    store: (tokens) => store.set(tokens.customerId, tokens),
    async getAccessToken(customerId) {
      const { accessToken, accessTokenExpiryTime } = await readTokens(store, customerId)
      if (isFresh(accessTokenExpiryTime)) return accessToken
      return (await refresh(customerId, accessToken)).accessToken
    },
    refresh,
    delete: (customerId) => store.delete(customerId),
  }
}

/** @throws {AuthorizationRequiredError} when the store has no tokens of this customer */
export async function readTokens(store: TokenStore, customerId: string): Promise<Tokens> {
  const tokens = await store.get(customerId)
  if (tokens) return tokens
  throw new AuthorizationRequiredError(
    'No tokens are stored for this customerId. Ask the mini program for an authCode and call applyToken.',
  )
}

function isFresh(expiryTime: string): boolean {
  const expiresAt = parseRequestTime(expiryTime) ?? 0
  return Date.now() / 1000 < expiresAt - REFRESH_MARGIN_SECONDS
}
