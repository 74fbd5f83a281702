/**
 * @module The digest of everything that a file declares.
 */
import { createHash } from 'node:crypto'
import { canonicalJson, type Json } from '../../engine/canonical-json.ts'
import type { DeclaredRecord, DeclaredRecords } from '../records/declared-records.ts'

/** @returns SHA-256 in base64url; `undefined` when the file declares nothing */
export function digestOfFile(declared: DeclaredRecords): string | undefined {
  const records = [...declared.values()].flat()
  if (records.length === 0) return undefined
  const hash = createHash('sha256')
  for (const record of records) hash.update(`${canonicalJson(contentOf(record))}\n`)
  return hash.digest('base64url')
}

/** The id of an image says what it contains. */
function contentOf({ kind, id, read }: DeclaredRecord): Json {
  return kind === 'image' ? [kind, id] : [kind, id, read() as Json]
}
