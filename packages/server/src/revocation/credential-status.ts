/**
 * @module Credential status from local caches. Falls back to the store on a cache miss, when strong consistency is required, or while
 * the revocation log is lagging (docs/operating.md#revocation-propagation).
 */
import { LRUCache } from 'lru-cache'
import type {
  Consistency,
  CredentialStatus,
  CredentialStatusReader,
} from '../engine/ports/credential-status.ts'
import type { CredentialClaims } from '../engine/ports/credentials.ts'
import type { Client } from '../engine/registry.ts'
import { type Store, StoreUnavailableError } from '../engine/store/store.ts'
import { toCredentialStatus } from '../engine/tokens/check.ts'
import type { GrantCache } from './grant-cache.ts'
import type { RevocationSubscriber } from './log-subscriber.ts'

/** With a longer lag, a node reads the status from the store. */
const MAX_TRUSTED_LAG_SECONDS = 2
/**
 * With a longer lag, a node rejects credentials while the store is unavailable. Until then it uses the cached status, unless strong
 * consistency is required.
 */
const MAX_STALE_SECONDS = 30
/** The cache does not cover credentials that are older than its window. The status of their row is cached for this time. */
const ROW_CACHE_TTL_MS = 60_000
const ROW_CACHE_SIZE = 50_000
const NOTHING_REVOKED = { ended: false, revokedThrough: 0 }

type StatusKey = { readonly claims: CredentialClaims; readonly clientId: string }

export function createCredentialStatusReader(
  store: Pick<Store, 'readGrantState'>,
  subscriber: Pick<RevocationSubscriber, 'revocations' | 'hasSeen' | 'lagSeconds'>,
  grants: GrantCache,
): CredentialStatusReader {
  const { revocations } = subscriber
  const rows = new LRUCache<string, Pick<CredentialStatus, 'ended' | 'revokedThrough'>>({
    max: ROW_CACHE_SIZE,
    ttl: ROW_CACHE_TTL_MS,
  })

  const isOlderThanWindow = ({ issuedAt }: CredentialClaims): boolean =>
    issuedAt < revocations.completeSince()

  /** @returns `undefined` on a cache miss */
  function readCache({ claims, clientId }: StatusKey): CredentialStatus | undefined {
    const grant = grants.get(claims.grantId)
    const minEpoch = Math.max(claims.epoch, revocations.epochOf(claims.grantId))
    if (!grant || grant.epoch < minEpoch) return undefined
    const row = isOlderThanWindow(claims) ? rows.get(claims.authorizationId) : NOTHING_REVOKED
    if (!row) return undefined
    return {
      grant,
      ended: row.ended || revocations.hasEnded(claims.authorizationId),
      revokedThrough: Math.max(row.revokedThrough, revocations.revokedThrough(grant, clientId)),
    }
  }

  async function readStore({ claims }: StatusKey): Promise<CredentialStatus | undefined> {
    const state = await store.readGrantState(claims.grantId, claims.authorizationId)
    if (!state) return undefined
    const { grant, ended, revokedThrough } = toCredentialStatus(state)
    grants.set(grant)
    if (isOlderThanWindow(claims)) rows.set(claims.authorizationId, { ended, revokedThrough })
    return { grant, ended, revokedThrough }
  }

  async function readStoreOrStaleCache(key: StatusKey): Promise<CredentialStatus | undefined> {
    try {
      return await readStore(key)
    } catch (error) {
      const mayBeStale =
        error instanceof StoreUnavailableError && subscriber.lagSeconds() <= MAX_STALE_SECONDS
      const cached = mayBeStale ? readCache(key) : undefined
      if (!cached) throw error
      return cached
    }
  }

  return {
    async read(
      claims: CredentialClaims,
      { clientId }: Pick<Client, 'clientId'>,
      { strong, minSequence }: Consistency,
    ) {
      const key = { claims, clientId }
      if (strong || (minSequence > 0 && !subscriber.hasSeen(minSequence))) return readStore(key)
      if (subscriber.lagSeconds() > MAX_TRUSTED_LAG_SECONDS) return readStoreOrStaleCache(key)
      return readCache(key) ?? readStore(key)
    },
  }
}
