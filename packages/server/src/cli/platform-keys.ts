/**
 * @module What verbs that work with the keys of the platform have in common.
 */
import type { LoadedConfig } from '../config/loaded-config.ts'
import type { KeyWriter } from '../crypto/keys/key-announcement.ts'
import type { PlatformKeys } from '../crypto/keys/key-ring.ts'
import { openPlatformKeys } from '../crypto/keys/platform-keys.ts'
import { platformKeysOf } from '../main/resources.ts'
import type { StoreHandle } from '../stores/store-handle.ts'
import { withStore } from './store.ts'

/** Opens the store and the keys that the configuration names, and closes the store after the work. */
export function withPlatformKeys<T>(
  config: LoadedConfig | string,
  work: (keys: PlatformKeys, writer: KeyWriter, store: StoreHandle) => Promise<T>,
): Promise<T> {
  return withStore(config, async (store, loaded) => {
    const { keys, writer } = await openPlatformKeys(platformKeysOf(loaded, store))
    return work(keys, writer, store)
  })
}
