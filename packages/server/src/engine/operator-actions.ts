/**
 * @module What the emergency actions of operators change in the registry. They are applied to a record when it is looked up.
 * @see docs/emergencies.md
 */

import { afterLookup, type Client, type MiniProgram, type Registry } from './registry.ts'
import type { OperatorAction } from './store/operator-actions.ts'

/** The actions by target. A client and a mini program with the same id share an entry. */
type ActionsByTarget = ReadonlyMap<string, readonly OperatorAction[]>

/** The registry after the actions. Suspended clients and mini programs are not active, and a suspended scope does not exist. */
export function withOperatorActions(
  registry: Registry,
  actions: readonly OperatorAction[],
): Registry {
  if (actions.length === 0) return registry
  const byTarget: ActionsByTarget = groupByTarget(actions)
  const changeClient = (client: Client | undefined): Client | undefined =>
    client && clientWithActions(client, byTarget.get(client.clientId))
  const changeMiniProgram = (app: MiniProgram): MiniProgram =>
    miniProgramWithActions(app, byTarget.get(app.appId))
  return {
    ...registry,
    scopes: new Map(
      [...registry.scopes].filter(([scope]) => !isSuspended('scope', byTarget.get(scope))),
    ),
    findClient: (clientId) => afterLookup(registry.findClient(clientId), changeClient),
    findClientByNumber: (number) => afterLookup(registry.findClientByNumber(number), changeClient),
    findMiniProgram: (appId) =>
      afterLookup(registry.findMiniProgram(appId), (app) => app && changeMiniProgram(app)),
    async listMiniPrograms(clientId) {
      return (await registry.listMiniPrograms(clientId)).map(changeMiniProgram)
    },
  }
}

/** @param actions those with the id of this client as their target @returns the same client when they change nothing */
function clientWithActions(client: Client, actions: readonly OperatorAction[] = []): Client {
  if (actions.length === 0) return client
  const consentsNotBefore = latestOf(actions, ['key'])
  const clientTokensNotBefore = latestOf(actions, ['client', 'key'])
  return {
    ...client,
    active: client.active && !isSuspended('client', actions),
    // A thief of a key may have caused consents that the user does not know of. They have to be given again.
    ...(consentsNotBefore > 0 && { consentsNotBefore }),
    ...(clientTokensNotBefore > 0 && { clientTokensNotBefore }),
  }
}

function miniProgramWithActions(
  app: MiniProgram,
  actions: readonly OperatorAction[] = [],
): MiniProgram {
  const clientTokensNotBefore = latestOf(actions, ['miniProgram'])
  if (clientTokensNotBefore === 0) return app
  const active = app.active && !isSuspended('miniProgram', actions)
  return { ...app, active, clientTokensNotBefore }
}

/** @returns the versions of keys that must not verify anything, by clientId */
export function suspendedKeysByClient(
  actions: readonly OperatorAction[],
): ReadonlyMap<string, ReadonlySet<number>> {
  const ofKeys = actions.filter((one) => one.kind === 'key' && isInForce(one))
  return new Map(
    [...groupByTarget(ofKeys)].map(([clientId, group]) => [
      clientId,
      new Set(group.map(({ keyVersion }) => keyVersion)),
    ]),
  )
}

export function isInForce({ action, endedAt }: OperatorAction): boolean {
  return action === 'suspend' && endedAt === undefined
}

/** @param actions those of one target */
function isSuspended(
  kind: OperatorAction['kind'],
  actions: readonly OperatorAction[] = [],
): boolean {
  return actions.some((one) => one.kind === kind && isInForce(one))
}

/** When the last action of these kinds began. 0: there was none. @param actions those of one target */
function latestOf(
  actions: readonly OperatorAction[],
  kinds: readonly OperatorAction['kind'][],
): number {
  const ofKinds = actions.filter(({ kind }) => kinds.includes(kind))
  return Math.max(0, ...ofKinds.map(({ startedAt }) => startedAt))
}

function groupByTarget(actions: readonly OperatorAction[]): ActionsByTarget {
  const groups = new Map<string, OperatorAction[]>()
  for (const action of actions) {
    const group = groups.get(action.target)
    if (group) group.push(action)
    else groups.set(action.target, [action])
  }
  return groups
}
