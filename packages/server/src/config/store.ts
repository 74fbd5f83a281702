/**
 * @module Opens the store that a configuration names.
 */
import { resolve } from 'node:path'
import type { RecordIntegrity } from '../engine/ports/record-integrity.ts'
import { openPostgresStore } from '../stores/postgres/store.ts'
import { openSqliteStore } from '../stores/sqlite/store.ts'
import type { StoreHandle } from '../stores/store-handle.ts'
import type { NodeConfig } from './loaded-config.ts'

/** The store, migrated. */
export async function openStore(
  config: Pick<NodeConfig, 'store' | 'folder'>,
  options: { readonly integrity: RecordIntegrity; readonly serves?: boolean },
): Promise<StoreHandle> {
  const path = sqliteFileOf(config)
  return path === undefined
    ? openPostgresStore(config.store, options)
    : openSqliteStore(path, options)
}

const SQLITE_SCHEME = 'sqlite:'

/** @returns `undefined` when the store is not an SQLite file */
export function sqliteFileOf({
  store,
  folder,
}: Pick<NodeConfig, 'store' | 'folder'>): string | undefined {
  if (!store.startsWith(SQLITE_SCHEME)) return undefined
  return resolve(folder, store.slice(SQLITE_SCHEME.length))
}

export function keyFolderOf({ folder, keys }: Pick<NodeConfig, 'folder' | 'keys'>): string {
  return resolve(folder, keys ?? 'keys')
}
