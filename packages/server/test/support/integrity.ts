/**
 * @module The MACs of stored records in tests. A row that is not genuine fails the test, unless the test expects it.
 */
import { join } from 'node:path'
import { openRecordKeys } from '../../src/crypto/keys/key-encryption-key.ts'
import { createRecordIntegrity } from '../../src/crypto/records/record-integrity.ts'
import type { RecordIntegrity } from '../../src/engine/ports/record-integrity.ts'
import type { TesterNames } from '../../src/engine/store/testers.ts'
import { createTesterNames } from '../../src/stores/erased-users.ts'

export const TEST_RECORD_KEYS: ReadonlyMap<number, Buffer> = new Map([[1, Buffer.alloc(32, 7)]])

export const TEST_INTEGRITY: RecordIntegrity = createStrictIntegrity(TEST_RECORD_KEYS)

export const TEST_TESTER_NAMES: TesterNames = createTesterNames(TEST_INTEGRITY)

/** To open the store of a running server. @param folder that of its configuration */
export function integrityOf(folder: string): RecordIntegrity {
  return createStrictIntegrity(openRecordKeys(join(folder, 'keys')))
}

function createStrictIntegrity(keys: ReadonlyMap<number, Buffer>): RecordIntegrity {
  return createRecordIntegrity(keys, (kind, id) => {
    throw new Error(`The ${kind} ${id} is not genuine.`)
  })
}
