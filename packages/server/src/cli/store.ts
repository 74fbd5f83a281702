/**
 * @module What verbs that work on the database have in common.
 */

import { loadConfig } from '../config/load.ts'
import type { LoadedConfig } from '../config/loaded-config.ts'
import { keyFolderOf, openStore } from '../config/store.ts'
import { openRecordKeys } from '../crypto/keys/key-encryption-key.ts'
import { createRecordIntegrity } from '../crypto/records/record-integrity.ts'
import type { RecordIntegrity } from '../engine/ports/record-integrity.ts'
import type { UserRef } from '../engine/records.ts'
import { UsageError } from './usage-error.ts'

/**
 * Runs the work on the store that the configuration names, and closes the store afterwards.
 * @param onForged called for each row that is not genuine. Default: writes a line to stderr
 */
export async function withStore<T>(
  config: LoadedConfig | string,
  work: (store: Awaited<ReturnType<typeof openStore>>, config: LoadedConfig) => Promise<T>,
  onForged: RecordIntegrity['reportForged'] = warn,
): Promise<T> {
  const loaded = typeof config === 'string' ? loadConfig(config) : config
  const records = openRecordKeys(keyFolderOf(loaded))
  const store = await openStore(loaded, { integrity: createRecordIntegrity(records, onForged) })
  try {
    return await work(store, loaded)
  } finally {
    await store.close()
  }
}

function warn(kind: string, id: string): void {
  process.stderr.write(
    `The ${kind} ${id} was changed in the database without Assent. It permits nothing. Run assent audit verify.\n`,
  )
}

/** @throws {UsageError} when the text is absent or not WALLET/USER */
export function parseUser(text: string | undefined): UserRef {
  const [walletId, ...rest] = text?.split('/') ?? []
  const userId = rest.join('/')
  if (!walletId || !userId) throw new UsageError('--user must be WALLET/USER.')
  return { walletId, userId }
}
