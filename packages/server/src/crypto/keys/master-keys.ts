/**
 * @module Master keys by version, and the keys derived from them: one per purpose and hour.
 * @see [RFC 5869](https://www.rfc-editor.org/rfc/rfc5869.html) HKDF
 */
import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'

/** What a derived key is for. A credential sealed for one purpose cannot be opened for another. */
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

export const MASTER_KEY_BYTES = 32
/** Of each purpose: every hour of half a year. At most some 40 MB, if every purpose used every hour. */
const MAX_DERIVED_KEYS = 4_416
/** Hours have three bytes in a credential. */
const HOURS = 2 ** 24

export interface MasterKeys {
  /** The version that new credentials use. 1 to 255: it travels in one byte. */
  readonly version: number
  /** `undefined` when there is no such version. `hour` counts from the epoch. */
  derive(version: number, purpose: Purpose, hour: number): KeyObject | undefined
  /** What this version has sealed can be opened from now on. A version that is known stays what it is. */
  add(version: number, key: Buffer): void
  /** New credentials use this version from now on. @throws {TypeError} when it is not known */
  sealWith(version: number): void
}

/**
 * @param keys by version; new credentials use the latest
 * @throws {TypeError} when there is no key, or one has the wrong size or version
 */
export function createMasterKeys(keys: ReadonlyMap<number, Buffer>): MasterKeys {
  if (keys.size === 0) throw new TypeError('there is no master key')
  const known = new Map<number, Buffer>()
  const derived = new Map<Purpose, Map<number, KeyObject>>()
  let current = Math.max(...keys.keys())

  function add(version: number, key: Buffer): void {
    if (key.length !== MASTER_KEY_BYTES || !(version >= 1 && version <= 255)) {
      throw new TypeError(
        `master key ${version} is not ${MASTER_KEY_BYTES} bytes of version 1 to 255`,
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
      if (!known.has(version)) throw new TypeError(`there is no master key ${version}`)
      current = version
    },
    derive(version, purpose, hour) {
      const master = known.get(version)
      if (!master) return undefined
      const ofPurpose = derived.get(purpose) ?? new Map<number, KeyObject>()
      derived.set(purpose, ofPurpose)
      const at = version * HOURS + hour
      const ready = ofPurpose.get(at)
      if (ready) return ready
      const info = `assent ${purpose} ${version} ${hour}`
      // As a KeyObject: with the bytes of a key, Node 24 takes 15 µs longer for each cipher and MAC.
      const key = createSecretKey(Buffer.from(hkdfSync('sha256', master, '', info, 32)))
      const [oldest] = ofPurpose.keys()
      if (ofPurpose.size >= MAX_DERIVED_KEYS && oldest !== undefined) ofPurpose.delete(oldest)
      ofPurpose.set(at, key)
      return key
    },
  }
}
