/**
 * @module What the emergency actions of operators change in the registry.
 * @see docs/emergencies.md
 */

import type { Client, MiniProgram, Registry } from './registry.ts'
import type { OperatorAction } from './store/operator-actions.ts'

/** Suspended clients and mini programs are not active, and a suspended scope does not exist. */
export function applyOperatorActions(
  registry: Registry,
  actions: readonly OperatorAction[],
): Registry {
  if (actions.length === 0) return registry
  const isSuspended = (kind: OperatorAction['kind'], target: string): boolean =>
    actions.some((one) => one.kind === kind && one.target === target && isInForce(one))
  const clients = [...registry.clients.values()].map((client): Client => {
    const consentsNotBefore = consentsNotBeforeOf(client, actions)
    return {
      ...client,
      active: client.active && !isSuspended('client', client.clientId),
      ...(consentsNotBefore > 0 && { consentsNotBefore }),
    }
  })
  const miniPrograms = [...registry.miniPrograms.values()].map(
    (app): MiniProgram => ({
      ...app,
      active: app.active && !isSuspended('miniProgram', app.appId),
    }),
  )
  return {
    ...registry,
    clients: new Map(clients.map((client) => [client.clientId, client])),
    clientsByNumber: new Map(clients.map((client) => [client.number, client])),
    miniPrograms: new Map(miniPrograms.map((app) => [app.appId, app])),
    scopes: new Map([...registry.scopes].filter(([scope]) => !isSuspended('scope', scope))),
  }
}

/** @returns the versions of a client's keys that must not verify anything */
export function suspendedKeysOf(
  clientId: string,
  actions: readonly OperatorAction[],
): ReadonlySet<number> {
  const ofClient = actions.filter((one) => one.kind === 'key' && one.target === clientId)
  return new Set(ofClient.filter(isInForce).map(({ keyVersion }) => keyVersion))
}

export function isInForce({ action, endedAt }: OperatorAction): boolean {
  return action === 'suspend' && endedAt === undefined
}

/** A thief of a key may have caused consents that the user does not know of. They have to be given again. */
function consentsNotBeforeOf({ clientId }: Client, actions: readonly OperatorAction[]): number {
  const thefts = actions.filter(({ kind, target }) => kind === 'key' && target === clientId)
  return Math.max(0, ...thefts.map(({ startedAt }) => startedAt))
}
