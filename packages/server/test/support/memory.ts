/**
 * @module The engine with a SQLite store in memory, and without a clock and a network: for tests that run many histories.
 */
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { hasher } from '../../src/crypto/hashes.ts'
import { createMasterKeys } from '../../src/crypto/keys/master-keys.ts'
import { random } from '../../src/crypto/random.ts'
import { createReceipts } from '../../src/crypto/records/receipts.ts'
import { createSealedCredentials } from '../../src/crypto/sealed-credentials.ts'
import type { Ports } from '../../src/engine/ports/ports.ts'
import type { Client } from '../../src/engine/registry.ts'
import { STANDARD_SCOPES } from '../../src/engine/standard-scopes.ts'
import { createCredentialStatusReader } from '../../src/revocation/credential-status.ts'
import { createGrantCache, withGrantCache } from '../../src/revocation/grant-cache.ts'
import { subscribeToRevocations, withOwnRevocations } from '../../src/revocation/log-subscriber.ts'
import { openSqliteStore } from '../../src/stores/sqlite/store.ts'
import type { StoreHandle } from '../../src/stores/store-handle.ts'
import { INSTALLATION } from './installation.ts'
import { TEST_INTEGRITY } from './integrity.ts'
import { clientOf, miniProgramOf, registryOf, WALLET } from './registry.ts'

/** Generated for each test run. */
export const RECEIPT_KEYS = {
  key: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
  userKeyEncryptionKey: randomBytes(32),
}

export type MemoryEngine = {
  readonly ports: Ports
  readonly clients: readonly [Client, Client]
  close(): Promise<void>
}

export async function startMemoryEngine(
  scopes: readonly string[],
  opened: StoreHandle = openSqliteStore(':memory:', { integrity: TEST_INTEGRITY }),
): Promise<MemoryEngine> {
  const revocationLog = await subscribeToRevocations(opened)
  const grants = createGrantCache()
  const store = withGrantCache(withOwnRevocations(opened, revocationLog), grants)
  const clients = [
    clientOf('a', await store.internClient('a')),
    clientOf('b', await store.internClient('b')),
  ] as const
  const registry = registryOf({
    scopes: STANDARD_SCOPES,
    clients,
    miniPrograms: ['a', 'b'].map((name) => miniProgramOf(`app-${name}`, name, scopes)),
    wallets: [WALLET],
  })
  const ports: Ports = {
    registry,
    store,
    accessLog: { record: () => {}, recordSignIn: () => {} },
    funnel: { count: () => {} },
    receipts: createReceipts({
      store: opened,
      keys: { current: () => ({ id: 'assertion-1', key: RECEIPT_KEYS.key }) },
      userKeyEncryptionKey: RECEIPT_KEYS.userKeyEncryptionKey,
      installation: INSTALLATION,
    }),
    credentialStatus: createCredentialStatusReader(store, revocationLog, grants),
    credentials: createSealedCredentials(
      createMasterKeys(new Map([[1, randomBytes(32)]])),
      INSTALLATION,
    ),
    directory: { findUser: async () => ({ status: 'ACTIVE', nickName: 'Nick' }) },
    random,
    hasher,
  }
  return {
    ports,
    clients,
    async close() {
      await revocationLog.stop()
      await opened.close()
    },
  }
}
