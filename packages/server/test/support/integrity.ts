/**
 * @module The MACs of stored records in tests. A row that is not genuine fails the test, unless the test expects it.
 */
import { createRecordIntegrity } from '../../src/crypto/records/record-integrity.ts'
import type { RecordIntegrity } from '../../src/engine/ports/record-integrity.ts'

export const TEST_RECORD_KEYS: ReadonlyMap<number, Buffer> = new Map([[1, Buffer.alloc(32, 7)]])

export const TEST_INTEGRITY: RecordIntegrity = createRecordIntegrity(
  TEST_RECORD_KEYS,
  (kind, id) => {
    throw new Error(`The ${kind} ${id} is not genuine.`)
  },
)
