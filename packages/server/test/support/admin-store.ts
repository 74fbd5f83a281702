/**
 * @module A store with the ports of the administration, for tests without a server.
 */
import { hasher } from '../../src/crypto/hashes.ts'
import { random } from '../../src/crypto/random.ts'
import type { AdminPorts } from '../../src/engine/admin/ports.ts'
import { createAdminPorts } from '../../src/main/administrators.ts'
import { openSqliteStore } from '../../src/stores/sqlite/store.ts'
import type { StoreHandle } from '../../src/stores/store-handle.ts'
import { TEST_INTEGRITY } from './integrity.ts'

export type AdminStore = AdminPorts & { readonly store: StoreHandle }

export function openAdminStore(): AdminStore {
  const store = openSqliteStore(':memory:', { integrity: TEST_INTEGRITY })
  return { ...createAdminPorts({ store }), store, random, hasher }
}
