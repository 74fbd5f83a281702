/**
 * @module Keeps the tokens of customers. Concurrent refreshes share a request (single flight). New tokens are stored before they
 * are used, because the platform accepts the replaced refresh token only during a short retry window. Every write compares
 * first, so a refresh never overwrites the tokens of a login that came meanwhile, from this process or another.
 *
 * @see [RFC 6749 §6](https://www.rfc-editor.org/rfc/rfc6749.html#section-6)
 */
import { parseRequestTime, type Tokens } from '@assent/protocol'
import { AuthorizationRequiredError } from './errors.ts'
import { authorizationEnded, recoveryFrom } from './recovery.ts'
import type { Customer, TokenStore } from './token-store.ts'

export interface TokenRefresher {
  /** Stores the tokens of a login. They replace those of an earlier login. */
  storeLogin(customer: Customer, tokens: Tokens): Promise<void>
  /**
   * An access token that is valid for at least another 30 seconds by this machine's clock.
   * @throws {AuthorizationRequiredError}
   */
  getAccessToken(customer: Customer): Promise<string>
  /**
   * Refreshes, unless the stored access token already differs from `rejectedToken`.
   * @throws {AuthorizationRequiredError}
   */
  refresh(customer: Customer, rejectedToken?: string): Promise<Tokens>
}

/** Tokens are refreshed this long before they expire, so that they do not expire in transit. */
const REFRESH_MARGIN_SECONDS = 30

/** Each rejected write means that another one succeeded. So many in a row mean that the store does not compare as it should. */
const MAX_STORE_ATTEMPTS = 100

export function createTokenRefresher(
  store: TokenStore,
  requestRefresh: (customer: Customer, refreshToken: string) => Promise<Tokens>,
): TokenRefresher {
  const inFlight = new Map<string, Promise<Tokens>>()

  async function storeLogin(customer: Customer, tokens: Tokens): Promise<void> {
    for (let attempt = 1; attempt <= MAX_STORE_ATTEMPTS; attempt++) {
      if (await store.set(customer, tokens, await store.get(customer))) return
    }
    throw new Error(
      `tokenStore.set returned false ${MAX_STORE_ATTEMPTS} times. It must store the tokens and return true when those that get returned are still stored.`,
    )
  }

  async function refreshAndStore(customer: Customer, current: Tokens): Promise<Tokens> {
    try {
      const successor = await requestRefresh(customer, current.refreshToken)
      if (await store.set(customer, successor, current)) return successor
    } catch (error) {
      if (recoveryFrom(error) !== 'reauthorize') throw error
      await store.delete(customer, current)
      if (!(await store.get(customer))) throw authorizationEnded(error)
    }
    // A login or another process has stored newer tokens meanwhile, or a cancellation has deleted them.
    return readTokens(store, customer)
  }

  async function refresh(customer: Customer, rejectedToken?: string): Promise<Tokens> {
    const current = await readTokens(store, customer)
    // Another call or another process has replaced the tokens in the meantime.
    if (rejectedToken !== undefined && current.accessToken !== rejectedToken) return current
    const { refreshToken } = current
    const pending = inFlight.get(refreshToken)
    if (pending) return pending
    const started = refreshAndStore(customer, current).finally(() => inFlight.delete(refreshToken))
    inFlight.set(refreshToken, started)
    return started
  }

  return {
    storeLogin,
    async getAccessToken(customer) {
      const { accessToken, accessTokenExpiryTime } = await readTokens(store, customer)
      if (isFresh(accessTokenExpiryTime)) return accessToken
      return (await refresh(customer, accessToken)).accessToken
    },
    refresh,
  }
}

/** @throws {AuthorizationRequiredError} when the store has no tokens of this customer */
export async function readTokens(store: TokenStore, customer: Customer): Promise<Tokens> {
  const tokens = await store.get(customer)
  if (tokens) return tokens
  throw new AuthorizationRequiredError(
    'No tokens are stored for this customer in this mini program. Ask the mini program for an authCode and call applyToken.',
  )
}

function isFresh(expiryTime: string): boolean {
  const expiresAt = parseRequestTime(expiryTime) ?? 0
  return Date.now() / 1000 < expiresAt - REFRESH_MARGIN_SECONDS
}
