/**
 * @module Clients, mini programs, OAuth clients and icons, looked up in the store one by one and cached. Nothing here reads all of them.
 */

import type { DiagnosticClient } from '@assent/protocol/signature-diagnostics'
import { LRUCache } from 'lru-cache'
import { toOAuthClient } from '../config/oauth-clients.ts'
import type { OAuthClientEntry } from '../config/sections.ts'
import {
  afterLookup,
  type Client,
  type Lookup,
  type NameOwner,
  type OAuthClient,
  type PublicJwk,
  type Registry,
} from '../engine/registry.ts'
import type {
  RecordDocument,
  RecordKey,
  RecordKind,
  Reference,
  RegistryStore,
} from '../engine/store/registry.ts'
import type { Store } from '../engine/store/store.ts'
import { looksAlike, nameReadings } from '../engine/texts/look-alikes.ts'
import type { Image } from '../http/html/theme-types.ts'
import { toClient } from './conversions/client.ts'
import { toImage } from './conversions/image.ts'
import { toMiniProgram } from './conversions/mini-program.ts'
import { findAll } from './current-records.ts'
import { createRecordCache } from './record-cache.ts'
import type { ClientDocument } from './records/client.ts'
import { imageIdOf } from './records/image.ts'
import type { MiniProgramDocument } from './records/mini-program.ts'
import { thumbprintOf } from './records/public-keys.ts'
import { type RegisteredParty, toDiagnosticClient, toSigningParty } from './signing-parties.ts'

export type LookupStore = Pick<RegistryStore, 'readRecord' | 'findRecords'> &
  Pick<Store, 'internClient' | 'readClientId' | 'testerOf'>

type RegistryLookups = Omit<Registry, 'scopes' | 'wallets' | 'apis' | 'consentDurations'>

export type StoredRecords = {
  readonly lookups: RegistryLookups
  findClientParty(clientId: string): Lookup<RegisteredParty>
  findDiagnosticClient(clientId: string): Lookup<DiagnosticClient>
  /** The icon of a mini program, when this server serves it. */
  findIcon(appId: string): Lookup<Image>
  /** Forgets what a change has changed. @param keys absent: any record may have changed */
  forget(keys: readonly RecordKey[] | undefined): void
}

/** A client in the forms in which requests need it. */
type ClientForms = { readonly client: Client; readonly party: RegisteredParty }

const MAX_CLIENT_NUMBERS = 10_000
/** An icon has up to 256 KB. */
const MAX_ICONS = 100

export function createStoredRecords(store: LookupStore, issuer: string): StoredRecords {
  /** A number is never given to another client. */
  const clientIds = new LRUCache<number, string>({ max: MAX_CLIENT_NUMBERS })

  const clients = createRecordCache(async (clientId): Promise<ClientForms | undefined> => {
    const document = await readDocument<ClientDocument>(store, 'client', clientId)
    if (!document) return undefined
    const number = await store.internClient(clientId)
    clientIds.set(number, clientId)
    return { client: toClient(document, number), party: toSigningParty(document) }
  })
  const miniPrograms = createRecordCache(async (appId) => {
    const document = await readDocument<MiniProgramDocument>(store, 'miniProgram', appId)
    return document && toMiniProgram(document, issuer, store)
  })
  const oauthClients = createRecordCache(async (clientId) => {
    const document = await readDocument<OAuthClientEntry>(store, 'oauthClient', clientId)
    return document && toOAuthClient(document)
  })
  const icons = createRecordCache((appId) => readIcon(store, appId), { max: MAX_ICONS })
  const miniProgramsOf = createRecordCache((clientId) =>
    readAll(store, 'miniProgram', { name: 'client', value: clientId }, (document) =>
      toMiniProgram(document as MiniProgramDocument, issuer, store),
    ),
  )
  const oauthClientsOf = createRecordCache((appId) =>
    readAll(store, 'oauthClient', { name: 'miniProgram', value: appId }, (document) =>
      toOAuthClient(document as OAuthClientEntry),
    ),
  )
  const pageOrigins = createRecordCache(async (origin) => {
    const found = await store.findRecords(
      'oauthClient',
      { name: 'origin', value: origin },
      { limit: 1 },
    )
    return found[0]
  })

  function findClient(clientId: string): Lookup<Client> {
    return afterLookup(clients.find(clientId), (found) => found?.client)
  }

  async function findClientByNumber(number: number): Promise<Client | undefined> {
    const clientId = await store.readClientId(number)
    return clientId === undefined ? undefined : findClient(clientId)
  }

  const forgetRecord: Partial<Record<RecordKind, (id: string) => void>> = {
    client: clients.drop,
    miniProgram(appId) {
      miniPrograms.drop(appId)
      icons.drop(appId)
      miniProgramsOf.clear()
    },
    oauthClient(clientId) {
      oauthClients.drop(clientId)
      oauthClientsOf.clear()
      pageOrigins.clear()
    },
  }
  const caches = [
    clients,
    miniPrograms,
    oauthClients,
    icons,
    miniProgramsOf,
    oauthClientsOf,
    pageOrigins,
  ]
  return {
    lookups: {
      findClient,
      findClientByNumber(number) {
        const clientId = clientIds.get(number)
        return clientId === undefined ? findClientByNumber(number) : findClient(clientId)
      },
      findMiniProgram: miniPrograms.find,
      findOAuthClient: oauthClients.find,
      listMiniPrograms: async (clientId) => (await miniProgramsOf.find(clientId)) ?? [],
      listOAuthClients: async (appId) => (await oauthClientsOf.find(appId)) ?? [],
      listOAuthClientsByKey: (key) => listOAuthClientsByKey(store, key),
      listNamesLike: (name) => listNamesLike(store, name),
      hasPageOrigin: async (origin) => (await pageOrigins.find(origin)) !== undefined,
    },
    findClientParty: (clientId) => afterLookup(clients.find(clientId), (found) => found?.party),
    findDiagnosticClient: (clientId) => findDiagnosticClient(store, clientId),
    findIcon: icons.find,
    forget(keys) {
      if (keys) for (const { kind, id } of keys) forgetRecord[kind]?.(id)
      else for (const cache of caches) cache.clear()
    },
  }
}

/** The keys and the time tolerance of a client. Not cached: only diagnostics need it. */
export async function findDiagnosticClient(
  store: Pick<RegistryStore, 'readRecord'>,
  clientId: string,
): Promise<DiagnosticClient | undefined> {
  const document = await readDocument<ClientDocument>(store, 'client', clientId)
  return document && toDiagnosticClient(document)
}

async function readDocument<D>(
  store: Pick<RegistryStore, 'readRecord'>,
  kind: RecordKind,
  id: string,
): Promise<D | undefined> {
  return (await store.readRecord(kind, id))?.document as D | undefined
}

/** The records that have a reference. @returns at least an empty list, so that it is cached */
async function readAll<T>(
  store: LookupStore,
  kind: RecordKind,
  reference: Pick<Reference, 'name' | 'value'>,
  convert: (document: RecordDocument) => T,
): Promise<readonly T[]> {
  const records: T[] = []
  for await (const { document } of findAll(store, kind, reference)) records.push(convert(document))
  return records
}

async function readIcon(store: LookupStore, appId: string): Promise<Image | undefined> {
  const app = await readDocument<MiniProgramDocument>(store, 'miniProgram', appId)
  const imageId = imageIdOf(app?.icon)
  const image = imageId === undefined ? undefined : await store.readRecord('image', imageId)
  return image && toImage(image.document)
}

function listOAuthClientsByKey(
  store: LookupStore,
  key: PublicJwk,
): Promise<readonly OAuthClient[]> {
  return readAll(store, 'oauthClient', { name: 'key', value: thumbprintOf(key) }, (document) =>
    toOAuthClient(document as OAuthClientEntry),
  )
}

async function listNamesLike(store: LookupStore, name: string): Promise<readonly NameOwner[]> {
  const found: NameOwner[] = []
  for (const value of nameReadings(name))
    for (const kind of ['client', 'miniProgram'] as const)
      found.push(
        ...(await readAll(store, kind, { name: 'nameReading', value }, (document) => ({
          name: String(document['name']),
          clientId: String(document['clientId']),
        }))),
      )
  return found.filter((one) => looksAlike(one.name, name))
}
