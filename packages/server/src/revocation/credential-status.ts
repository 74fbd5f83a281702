/**
 * @module What credentials depend on, kept near: grants as they were seen, revocations in the map that follows the log. The store
 * is asked about what is not here, about what must be as of now, and about everything while the log is not heard.
 */
import { LRUCache } from 'lru-cache'
import type {
  Consistency,
  CredentialStatus,
  CredentialStatusReader,
} from '../engine/ports/credential-status.ts'
import type { CredentialClaims } from '../engine/ports/credentials.ts'
import { type Store, StoreUnavailableError } from '../engine/ports/store.ts'
import type { Client } from '../engine/registry.ts'
import { toCredentialStatus } from '../engine/tokens/check.ts'
import type { GrantCache } from './grant-cache.ts'
import type { RevocationSubscriber } from './log-subscriber.ts'

/** A node that has heard nothing for longer asks the store. */
const TRUSTED_LAG_SECONDS = 2
/** And when the store is away too, it goes by what it knew for this long, where no more than basic scopes are at stake (R100). */
const STATIC_STABILITY_SECONDS = 30
/** A credential that is older than the map is checked against its row; that answer is good for so long. */
const ROW_MILLISECONDS = 60_000
const CACHED_ROWS = 50_000

type KeyOfCredential = { readonly claims: CredentialClaims; readonly clientId: string }

export function createCredentialStatusReader(
  store: Pick<Store, 'readGrantState'>,
  follower: Pick<RevocationSubscriber, 'revocations' | 'hasSeen' | 'lagSeconds'>,
  grants: GrantCache,
): CredentialStatusReader {
  const { revocations } = follower
  const rows = new LRUCache<string, Pick<CredentialStatus, 'ended' | 'revokedThrough'>>({
    max: CACHED_ROWS,
    ttl: ROW_MILLISECONDS,
  })

  const isOlderThanMap = ({ issuedAt }: CredentialClaims): boolean =>
    issuedAt < revocations.completeSince()

  /** `undefined`: the store has to be asked. */
  function recall({ claims, clientId }: KeyOfCredential): CredentialStatus | undefined {
    const grant = grants.get(claims.grantId)
    const epoch = Math.max(claims.epoch, revocations.epochOf(claims.grantId))
    if (!grant || grant.epoch < epoch) return undefined
    const row = isOlderThanMap(claims) ? rows.get(claims.authorizationId) : NOTHING_REVOKED
    if (!row) return undefined
    return {
      grant,
      ended: row.ended || revocations.hasEnded(claims.authorizationId),
      revokedThrough: Math.max(row.revokedThrough, revocations.revokedThrough(grant, clientId)),
    }
  }

  async function ask({ claims }: KeyOfCredential): Promise<CredentialStatus | undefined> {
    const standing = await store.readGrantState(claims.grantId, claims.authorizationId)
    if (!standing) return undefined
    const { grant, ended, revokedThrough } = toCredentialStatus(standing)
    grants.set(grant)
    if (isOlderThanMap(claims)) rows.set(claims.authorizationId, { ended, revokedThrough })
    return { grant, ended, revokedThrough }
  }

  /** The store, or while it is away and for a bounded time what was known. */
  async function askOrRecall(key: KeyOfCredential): Promise<CredentialStatus | undefined> {
    try {
      return await ask(key)
    } catch (error) {
      const isBounded =
        error instanceof StoreUnavailableError && follower.lagSeconds() <= STATIC_STABILITY_SECONDS
      const known = isBounded ? recall(key) : undefined
      if (!known) throw error
      return known
    }
  }

  return {
    async read(
      claims: CredentialClaims,
      { clientId }: Pick<Client, 'clientId'>,
      { strong, minSequence }: Consistency,
    ) {
      const key = { claims, clientId }
      if (strong || (minSequence > 0 && !follower.hasSeen(minSequence))) return ask(key)
      if (follower.lagSeconds() > TRUSTED_LAG_SECONDS) return askOrRecall(key)
      return recall(key) ?? ask(key)
    },
  }
}

const NOTHING_REVOKED = { ended: false, revokedThrough: 0 }
