/**
 * @module Follows the emergency actions of operators, which apply to every version of a record.
 * @see docs/emergencies.md
 */
import { isDeepStrictEqual } from 'node:util'
import { suspendedKeysByClient } from '../engine/operator-actions.ts'
import { afterLookup, type Lookup, type PublicJwk } from '../engine/registry.ts'
import type { OperatorAction, OperatorActionStore } from '../engine/store/operator-actions.ts'
import type { RegistryStore } from '../engine/store/registry.ts'
import type { SigningParties, SigningParty } from '../http/signed-messages/signing-context.ts'
import type { ClientDocument } from './records/client.ts'
import { thumbprintOf, thumbprintOfKey } from './records/public-keys.ts'
import type { RegistryLog } from './registry-log.ts'
import type { RegisteredParty } from './signing-parties.ts'

const POLL_INTERVAL_MS = 250

export interface ActionFollower {
  /** Resolves when every action that was recorded before the call is in force on this node. */
  catchUp(): Promise<void>
  stop(): Promise<void>
}

/**
 * @param known the actions that the caller has read already
 * @param onChange puts them in force. When it rejects, they are passed again later
 */
export function followOperatorActions(
  store: Pick<OperatorActionStore, 'listOperatorActions'>,
  known: readonly OperatorAction[],
  onChange: (actions: readonly OperatorAction[]) => Promise<void>,
  log: RegistryLog,
): ActionFollower {
  let actions = known
  let isStoreReadable = true
  let isStopped = false
  let timer: NodeJS.Timeout | undefined
  let reading: Promise<void> | undefined

  /** Reads one after the other, so that an earlier read never replaces what a later one has found. */
  let last: Promise<void> = Promise.resolve()
  function catchUp(): Promise<void> {
    const next = last.then(read)
    last = next.catch(() => {})
    return next
  }

  async function read(): Promise<void> {
    const current = await store.listOperatorActions()
    if (!isStoreReadable) log.info('The actions of operators can be read again.')
    isStoreReadable = true
    if (isDeepStrictEqual(current, actions)) return
    await onChange(current)
    actions = current
    log.info('The suspensions by operators have changed. They are in force.')
  }

  function fail(error: unknown): void {
    if (!isStoreReadable) return
    isStoreReadable = false
    log.error(
      { err: error },
      'Reading the actions of operators failed. The node keeps the last ones and tries again; check the store.',
    )
  }

  function schedule(): void {
    if (isStopped) return
    timer = setTimeout(() => {
      reading = catchUp().catch(fail).finally(schedule)
    }, POLL_INTERVAL_MS)
    timer.unref()
  }

  schedule()
  return {
    catchUp,
    async stop() {
      isStopped = true
      clearTimeout(timer)
      await reading
    },
  }
}

/**
 * The keys that verify nothing. A stolen key is known by its thumbprint, so it is refused wherever else it is registered: under another
 * version, or as the key of an OAuth client or a service account.
 */
export type SuspendedKeys = {
  readonly versionsByClient: ReadonlyMap<string, ReadonlySet<number>>
  readonly thumbprints: ReadonlySet<string>
}

const NO_SUSPENDED_KEYS: SuspendedKeys = { versionsByClient: new Map(), thumbprints: new Set() }
const MAX_VERSIONS = 1000

/** Reads the history of the clients: the merchant removes a stolen key. */
export async function readSuspendedKeys(
  store: Pick<RegistryStore, 'readRecordHistory'>,
  actions: readonly OperatorAction[],
): Promise<SuspendedKeys> {
  const versionsByClient = suspendedKeysByClient(actions)
  if (versionsByClient.size === 0) return NO_SUSPENDED_KEYS
  const thumbprints = new Set<string>()
  for (const [id, versions] of versionsByClient)
    for (const { document } of await store.readRecordHistory({ kind: 'client', id }, MAX_VERSIONS))
      for (const key of (document as ClientDocument | undefined)?.keys ?? [])
        if (versions.has(key.version)) thumbprints.add(thumbprintOfKey(key))
  return { versionsByClient, thumbprints }
}

export function isSuspendedKey({ thumbprints }: SuspendedKeys, key: PublicJwk): boolean {
  return thumbprints.size > 0 && thumbprints.has(thumbprintOf(key))
}

/** The parties without the keys that are suspended. */
export function withoutSuspendedKeys(
  clients: { findParty(clientId: string): Lookup<RegisteredParty> },
  suspended: SuspendedKeys,
): SigningParties {
  if (suspended.versionsByClient.size === 0) return clients
  return {
    findParty: (clientId) =>
      afterLookup(
        clients.findParty(clientId),
        (party) => party && withoutKeys(party, clientId, suspended),
      ),
  }
}

function withoutKeys(
  party: RegisteredParty,
  clientId: string,
  { versionsByClient, thumbprints }: SuspendedKeys,
): SigningParty {
  const versions = versionsByClient.get(clientId)
  const isSuspended = (version: number): boolean =>
    versions?.has(version) || thumbprints.has(party.thumbprints.get(version) ?? '')
  return {
    ...party,
    keys: new Map([...party.keys].filter(([version]) => !isSuspended(version))),
  }
}
