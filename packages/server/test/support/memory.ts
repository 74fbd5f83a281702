/**
 * @module The engine with everything real but the disk, the clock and the network: for tests that need many histories.
 */
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { LIFETIMES } from '@assent/protocol'
import type { Ports } from '../../src/engine/ports.ts'
import type { UserRef } from '../../src/engine/records.ts'
import type { Client, MiniProgram, Registry, Wallet } from '../../src/engine/registry.ts'
import { STANDARD_SCOPES } from '../../src/engine/standard-scopes.ts'
import { followLog, notingOwnRevocations } from '../../src/feed/follower.ts'
import { createNearGrants, keepingGrants } from '../../src/feed/near-grants.ts'
import { createStandings } from '../../src/feed/standings.ts'
import { hasher, random } from '../../src/signing/hashes.ts'
import { createMasterKeys } from '../../src/signing/master-keys.ts'
import { createReceipts } from '../../src/signing/receipts.ts'
import { createCredentials } from '../../src/signing/sealed-credentials.ts'
import type { OpenStore } from '../../src/stores/open-store.ts'
import { openSqliteStore } from '../../src/stores/sqlite/store.ts'

/** Of one run. */
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
  opened: OpenStore = openSqliteStore(':memory:'),
): Promise<MemoryEngine> {
  const follower = await followLog(opened)
  const grants = createNearGrants()
  const store = keepingGrants(notingOwnRevocations(opened, follower), grants)
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
    lifetimes: { basic: LIFETIMES, sensitive: LIFETIMES, restricted: ['once', '30d'] },
  }
  const ports: Ports = {
    registry,
    store,
    ledger: { note: () => {}, noteSignIn: () => {} },
    funnel: { count: () => {} },
    receipts: createReceipts({
      store: opened,
      ...RECEIPT_KEYS,
      keyId: 'jose-1',
      issuer: 'https://assent.example',
    }),
    standings: createStandings(store, follower, grants),
    credentials: createCredentials(createMasterKeys(new Map([[1, randomBytes(32)]]))),
    directory: { findUser: async () => ({ status: 'ACTIVE', nickName: 'Nick' }) },
    random,
    hasher,
  }
  return {
    ports,
    clients,
    async close() {
      await follower.stop()
      await opened.close()
    },
  }
}
