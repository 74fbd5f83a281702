/**
 * @module The keys of a key folder by itself, for commands that need no database. A server uses `platform-keys.ts`.
 */
import { createKeyEncryptionKey, readKeyEncryptionKey } from './key-encryption-key.ts'
import { createFirstKeys, type KeyFile, readKeyFolder } from './key-file-folder.ts'
import type { KeyKind } from './key-kinds.ts'
import type { LifecycleKey } from './key-lifecycle.ts'
import { groupByKind } from './key-records.ts'
import { createKeyRing, type PlatformKeys } from './key-ring.ts'

/** Opens the folder, and creates what is missing. @throws {Error} when others can read a key file, or one is damaged */
export function openKeyStore(folder: string): PlatformKeys {
  createKeyEncryptionKey(folder)
  createFirstKeys(folder)
  const { files, problems } = readKeyFolder(folder)
  if (problems[0]) throw problems[0].error
  const { keys } = createKeyRing(groupByKind(files.map(toLifecycleKey)), {
    keyEncryptionKey: readKeyEncryptionKey(folder),
    clock: () => Math.floor(Date.now() / 1000),
    tokenRetentionSeconds: Number.POSITIVE_INFINITY,
  })
  return keys
}

function toLifecycleKey(file: KeyFile): LifecycleKey & { readonly kind: KeyKind } {
  return { ...file, activeFrom: file.activeFrom ?? 0 }
}
