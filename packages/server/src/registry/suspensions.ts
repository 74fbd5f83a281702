/**
 * @module Follows the emergency actions of operators, which apply to every version of a record.
 * @see docs/emergencies.md
 */
import { isDeepStrictEqual } from 'node:util'
import { suspendedKeysByClient } from '../engine/operator-actions.ts'
import { afterLookup } from '../engine/registry.ts'
import type { OperatorAction, OperatorActionStore } from '../engine/store/operator-actions.ts'
import type { SigningParties, SigningParty } from '../http/signed-messages/signing-context.ts'
import type { RegistryLog } from './registry-log.ts'

const POLL_INTERVAL_MS = 250

export interface ActionFollower {
  /** Resolves when every action that was recorded before the call is in force on this node. */
  catchUp(): Promise<void>
  stop(): Promise<void>
}

/** @param known the actions that the caller has read already */
export function followOperatorActions(
  store: Pick<OperatorActionStore, 'listOperatorActions'>,
  known: readonly OperatorAction[],
  onChange: (actions: readonly OperatorAction[]) => void,
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
    actions = current
    onChange(actions)
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

/** The parties without the keys that are suspended. */
export function withoutSuspendedKeys(
  clients: SigningParties,
  actions: readonly OperatorAction[],
): SigningParties {
  const suspended = suspendedKeysByClient(actions)
  if (suspended.size === 0) return clients
  return {
    findParty(clientId) {
      const keys = suspended.get(clientId)
      const found = clients.findParty(clientId)
      return keys ? afterLookup(found, (party) => party && withoutKeys(party, keys)) : found
    },
  }
}

function withoutKeys(party: SigningParty, suspended: ReadonlySet<number>): SigningParty {
  return {
    ...party,
    keys: new Map([...party.keys].filter(([version]) => !suspended.has(version))),
  }
}
