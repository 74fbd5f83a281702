/**
 * @module The revocations of the last day. With them, a node checks most tokens without reading the store.
 */

import type { Grant, Revocation } from '../engine/records.ts'
import { REVOCATION_WINDOW_SECONDS } from '../engine/store/revocation-log.ts'

export interface RevocationCache {
  /** Ignores revocations that are known or superseded. @param createdAt epoch seconds by the store's clock */
  add(revocation: Revocation, createdAt: number): void
  /** The latest epoch in which the grant lost a scope; 0 when it lost none. */
  epochOf(grantId: number): number
  hasEnded(authorizationId: string): boolean
  /** Everything that was issued up to and including this instant is revoked; 0 when nothing is. */
  revokedThrough(grant: Grant, clientId: string): number
  /** Drops the revocations that are older than the window. @param now epoch seconds by the store's clock */
  advance(now: number): void
  /** Revocations of credentials that were issued before this instant can be missing. */
  completeSince(): number
}

type Entry = { readonly value: number; readonly createdAt: number }

/** The clocks of issuing nodes and of the store differ by less than this. */
const MAX_CLOCK_SKEW_SECONDS = 60

export function createRevocationCache(): RevocationCache {
  const grants = new Map<number, Entry>()
  const ended = new Map<string, Entry>()
  const revokedTargets = new Map<string, Entry>()
  let windowStart = 0

  return {
    add(revocation, createdAt) {
      switch (revocation.kind) {
        case 'grant':
          return raise(grants, revocation.grantId, { value: revocation.epoch, createdAt })
        case 'authorization':
          return raise(ended, revocation.authorizationId, { value: 1, createdAt })
        case 'erasure':
          return
        default:
          return raise(revokedTargets, `${revocation.kind} ${revocation.id}`, {
            value: revocation.revokedThrough,
            createdAt,
          })
      }
    },
    epochOf: (grantId) => grants.get(grantId)?.value ?? 0,
    hasEnded: (authorizationId) => ended.has(authorizationId),
    revokedThrough({ appId, grantId }, clientId) {
      if (revokedTargets.size === 0) return 0
      const keys = [`client ${clientId}`, `miniProgram ${appId}`, `grantCredentials ${grantId}`]
      return Math.max(...keys.map((key) => revokedTargets.get(key)?.value ?? 0))
    },
    advance(now) {
      windowStart = now - REVOCATION_WINDOW_SECONDS
      dropBefore(grants, windowStart)
      dropBefore(ended, windowStart)
      dropBefore(revokedTargets, windowStart)
    },
    completeSince: () => windowStart + MAX_CLOCK_SKEW_SECONDS,
  }
}

/** A changed entry moves to the end, so that the oldest entries stay at the beginning. */
function raise<K>(map: Map<K, Entry>, key: K, entry: Entry): void {
  if ((map.get(key)?.value ?? 0) >= entry.value) return
  map.delete(key)
  map.set(key, entry)
}

function dropBefore<K>(map: Map<K, Entry>, time: number): void {
  for (const [key, { createdAt }] of map) {
    if (createdAt >= time) return
    map.delete(key)
  }
}
