/**
 * @module Says why the store does not accept a change: the record, the other record with its owner, and what to do.
 */
import type { RecordProblem } from '../../engine/store/registry.ts'
import { describeRecord } from '../records/record-types.ts'

/** What the messages call a unique reference. */
const UNIQUE_NAMES: Readonly<Record<string, string>> = {
  key: 'a public key, and who has the private key could act as both: create a new key pair',
  route: 'a path: choose another one',
  membership: 'which is one person, who can be a member of an organization once: keep one of them',
}

/** @example 'mini program kopi names the client kopi-house, which does not exist: declare it, or correct the name.' */
export function describeProblem(problem: RecordProblem): string {
  const record = describeRecord(problem)
  const { name = '', value = '', other } = problem
  const holder = other ? `${describeRecord(other)} (owner: ${other.owner})` : 'another record'
  switch (problem.problem) {
    case 'conflict':
      return `${record} was changed by somebody else meanwhile: compare again, and repeat the command.`
    case 'duplicate':
      return `${record} and ${holder} have the same ${name} ${value}, ${UNIQUE_NAMES[name] ?? 'which must be unique: choose another one'}.`
    case 'missing':
      return `${record} names the ${describeRecord({ kind: name as RecordProblem['kind'], id: value })}, which does not exist: declare it, or correct the name.`
    case 'referenced':
      return `${record} cannot be removed, because ${holder} names it: remove or change that first.`
  }
}
