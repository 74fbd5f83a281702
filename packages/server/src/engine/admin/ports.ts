/**
 * @module What the administration needs from outside.
 */
import type { Hasher, RandomSource } from '../ports/crypto.ts'
import type { AdminSignInStore } from '../store/admin-sign-in.ts'
import type { ChangeCause, RecordProblem, RecordUpdate, RegistryStore } from '../store/registry.ts'

/** Writes records as one change. @returns why nothing was written; empty when the change is committed */
export type WriteRecords = (
  cause: ChangeCause,
  updates: readonly RecordUpdate[],
) => Promise<readonly RecordProblem[]>

export type AdminPorts = {
  readonly store: RegistryStore & AdminSignInStore
  readonly write: WriteRecords
  readonly random: RandomSource
  readonly hasher: Hasher
}
