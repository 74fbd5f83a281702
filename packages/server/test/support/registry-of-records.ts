/**
 * @module A registry whose records are all in memory: every lookup is answered at once.
 */
import { identityOfKey } from '../../src/engine/key-strength.ts'
import type {
  Catalog,
  Client,
  MiniProgram,
  OAuthClient,
  Registry,
} from '../../src/engine/registry.ts'
import { looksAlike } from '../../src/engine/texts/look-alikes.ts'

export type RegistryRecords = {
  readonly clients: readonly Client[]
  readonly miniPrograms: readonly MiniProgram[]
  readonly oauthClients: readonly OAuthClient[]
}

export function registryOfRecords(
  catalog: Catalog,
  { clients, miniPrograms, oauthClients }: RegistryRecords,
): Registry {
  const clientsById = indexBy(clients, ({ clientId }) => clientId)
  const clientsByNumber = indexBy(clients, ({ number }) => number)
  const miniProgramsById = indexBy(miniPrograms, ({ appId }) => appId)
  const oauthClientsById = indexBy(oauthClients, ({ clientId }) => clientId)
  const origins = new Set(oauthClients.flatMap(({ allowedOrigins }) => allowedOrigins))
  return {
    ...catalog,
    findClient: (clientId) => clientsById.get(clientId),
    findClientByNumber: (number) => clientsByNumber.get(number),
    findMiniProgram: (appId) => miniProgramsById.get(appId),
    findOAuthClient: (clientId) => oauthClientsById.get(clientId),
    hasPageOrigin: (origin) => origins.has(origin),
    listMiniPrograms: async (clientId) => miniPrograms.filter((one) => one.clientId === clientId),
    listOAuthClients: async (appId) => oauthClients.filter((one) => one.appId === appId),
    listOAuthClientsByKey: async (key) =>
      oauthClients.filter(({ jwks }) =>
        jwks.some((jwk) => identityOfKey(jwk) === identityOfKey(key)),
      ),
    listNamesLike: async (name) =>
      [...clients, ...miniPrograms].filter((one) => looksAlike(one.name, name)),
  }
}

function indexBy<T, K>(records: readonly T[], keyOf: (record: T) => K): ReadonlyMap<K, T> {
  return new Map(records.map((record) => [keyOf(record), record]))
}
