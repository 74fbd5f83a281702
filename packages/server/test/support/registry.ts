/**
 * @module Entries of a registry for tests: a wallet, a user, clients and mini programs.
 */
import type { UserRef } from '../../src/engine/records.ts'
import type { Client, MiniProgram, Wallet } from '../../src/engine/registry.ts'

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
