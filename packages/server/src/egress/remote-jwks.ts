/**
 * @module Fetches the key sets of OAuth clients from their `jwks_uri` and caches them.
 * @see [RFC 7591 §2](https://www.rfc-editor.org/rfc/rfc7591.html#section-2)
 */
import { LRUCache } from 'lru-cache'
import type { PublicJwk } from '../engine/registry.ts'
import type { EgressClient } from './egress-client.ts'

export interface RemoteJwks {
  /** Fetches again when the cached set has no key with this id. */
  fetch(jwksUri: string, keyId: string | undefined): Promise<readonly PublicJwk[]>
}

const CACHE_TTL_MS = 300_000
/** A set without the requested key is fetched again, at most once in this time. */
const MIN_REFETCH_INTERVAL_MS = 30_000
const CACHE_SIZE = 1000
const MAX_KEYS = 16

type FetchedJwks = { readonly keys: readonly PublicJwk[]; readonly fetchedAt: number }

/** @param now monotonic milliseconds */
export function createRemoteJwks(
  egress: Pick<EgressClient, 'get'>,
  now: () => number = () => performance.now(),
): RemoteJwks {
  const cache = new LRUCache<string, Promise<FetchedJwks>>({ max: CACHE_SIZE, ttl: CACHE_TTL_MS })

  async function fetchKeys(jwksUri: string): Promise<FetchedJwks> {
    const { status, body } = await egress.get(jwksUri)
    const { keys } = JSON.parse(body) as { keys?: unknown }
    if (status !== 200 || !Array.isArray(keys))
      throw new Error('The jwks_uri of the client must return a JWK Set with status 200.')
    return { keys: keys.slice(0, MAX_KEYS) as PublicJwk[], fetchedAt: now() }
  }

  function refetch(jwksUri: string): Promise<FetchedJwks> {
    const fetching = fetchKeys(jwksUri)
    cache.set(jwksUri, fetching)
    // A failure is not cached: the next request fetches again.
    fetching.catch(() => cache.delete(jwksUri))
    return fetching
  }

  return {
    async fetch(jwksUri, keyId) {
      const cached = await (cache.get(jwksUri) ?? refetch(jwksUri))
      const hasKey = keyId === undefined || cached.keys.some((one) => one['kid'] === keyId)
      const isRecent = now() - cached.fetchedAt < MIN_REFETCH_INTERVAL_MS
      return hasKey || isRecent ? cached.keys : (await refetch(jwksUri)).keys
    },
  }
}
