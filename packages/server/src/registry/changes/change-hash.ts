/**
 * @module The digests of registry records, and the hash chain of their changes. Each hash covers its change and all earlier ones.
 * @see ARCHITECTURE.md#registry
 */
import { hasher } from '../../crypto/hashes.ts'
import { canonicalJson, type Json } from '../../engine/canonical-json.ts'
import type { RecordUpdate, RegistryChange } from '../../engine/store/registry.ts'

const { sha256 } = hasher

/** SHA-256 over the canonical JSON of a new version, as base64url. A removal has the document `null`. */
export function digestOfRecord(update: RecordUpdate): string {
  const { kind, id, follows, owner, document = null, references } = update
  return sha256(
    canonicalJson({ kind, id, version: follows + 1, owner, document, references } as Json),
  )
}

/** The digest of a change without records. */
export const NO_RECORDS = ''

/** Adds the next record of a change, in order of kind and id, to the digest of its records. */
export function addDigest(recordsDigest: string, digest: string): string {
  return sha256(`${recordsDigest}\n${digest}`)
}

/** SHA-256 over the hash of the previous change and the canonical JSON of this one, as base64url. */
export function hashOfChange(previousHash: string, change: Omit<RegistryChange, 'hash'>): string {
  const { sequence, changeId, actor, source, reason, requestId, changedAt } = change
  const { recordCount, recordsDigest } = change
  const cause = { actor, source, reason, requestId, changedAt }
  const content = { sequence, changeId, ...cause, recordCount, recordsDigest }
  return sha256(`${previousHash}\n${canonicalJson(content)}`)
}
