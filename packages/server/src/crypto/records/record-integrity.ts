/**
 * @module MACs of stored records: HMAC-SHA256 over the canonical JSON of a record, with a versioned key that is derived from
 * `user-kek-1.key` (docs/decisions/0086-records-carry-a-mac.md).
 * @see [RFC 2104](https://www.rfc-editor.org/rfc/rfc2104.html) HMAC, [RFC 8785](https://www.rfc-editor.org/rfc/rfc8785.html) canonical JSON
 */
import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto'
import { canonicalJson, type Json } from '../../engine/canonical-json.ts'
import type { ProtectedKind, RecordIntegrity } from '../../engine/ports/record-integrity.ts'

const MAC_BYTES = 32

/**
 * @param keys by version, from 1 to 255. The latest computes new MACs; all of them check stored ones
 * @param onForged called for each row that is not genuine
 */
export function createRecordIntegrity(
  keys: ReadonlyMap<number, Buffer>,
  onForged: (kind: ProtectedKind, id: string) => void,
): RecordIntegrity {
  const keyObjects = new Map([...keys].map(([version, key]) => [version, createSecretKey(key)]))
  const current = Math.max(...keys.keys())

  return {
    macOf: (kind, record) => {
      const key = keyObjects.get(current) as KeyObject
      return Buffer.concat([Buffer.of(current), digest(key, kind, record)])
    },
    isGenuine(kind, record, mac) {
      if (!Buffer.isBuffer(mac) || mac.length !== 1 + MAC_BYTES) return false
      const key = keyObjects.get(mac.readUInt8())
      return key !== undefined && timingSafeEqual(digest(key, kind, record), mac.subarray(1))
    },
    reportForged: onForged,
  }
}

function digest(key: KeyObject, kind: ProtectedKind, record: object): Buffer {
  return createHmac('sha256', key)
    .update(`${kind}\n${canonicalJson(record as Json)}`)
    .digest()
}
