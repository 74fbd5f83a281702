/**
 * @module What was revoked in the last day, exactly: by it a token is judged without reading the store.
 */
import { REVOCATION_WINDOW_SECONDS } from '../engine/ports/revocation-log.ts'
import { type Grant, type Revocation, userKey } from '../engine/records.ts'

export interface RevocationCache {
  /** Adding what is known already, or older than what is known, changes nothing. `at`: epoch seconds by the store's clock. */
  add(revocation: Revocation, at: number): void
  /** The grant's latest epoch that took something away; 0 when none did. */
  epochOf(grantId: number): number
  hasEnded(authorizationId: string): boolean
  /** What was issued up to this instant is void; 0 when nothing is. */
  revokedThrough(grant: Grant, clientId: string): number
  /** Forgets what is older than the window, and from then on does not speak about it. `now`: by the store's clock. */
  advance(now: number): void
  /** Revocations of what was issued before this instant may be missing here. */
  completeSince(): number
}

type Entry = { readonly value: number; readonly at: number }

/** Clocks that issue and the clock that revokes are the same one to within this. */
const MARGIN_SECONDS = 60

export function createRevocationCache(): RevocationCache {
  const grants = new Map<number, Entry>()
  const ended = new Map<string, Entry>()
  const voids = new Map<string, Entry>()
  let windowStart = 0

  return {
    add(revocation, at) {
      switch (revocation.kind) {
        case 'grant':
          return raise(grants, revocation.grantId, { value: revocation.epoch, at })
        case 'authorization':
          return raise(ended, revocation.authorizationId, { value: 1, at })
        default:
          return raise(voids, `${revocation.kind} ${revocation.id}`, {
            value: revocation.revokedThrough,
            at,
          })
      }
    },
    epochOf: (grantId) => grants.get(grantId)?.value ?? 0,
    hasEnded: (authorizationId) => ended.has(authorizationId),
    revokedThrough({ appId, user }, clientId) {
      if (voids.size === 0) return 0
      const keys = [`client ${clientId}`, `miniProgram ${appId}`, `user ${userKey(user)}`]
      return Math.max(...keys.map((key) => voids.get(key)?.value ?? 0))
    },
    advance(now) {
      windowStart = now - REVOCATION_WINDOW_SECONDS
      forget(grants, windowStart)
      forget(ended, windowStart)
      forget(voids, windowStart)
    },
    completeSince: () => windowStart + MARGIN_SECONDS,
  }
}

/** The latest goes to the end, so that the oldest are always at the beginning. */
function raise<K>(map: Map<K, Entry>, key: K, entry: Entry): void {
  if ((map.get(key)?.value ?? 0) >= entry.value) return
  map.delete(key)
  map.set(key, entry)
}

function forget<K>(map: Map<K, Entry>, before: number): void {
  for (const [key, { at }] of map) {
    if (at >= before) return
    map.delete(key)
  }
}
