/**
 * @module Reads the catalog from the store: wallets, scopes and APIs. There are few of them, so all are in memory, in the forms in which
 * requests need them.
 */
import type { Api as ApiDocument, Scope, Wallet as WalletDocument } from '../config/sections.ts'
import type { Catalog } from '../engine/registry.ts'
import type { RecordKind, RegistryStore } from '../engine/store/registry.ts'
import type { ApiRoutes } from '../http/gateway/api-routes.ts'
import { type Image, PLAIN_THEME, type Theme } from '../http/html/theme-types.ts'
import type { SigningParty } from '../http/signed-messages/signing-context.ts'
import { toApi, toApiRoutes } from './conversions/api.ts'
import { toImage } from './conversions/image.ts'
import { mergeScopes } from './conversions/scope.ts'
import { toTheme, toWallet } from './conversions/wallet.ts'
import { documentsOf } from './current-records.ts'
import { imageIdOf } from './records/image.ts'
import { toSigningParty } from './signing-parties.ts'

/** The catalog, but for the consent durations, which are a setting of the node. */
export type StoredCatalog = Omit<Catalog, 'consentDurations'> & {
  readonly apiRoutes: ApiRoutes
  /** By walletId. */
  readonly walletParties: ReadonlyMap<string, SigningParty>
  /** By walletId. */
  readonly themes: ReadonlyMap<string, Theme>
}

type CatalogStore = Pick<RegistryStore, 'listRecords' | 'readRecord'>

export const CATALOG_KINDS: ReadonlySet<RecordKind> = new Set(['wallet', 'scope', 'api'])

export async function readCatalog(store: CatalogStore): Promise<StoredCatalog> {
  const wallets = await documentsOf<WalletDocument>(store, 'wallet')
  const scopes = await documentsOf<Scope>(store, 'scope')
  const apis = await documentsOf<ApiDocument>(store, 'api')
  return {
    scopes: mergeScopes(scopes),
    wallets: new Map(wallets.map((wallet) => [wallet.walletId, toWallet(wallet)])),
    apis: new Map(apis.map((api) => [api.name, toApi(api)])),
    apiRoutes: toApiRoutes(apis),
    walletParties: new Map(wallets.map((wallet) => [wallet.walletId, toSigningParty(wallet)])),
    themes: await readThemes(store, wallets),
  }
}

async function readThemes(
  store: CatalogStore,
  wallets: readonly WalletDocument[],
): Promise<ReadonlyMap<string, Theme>> {
  const themes = new Map<string, Theme>()
  for (const { walletId, theme } of wallets)
    themes.set(walletId, theme ? toTheme(theme, await readLogo(store, theme.logo)) : PLAIN_THEME)
  return themes
}

async function readLogo(store: CatalogStore, name: string | undefined): Promise<Image | undefined> {
  const id = imageIdOf(name)
  const record = id === undefined ? undefined : await store.readRecord('image', id)
  return record && toImage(record.document)
}
