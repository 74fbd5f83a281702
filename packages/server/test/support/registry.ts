/**
 * @module A registry for tests, and its entries: a wallet, a user, clients and mini programs.
 */
import { CONSENT_DURATIONS } from '@assent/protocol'
import type { UserRef } from '../../src/engine/records.ts'
import type {
  Catalog,
  Client,
  MiniProgram,
  Registry,
  ScopeEntry,
  Wallet,
} from '../../src/engine/registry.ts'
import { type RegistryRecords, registryOfRecords } from './registry-of-records.ts'

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
    isTester: () => false,
    purposes: {},
    recipients: [],
    active: true,
  }
}

export type RegistryParts = Partial<RegistryRecords> & {
  readonly scopes?: readonly ScopeEntry[]
  readonly wallets?: readonly Wallet[]
  readonly consentDurations?: Catalog['consentDurations']
}

/**
 * The registry of these entries. What is left out is empty; every duration is offered, but restricted scopes do not last. Each lookup
 * is a promise, as for a record that is not in memory, so that a caller that does not wait for it fails.
 */
export function registryOf({
  scopes = [],
  wallets = [],
  consentDurations = {
    basic: CONSENT_DURATIONS,
    sensitive: CONSENT_DURATIONS,
    restricted: ['once', '30d'],
  },
  clients = [],
  miniPrograms = [],
  oauthClients = [],
}: RegistryParts): Registry {
  const catalog: Catalog = {
    scopes: new Map(scopes.map((entry) => [entry.scope, entry])),
    wallets: new Map(wallets.map((wallet) => [wallet.walletId, wallet])),
    apis: new Map(),
    consentDurations,
  }
  const registry = registryOfRecords(catalog, { clients, miniPrograms, oauthClients })
  return {
    ...registry,
    findClient: async (clientId) => registry.findClient(clientId),
    findClientByNumber: async (number) => registry.findClientByNumber(number),
    findMiniProgram: async (appId) => registry.findMiniProgram(appId),
    findOAuthClient: async (clientId) => registry.findOAuthClient(clientId),
    hasPageOrigin: async (origin) => registry.hasPageOrigin(origin),
  }
}
