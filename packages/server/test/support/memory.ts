/**
 * @module The engine with its real stores, caches and cryptography in memory, without disk, clock or network. For tests with many runs.
 */
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { CONSENT_DURATIONS } from '@assent/protocol'
import { hasher, random } from '../../src/crypto/hashes.ts'
import { createMasterKeys } from '../../src/crypto/keys/master-keys.ts'
import { createReceipts } from '../../src/crypto/receipts.ts'
import { createSealedCredentials } from '../../src/crypto/sealed-credentials.ts'
import type { Ports } from '../../src/engine/ports.ts'
import type { UserRef } from '../../src/engine/records.ts'
import type { Client, MiniProgram, Registry, Wallet } from '../../src/engine/registry.ts'
import { STANDARD_SCOPES } from '../../src/engine/standard-scopes.ts'
import { createCredentialStatusReader } from '../../src/revocation/credential-status.ts'
import { createGrantCache, withGrantCache } from '../../src/revocation/grant-cache.ts'
import { subscribeToRevocations, withOwnRevocations } from '../../src/revocation/log-subscriber.ts'
import { openSqliteStore } from '../../src/stores/sqlite/store.ts'
import type { StoreHandle } from '../../src/stores/store-handle.ts'

/** Generated once per test run. */
export const RECEIPT_KEYS = {
  key: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
  vault: randomBytes(32),
}

export const WALLET: Wallet = {
  walletId: 'w',
  name: 'Wallet',
  customerBelongsTo: 'W',
  settingsPath: 'Privacy',
  origins: [],
}

export const USER: UserRef = { walletId: 'w', userId: 'u' }

export function clientOf(clientId: string, number: number): Client {
  return {
    clientId,
    number,
    name: clientId,
    active: true,
    accessTokenLifetimeSeconds: 3600,
    refreshTokenLifetimeSeconds: 30 * 86_400,
    redirectUris: [],
  }
}

export function miniProgramOf(
  appId: string,
  clientId: string,
  scopes: readonly string[],
): MiniProgram {
  return {
    appId,
    clientId,
    name: appId,
    icon: '',
    domains: [],
    scopes: new Set(scopes),
    verified: true,
    testers: new Set<string>(),
    purposes: {},
    recipients: [],
    active: true,
  }
}

export type MemoryEngine = {
  readonly ports: Ports
  readonly clients: readonly [Client, Client]
  close(): Promise<void>
}

export async function startMemoryEngine(
  scopes: readonly string[],
  opened: StoreHandle = openSqliteStore(':memory:'),
): Promise<MemoryEngine> {
  const subscriber = await subscribeToRevocations(opened)
  const grants = createGrantCache()
  const store = withGrantCache(withOwnRevocations(opened, subscriber), grants)
  const clients = [
    clientOf('a', await store.internClient('a')),
    clientOf('b', await store.internClient('b')),
  ] as const
  const registry: Registry = {
    scopes: new Map(STANDARD_SCOPES.map((entry) => [entry.scope, entry])),
    clients: new Map(clients.map((client) => [client.clientId, client])),
    clientsByNumber: new Map(clients.map((client) => [client.number, client])),
    miniPrograms: new Map(
      ['a', 'b'].map((name) => [`app-${name}`, miniProgramOf(`app-${name}`, name, scopes)]),
    ),
    oauthClients: new Map(),
    wallets: new Map([['w', WALLET]]),
    apis: new Map(),
    consentDurations: {
      basic: CONSENT_DURATIONS,
      sensitive: CONSENT_DURATIONS,
      restricted: ['once', '30d'],
    },
  }
  const ports: Ports = {
    registry,
    store,
    accessLog: { record: () => {}, recordSignIn: () => {} },
    funnel: { count: () => {} },
    receipts: createReceipts({
      store: opened,
      ...RECEIPT_KEYS,
      keyId: 'assertion-1',
      issuer: 'https://assent.example',
    }),
    credentialStatus: createCredentialStatusReader(store, subscriber, grants),
    credentials: createSealedCredentials(createMasterKeys(new Map([[1, randomBytes(32)]]))),
    directory: { findUser: async () => ({ status: 'ACTIVE', nickName: 'Nick' }) },
    random,
    hasher,
  }
  return {
    ports,
    clients,
    async close() {
      await subscriber.stop()
      await opened.close()
    },
  }
}
