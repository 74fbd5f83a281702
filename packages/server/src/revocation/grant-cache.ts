/**
 * @module The grants that this node has read or written. A cached grant can be outdated: callers must know the minimum acceptable
 * epoch from the revocation log and from the credential.
 */
import { LRUCache } from 'lru-cache'
import type { Grant } from '../engine/records.ts'
import type { Store } from '../engine/store/store.ts'

export interface GrantCache {
  get(grantId: number): Grant | undefined
  /** Ignores a grant that is older than the cached one. */
  set(grant: Grant): void
}

const CACHE_SIZE = 100_000

export function createGrantCache(): GrantCache {
  const grants = new LRUCache<number, Grant>({ max: CACHE_SIZE })
  return {
    get: (grantId) => grants.get(grantId),
    set(grant) {
      if ((grants.get(grant.grantId)?.epoch ?? -1) < grant.epoch) grants.set(grant.grantId, grant)
    },
  }
}

/** The store with a cache of the grants that pass through: the node of a consult mostly serves the redemption shortly afterwards. */
export function withGrantCache<S extends Store>(store: S, grants: GrantCache): S {
  return {
    ...store,
    async findGrant(user, appId) {
      const grant = await store.findGrant(user, appId)
      if (grant) grants.set(grant)
      return grant
    },
    async replaceGrant(next, revokes, attached) {
      const replaced = await store.replaceGrant(next, revokes, attached)
      if (replaced && replaced !== 'repeated') grants.set(next)
      return replaced
    },
    async decideConsent(idHash, outcome, next, attached) {
      const decided = await store.decideConsent(idHash, outcome, next, attached)
      if (next && decided === 'decided') grants.set(next)
      return decided
    },
  }
}
