/**
 * @module Master keys by version, and the keys that are derived from them, one per purpose and hour.
 * @see [RFC 5869](https://www.rfc-editor.org/rfc/rfc5869.html) HKDF
 */
import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'

/** The use of a credential. One that was sealed for one purpose cannot be opened for another. */
export type Purpose =
  | 'authorization-code'
  | 'access-token'
  | 'refresh-token'
  | 'auth-request'
  | 'token-id'
  | 'client-token'
  | 'proof-nonce'
  | 'registration'
  | 'page-session'
  | 'admin-sign-in'
  | 'form-response'

const MASTER_KEY_BYTES = 32
/** Per purpose: one for each hour of half a year. At most about 40 MB in total. */
const MAX_DERIVED_KEYS = 4_416
/** The hour has three bytes in a credential. */
const MAX_HOURS = 2 ** 24

export interface MasterKeys {
  /** The version that new credentials use: 1 to 255, because it has one byte in a credential. */
  readonly version: number
  /**
   * @param use everything that separates this key from others; see `installation.ts`
   * @param hour since the epoch
   * @returns `undefined` when there is no such version
   */
  derive(version: number, use: string, hour: number): KeyObject | undefined
  /** From now on, credentials of this version can be opened. A known version keeps its key. */
  add(version: number, key: Buffer): void
  /** From now on, new credentials use this version. @throws {TypeError} when the version is unknown */
  sealWith(version: number): void
  /** Forgets all other versions: what was sealed with them cannot be opened any more. */
  retain(versions: ReadonlySet<number>): void
}

/**
 * @param keys by version; new credentials use the latest
 * @param requireKnowledge called for an unknown version; throws when this node may not know the latest keys
 * @throws {TypeError} when there is no key, or one has the wrong size or version
 */
export function createMasterKeys(
  keys: ReadonlyMap<number, Buffer>,
  requireKnowledge: () => void = () => {},
): MasterKeys {
  if (keys.size === 0)
    throw new TypeError(
      'There is no master key. Restore the table platform_keys, or the master-N.key files of the keys folder.',
    )
  const known = new Map<number, Buffer>()
  const derived = new Map<string, Map<number, KeyObject>>()
  let current = Math.max(...keys.keys())

  function add(version: number, key: Buffer): void {
    if (key.length !== MASTER_KEY_BYTES || !(version >= 1 && version <= 255)) {
      throw new TypeError(
        `Master key ${version} must have ${MASTER_KEY_BYTES} bytes and a version from 1 to 255. Restore its file from a backup.`,
      )
    }
    if (!known.has(version)) known.set(version, key)
  }

  for (const [version, key] of keys) add(version, key)
  return {
    get version() {
      return current
    },
    add,
    sealWith(version) {
      if (!known.has(version)) throw new TypeError(`There is no master key ${version}.`)
      current = version
    },
    retain(versions) {
      for (const version of known.keys()) if (!versions.has(version)) known.delete(version)
    },
    derive(version, use, hour) {
      const master = known.get(version)
      if (!master) {
        requireKnowledge()
        return undefined
      }
      const cache = derived.get(use) ?? new Map<number, KeyObject>()
      derived.set(use, cache)
      const cacheKey = version * MAX_HOURS + hour
      const cached = cache.get(cacheKey)
      if (cached) return cached
      const info = `assent ${use} ${version} ${hour}`
      // As a KeyObject, because Node 24 takes 15 µs longer for each cipher and MAC with the bytes of a key.
      const key = createSecretKey(Buffer.from(hkdfSync('sha256', master, '', info, 32)))
      const [oldest] = cache.keys()
      if (cache.size >= MAX_DERIVED_KEYS && oldest !== undefined) cache.delete(oldest)
      cache.set(cacheKey, key)
      return key
    },
  }
}
