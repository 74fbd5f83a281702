/**
 * @module The port to emergency actions of operators: what was suspended or revoked, when, why, and who did it.
 * @see docs/emergencies.md
 */

/** What an action concerns. `key`: a key of a client, which was stolen. */
export type OperatorActionKind = 'client' | 'key' | 'miniProgram' | 'scope' | 'user'

export type OperatorActionTarget = {
  readonly kind: OperatorActionKind
  /** The clientId, appId or scope. Of a user only the wallet, because the action outlives the erasure of the user. */
  readonly target: string
  /** Of a key. 0: all keys of the client. */
  readonly keyVersion: number
}

export type OperatorAction = OperatorActionTarget & {
  /** Random. */
  readonly id: string
  /** `suspend`: in force until it ends. `revoke`: everything that was issued until then was revoked. */
  readonly action: 'suspend' | 'revoke'
  readonly reason: string
  /** Who acted. */
  readonly actor: string
  readonly startedAt: number
  readonly endedAt?: number
  readonly endedBy?: string
}

export interface OperatorActionStore {
  recordOperatorAction(action: OperatorAction): Promise<void>
  /** Ends the suspensions of a target that are in force. @returns how many these were */
  endSuspensions(target: OperatorActionTarget, endedBy: string, now: number): Promise<number>
  /** Lists all actions, the earliest first. There are few: people record them. */
  listOperatorActions(): Promise<readonly OperatorAction[]>
}
