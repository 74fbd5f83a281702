/**
 * @module What verbs that work on the database have in common.
 */

import { loadConfig } from '../config/load.ts'
import type { LoadedConfig } from '../config/loaded-config.ts'
import type { UserRef } from '../engine/records.ts'
import { openStore } from '../main/resources.ts'
import { UsageError } from './usage-error.ts'

/** Runs the work on the store that the configuration names, and closes the store afterwards. */
export async function withStore<T>(
  config: LoadedConfig | string,
  work: (store: Awaited<ReturnType<typeof openStore>>, config: LoadedConfig) => Promise<T>,
): Promise<T> {
  const loaded = typeof config === 'string' ? loadConfig(config) : config
  const store = await openStore(loaded)
  try {
    return await work(store, loaded)
  } finally {
    await store.close()
  }
}

/** @throws {UsageError} when the text is absent or not WALLET/USER */
export function parseUser(text: string | undefined): UserRef {
  const [walletId, ...rest] = text?.split('/') ?? []
  const userId = rest.join('/')
  if (!walletId || !userId) throw new UsageError('--user must be WALLET/USER.')
  return { walletId, userId }
}
