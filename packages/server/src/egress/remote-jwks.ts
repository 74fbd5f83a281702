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
): RemoteJwks {
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
