/**
 * @module Grants that this node has seen, each as it was last seen. Whoever uses one knows from elsewhere what epoch it has to
 * have at least: from the revocation log, and from the credential in hand.
 */
import { LRUCache } from 'lru-cache'
import type { Store } from '../engine/ports/store.ts'
import type { Grant } from '../engine/records.ts'

export interface GrantCache {
  get(grantId: number): Grant | undefined
  /** An older one than is known changes nothing. */
  set(grant: Grant): void
}

const KEPT = 100_000

export function createGrantCache(): GrantCache {
  const grants = new LRUCache<number, Grant>({ max: KEPT })
  return {
    get: (grantId) => grants.get(grantId),
    set(grant) {
      if ((grants.get(grant.grantId)?.epoch ?? -1) < grant.epoch) grants.set(grant.grantId, grant)
    },
  }
}

/** The same store; the grants that pass through are kept: who consults here mostly redeems here a moment later. */
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
      if (replaced) grants.set(next)
      return replaced
    },
    async decideConsent(idHash, outcome, next, attached) {
      const decided = await store.decideConsent(idHash, outcome, next, attached)
      if (next && decided === 'decided') grants.set(next)
      return decided
    },
  }
}
