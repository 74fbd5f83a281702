/**
 * @module Keys of OAuth clients at addresses of their own (`jwks_uri`): fetched from public addresses only, and kept for a while.
 */
import { LRUCache } from 'lru-cache'
import type { PublicJwk } from '../engine/registry.ts'
import type { ClientKeys } from '../http/oauth/client-jwt.ts'
import type { EgressClient } from './egress-client.ts'

const KEPT_MILLISECONDS = 300_000
/** A key that is not there is looked for again, but no more often than that. */
const LOOK_AGAIN_MILLISECONDS = 30_000
const KEPT = 1000
const MAX_KEYS = 16

type Fetched = { readonly keys: readonly PublicJwk[]; readonly at: number }

/** @param now milliseconds that only go forward */
export function createRemoteJwks(
  sender: Pick<EgressClient, 'get'>,
  now: () => number = () => performance.now(),
): ClientKeys {
  const known = new LRUCache<string, Promise<Fetched>>({ max: KEPT, ttl: KEPT_MILLISECONDS })

  async function fetchKeys(jwksUri: string): Promise<Fetched> {
    const { status, body } = await sender.get(jwksUri)
    const { keys } = JSON.parse(body) as { keys?: unknown }
    if (status !== 200 || !Array.isArray(keys)) throw new Error('there is no JWK set')
    return { keys: keys.slice(0, MAX_KEYS) as PublicJwk[], at: now() }
  }

  function fetchAnew(jwksUri: string): Promise<Fetched> {
    const fetching = fetchKeys(jwksUri)
    known.set(jwksUri, fetching)
    // What could not be fetched is tried again when it is next asked for.
    fetching.catch(() => known.delete(jwksUri))
    return fetching
  }

  return {
    async fetch(jwksUri, keyId) {
      const kept = await (known.get(jwksUri) ?? fetchAnew(jwksUri))
      const isThere = keyId === undefined || kept.keys.some((one) => one['kid'] === keyId)
      const isFresh = now() - kept.at < LOOK_AGAIN_MILLISECONDS
      return isThere || isFresh ? kept.keys : (await fetchAnew(jwksUri)).keys
    },
  }
}
