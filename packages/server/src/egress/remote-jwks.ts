/**
 * @module Fetches the key sets of OAuth clients from their `jwks_uri` and caches them. Anybody can name a client, so a `jwks_uri` that
 * hangs or fails costs little: one fetch at a time, few requests that wait for it, and a failure that is remembered.
 * @see [RFC 7591 §2](https://www.rfc-editor.org/rfc/rfc7591.html#section-2)
 */
import { LRUCache } from 'lru-cache'
import { weaknessOf } from '../engine/key-strength.ts'
import { OutboundCallRejectedError, type OutboundCalls } from '../engine/ports/outbound-calls.ts'
import type { PublicJwk } from '../engine/registry.ts'
import type { EgressClient } from './egress-client.ts'

export interface RemoteJwks {
  /** Fetches again when the cached set has no key with this id. */
  fetch(jwksUri: string, keyId: string | undefined): Promise<readonly PublicJwk[]>
}

const FRESH_MS = 300_000
/** A set that cannot be fetched again is used for this long. Keys that the client has removed are accepted meanwhile. */
const MAX_AGE_MS = 3_600_000
/** A set without the requested key is fetched again, at most once in this time. */
const MIN_REFETCH_INTERVAL_MS = 30_000
const FETCH_TIMEOUT_MS = 2000
const MAX_WAITING_PER_ADDRESS = 32
const CACHE_SIZE = 10_000
const MAX_KEYS = 16

type KeySet = { readonly keys: readonly PublicJwk[]; readonly fetchedAt: number }

/** The keys of one `jwks_uri`. */
type Entry = {
  known?: KeySet
  /** The fetch that is in flight. */
  fetching?: Promise<KeySet> | undefined
  /** How many requests wait for it. */
  waiting: number
  hasFailed: boolean
}

export type RemoteJwksOptions = {
  readonly egress: Pick<EgressClient, 'get'>
  readonly outbound: OutboundCalls
  /** Monotonic milliseconds. Default: `performance.now`. */
  readonly now?: () => number
}

export function createRemoteJwks(options: RemoteJwksOptions): RemoteJwks {
  const { egress, outbound, now = () => performance.now() } = options
  const entries = new LRUCache<string, Entry>({ max: CACHE_SIZE })

  function entryOf(jwksUri: string): Entry {
    const entry = entries.get(jwksUri) ?? { waiting: 0, hasFailed: false }
    entries.set(jwksUri, entry)
    return entry
  }

  async function fetchKeys(jwksUri: string): Promise<KeySet> {
    const { status, body } = await egress.get(jwksUri, FETCH_TIMEOUT_MS)
    const { keys } = JSON.parse(body) as { keys?: unknown }
    if (status !== 200 || !Array.isArray(keys))
      throw new Error('The jwks_uri of the client must return a JWK Set with status 200.')
    return { keys: keys.slice(0, MAX_KEYS).filter(isUsable), fetchedAt: now() }
  }

  async function refresh(jwksUri: string, entry: Entry): Promise<KeySet> {
    const address = { kind: 'jwks', key: jwksUri, name: new URL(jwksUri).host } as const
    try {
      entry.known = await outbound.run(address, () => fetchKeys(jwksUri))
      entry.hasFailed = false
      return entry.known
    } catch (error) {
      entry.hasFailed = true
      throw error
    } finally {
      entry.fetching = undefined
    }
  }

  /** Waits for the fetch in flight, or for a new one. */
  async function waitForKeys(jwksUri: string, entry: Entry): Promise<KeySet> {
    if (entry.waiting >= MAX_WAITING_PER_ADDRESS)
      throw new OutboundCallRejectedError('Too many requests wait for the keys of this client.')
    entry.waiting++
    try {
      entry.fetching ??= refresh(jwksUri, entry)
      return await entry.fetching
    } finally {
      entry.waiting--
    }
  }

  return {
    async fetch(jwksUri, keyId) {
      const entry = entryOf(jwksUri)
      const { known } = entry
      const age = known ? now() - known.fetchedAt : Number.POSITIVE_INFINITY
      const hasKey = known?.keys.some((one) => keyId === undefined || one['kid'] === keyId) ?? false
      if (known && age < (hasKey ? FRESH_MS : MIN_REFETCH_INTERVAL_MS)) return known.keys
      const fetching = waitForKeys(jwksUri, entry)
      if (!known || age >= MAX_AGE_MS) return (await fetching).keys
      // The old set serves while the new one cannot be fetched. Nobody waits for an address that has failed.
      const current = fetching.catch(() => known)
      return entry.hasFailed && hasKey ? known.keys : (await current).keys
    },
  }
}

/** A set may also contain keys for other purposes, which are ignored (RFC 7517 §5). */
function isUsable(key: unknown): key is PublicJwk {
  return typeof key === 'object' && key !== null && weaknessOf(key as PublicJwk) === undefined
}
