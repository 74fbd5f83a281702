/**
 * @module Emergencies: suspends a client, one of its keys, a mini program or a scope, and revokes what was issued to it.
 * @see docs/emergencies.md
 */
import type { Ports } from './ports/ports.ts'
import type { OperatorAction, OperatorActionTarget } from './store/operator-actions.ts'
import { type RevocationTarget, revokeIssuedThrough } from './tokens/revoke.ts'

type EmergencyPorts = Pick<Ports, 'store' | 'random'> & {
  /** The client that has a mini program. `undefined`: no one has it, so nobody is told. */
  readonly findMerchant: (appId: string) => Promise<string | undefined>
}

const ID_BYTES = 12

export function newOperatorAction(
  { random }: Pick<Ports, 'random'>,
  action: OperatorAction['action'],
  target: OperatorActionTarget,
  { actor, reason, startedAt }: Pick<OperatorAction, 'actor' | 'reason' | 'startedAt'>,
): OperatorAction {
  return { id: random.text(ID_BYTES), action, ...target, actor, reason, startedAt }
}

/** A step of an emergency. `revoke` also tells the client. */
export type EmergencyStep = 'suspend' | 'revoke'

/**
 * Suspends a target. It comes first, so nothing new is issued after the revocation.
 * @param beforeStep called before each step
 */
export async function suspendTarget(
  ports: EmergencyPorts,
  target: OperatorActionTarget,
  cause: Pick<OperatorAction, 'actor' | 'reason'>,
  now: number,
  beforeStep: (step: EmergencyStep) => Promise<void> = async () => {},
): Promise<void> {
  const { store } = ports
  const action = newOperatorAction(ports, 'suspend', target, { ...cause, startedAt: now })
  await beforeStep('suspend')
  await store.recordOperatorAction(action)
  const revocation = await revocationOf(ports, target)
  if (!revocation) return
  await beforeStep('revoke')
  await revokeIssuedThrough({ store }, revocation, now)
}

/** A scope has no credentials of its own: its data cannot be read while it is suspended. */
async function revocationOf(
  { findMerchant }: EmergencyPorts,
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
