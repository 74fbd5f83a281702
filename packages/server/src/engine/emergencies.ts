/**
 * @module Emergencies: suspends a client, one of its keys, a mini program or a scope, and revokes what was issued to it.
 *
 * Each step is one line of the change log, written before the step. So the log has every step that may have happened, also when the
 * process ends in between. What decides about requests are the operator actions: see decision 92.
 * @see docs/emergencies.md
 */
import { isInForce } from './operator-actions.ts'
import type { Ports } from './ports/ports.ts'
import type { OperatorAction, OperatorActionTarget } from './store/operator-actions.ts'
import { type RevocationTarget, revokeIssuedThrough } from './tokens/revoke.ts'

type StepPorts = Pick<Ports, 'store' | 'random'> & {
  /** Writes a line of the change log that has no records. */
  readonly recordStep: (reason: string) => Promise<void>
}

type MerchantPorts = {
  /** The client that has a mini program. `undefined`: no one has it, so nobody is told. */
  readonly findMerchant: (appId: string) => Promise<string | undefined>
}

/** Who acts, and why. */
export type EmergencyCause = Pick<OperatorAction, 'actor' | 'reason'>

const ID_BYTES = 12
const ALL_KEYS = 0

/**
 * Suspends a target, and then revokes what was issued to it, so nothing new is issued after the revocation. The revocation and the
 * notification of the client are one step, because both are one transaction.
 * @returns what was done, a sentence for each step
 */
export async function suspendTarget(
  ports: StepPorts & MerchantPorts,
  target: OperatorActionTarget,
  cause: EmergencyCause,
  now: number,
): Promise<readonly string[]> {
  const suspension = `Suspends ${describeTarget(target)}.`
  await ports.recordStep(`${suspension} ${cause.reason}`)
  await ports.store.recordOperatorAction(newAction(ports, 'suspend', target, cause, now))
  const revoked = await revocationOf(ports, target)
  if (!revoked) return [suspension]
  const revocation = describeRevocation(revoked)
  await ports.recordStep(`${revocation} ${cause.reason}`)
  await revokeIssuedThrough(ports, revoked, now)
  return [suspension, revocation]
}

/**
 * Ends the suspensions of a target. What was revoked stays revoked.
 * @returns what was done. Empty: the target was not suspended, and nothing was written
 */
export async function reinstateTarget(
  { store, recordStep }: Omit<StepPorts, 'random'>,
  target: OperatorActionTarget,
  { actor, reason }: EmergencyCause,
  now: number,
): Promise<readonly string[]> {
  const actions = await store.listOperatorActions()
  if (!actions.some((one) => isInForce(one) && isSameTarget(one, target))) return []
  const step = `Reinstates ${describeTarget(target)}.`
  await recordStep(`${step} ${reason}`)
  await store.endSuspensions(target, actor, now)
  return [step]
}

/**
 * Revokes everything that was issued until now. After a theft of keys, users are asked again.
 * @returns the sequence number in the revocation log
 */
export async function revokeTarget(
  ports: StepPorts,
  target: RevocationTarget,
  cause: EmergencyCause,
  now: number,
): Promise<number> {
  await ports.recordStep(`${describeRevocation(target)} ${cause.reason}`)
  const action = newAction(ports, 'revoke', recordedTarget(target), cause, now)
  await ports.store.recordOperatorAction(action)
  return revokeIssuedThrough(ports, target, now)
}

/** @example describeTarget({ kind: 'key', target: 'kopi', keyVersion: 2 }) // 'key 2 of client kopi' */
export function describeTarget({ kind, target, keyVersion }: OperatorActionTarget): string {
  if (kind === 'miniProgram') return `mini program ${target}`
  if (kind === 'user') return `a user of wallet ${target}`
  if (kind !== 'key') return `${kind} ${target}`
  return `${keyVersion === ALL_KEYS ? 'all keys' : `key ${keyVersion}`} of client ${target}`
}

/** The log outlives a user, so it does not say which one. */
function describeRevocation(target: RevocationTarget): string {
  const recorded = recordedTarget(target)
  if (target.kind === 'user')
    return `Ends all codes and tokens of ${describeTarget(recorded)}, and tells the clients.`
  if (target.kind === 'miniProgram')
    return `Ends all codes and tokens of mini program ${target.id}, and tells its client.`
  return `Ends all codes and tokens of client ${target.id}, and tells it.`
}

/** A theft of keys is recorded as one of all keys: users are asked again. */
function recordedTarget(target: RevocationTarget): OperatorActionTarget {
  if (target.kind === 'user')
    return { kind: 'user', target: target.user.walletId, keyVersion: ALL_KEYS }
  const isTheft = target.kind === 'client' && target.cause === 'KEY_COMPROMISED'
  return { kind: isTheft ? 'key' : target.kind, target: target.id, keyVersion: ALL_KEYS }
}

function newAction(
  { random }: Pick<Ports, 'random'>,
  action: OperatorAction['action'],
  target: OperatorActionTarget,
  { actor, reason }: EmergencyCause,
  startedAt: number,
): OperatorAction {
  return { id: random.text(ID_BYTES), action, ...target, actor, reason, startedAt }
}

function isSameTarget(one: OperatorActionTarget, other: OperatorActionTarget): boolean {
  return (
    one.kind === other.kind && one.target === other.target && one.keyVersion === other.keyVersion
  )
}

/** A scope has no credentials of its own: its data cannot be read while it is suspended. */
async function revocationOf(
  { findMerchant }: MerchantPorts,
  { kind, target: id }: OperatorActionTarget,
): Promise<RevocationTarget | undefined> {
  switch (kind) {
    case 'client':
      return { kind, id, cause: 'CLIENT_SUSPENDED' }
    case 'key':
      return { kind: 'client', id, cause: 'KEY_COMPROMISED' }
    case 'miniProgram':
      return { kind, id, clientId: await findMerchant(id) }
    default:
      return undefined
  }
}
