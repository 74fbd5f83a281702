/**
 * @module Keeps users of the HTTP directory for some seconds, because every consultation and every refresh reads its user.
 */
import { LRUCache } from 'lru-cache'
import type { Directory, DirectoryUser } from '../engine/ports/directory.ts'
import { type UserRef, userKey } from '../engine/records.ts'

const CACHE_SIZE = 10_000

/**
 * Concurrent reads of a user share one request. Unknown users and failures are not kept.
 * @param seconds how long a user is kept; 0: not at all
 * @param clock epoch seconds
 */
export function withUserCache(
  directory: Directory,
  seconds: number,
  clock: () => number,
): Directory {
  if (seconds === 0) return directory
  const cache = new LRUCache<string, DirectoryUser, UserRef>({
    max: CACHE_SIZE,
    ttl: seconds,
    ttlResolution: 0,
    perf: { now: clock },
    fetchMethod: (_key, _stale, { context }) => directory.findUser(context),
  })
  return { findUser: (user) => cache.fetch(userKey(user), { context: user }) }
}
