/**
 * @module The registry of a running node: the catalog in memory, caches of everything else, and the followers of the change log and of
 * the emergency actions, which keep both current.
 */

import type { DiagnosticClient } from '@assent/protocol/signature-diagnostics'
import type { NodeConfig } from '../config/loaded-config.ts'
import { withOperatorActions } from '../engine/operator-actions.ts'
import type { Catalog, Lookup, PublicJwk, Registry } from '../engine/registry.ts'
import type { OperatorActionStore } from '../engine/store/operator-actions.ts'
import type { FollowedChange, RegistryStore } from '../engine/store/registry.ts'
import type { ApiRoutes } from '../http/gateway/api-routes.ts'
import type { Image, Theme } from '../http/html/theme-types.ts'
import type { SigningParties } from '../http/signed-messages/signing-context.ts'
import { CATALOG_KINDS, readCatalog } from './catalog.ts'
import { followRegistryLog, type LogFollower } from './changes/log-follower.ts'
import { consentDurationsOf } from './consent-durations.ts'
import type { RegistryLog } from './registry-log.ts'
import { createStoredRecords, type LookupStore } from './stored-records.ts'
import {
  followOperatorActions,
  isSuspendedKey,
  readSuspendedKeys,
  withoutSuspendedKeys,
} from './suspensions.ts'

/** The registry in all forms in which requests need it. */
export type RegistryForms = {
  readonly registry: Registry
  /** The parties that sign requests: clients for the merchant API, wallets for the wallet API. */
  readonly callers: { readonly clients: SigningParties; readonly wallets: SigningParties }
  /** Whether a key was stolen: it verifies nothing, for no party that has registered it. */
  isSuspendedKey(key: PublicJwk): boolean
  readonly apiRoutes: ApiRoutes
  /** By walletId. */
  readonly themes: ReadonlyMap<string, Theme>
  /** The icon of a mini program, when this server serves it. */
  findIcon(appId: string): Lookup<Image>
  /** The keys and time tolerance of a client, for signature diagnostics. */
  findDiagnosticClient(clientId: string): Lookup<DiagnosticClient>
}

export interface LiveRegistry {
  current(): RegistryForms
  /** Changes a setting of the node that is a part of the catalog. */
  setConsentDurations(durations: Catalog['consentDurations']): void
  /** The change log as far as it is in force on this node. `catchUp` also waits for the actions of operators. */
  readonly log: Pick<LogFollower, 'sequence' | 'lagSeconds' | 'catchUp'>
  stop(): Promise<void>
}

export type LiveRegistryStore = LookupStore & RegistryStore & OperatorActionStore

export type LiveRegistryOptions = {
  readonly issuer: string
  readonly consentDurations: Catalog['consentDurations']
  readonly log: RegistryLog
  /** Called when the change log cannot be read for the first time after a success. */
  readonly onReadError?: () => void
}

export async function openLiveRegistry(
  store: LiveRegistryStore,
  { issuer, consentDurations, log, onReadError }: LiveRegistryOptions,
): Promise<LiveRegistry> {
  const { sequence } = await store.readHead()
  const records = createStoredRecords(store, issuer)
  const actions = await store.listOperatorActions()
  const state = {
    catalog: await readCatalog(store),
    actions,
    suspendedKeys: await readSuspendedKeys(store, actions),
    consentDurations,
  }
  let forms = formsOf()

  function formsOf(): RegistryForms {
    const { catalog, actions, suspendedKeys, consentDurations } = state
    const { apiRoutes, walletParties, themes, ...parts } = catalog
    const registry = { ...parts, consentDurations, ...records.lookups }
    return {
      registry: withOperatorActions(registry, actions),
      callers: {
        clients: withoutSuspendedKeys({ findParty: records.findClientParty }, suspendedKeys),
        wallets: { findParty: (walletId) => walletParties.get(walletId) },
      },
      isSuspendedKey: (key) => isSuspendedKey(suspendedKeys, key),
      apiRoutes,
      themes,
      findIcon: records.findIcon,
      findDiagnosticClient: records.findDiagnosticClient,
    }
  }

  function set(change: Partial<typeof state>): void {
    Object.assign(state, change)
    forms = formsOf()
  }

  async function putInForce({ keys }: FollowedChange): Promise<void> {
    if (!keys || keys.some(({ kind }) => CATALOG_KINDS.has(kind)))
      set({ catalog: await readCatalog(store) })
    records.forget(keys)
  }

  const follower = followRegistryLog(store, sequence, {
    onChange: putInForce,
    onError: (error) => {
      onReadError?.()
      log.error(
        { err: error },
        'Reading the change log of the registry failed. The node keeps what it has and tries again; check the store.',
      )
    },
  })
  const actionFollower = followOperatorActions(
    store,
    state.actions,
    async (changed) =>
      set({ actions: changed, suspendedKeys: await readSuspendedKeys(store, changed) }),
    log,
  )
  return {
    current: () => forms,
    setConsentDurations: (durations) => set({ consentDurations: durations }),
    log: {
      ...follower,
      async catchUp() {
        await Promise.all([follower.catchUp(), actionFollower.catchUp()])
      },
    },
    async stop() {
      await follower.stop()
      await actionFollower.stop()
    },
  }
}

/** The registry as it is now, for commands. Suspensions by operators are not applied. */
export async function readRegistry(
  store: LookupStore & RegistryStore,
  config: Pick<NodeConfig, 'issuer' | 'consentDurations'>,
): Promise<Registry> {
  const { scopes, wallets, apis } = await readCatalog(store)
  const consentDurations = consentDurationsOf(config)
  const { lookups } = createStoredRecords(store, config.issuer)
  return { scopes, wallets, apis, consentDurations, ...lookups }
}
