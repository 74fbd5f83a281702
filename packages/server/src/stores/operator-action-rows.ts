/**
 * @module Rows of emergency actions of operators. All stores use the same columns in the same order.
 */
import type { OperatorAction } from '../engine/store/operator-actions.ts'
import type { Row, Value } from './row-mapping.ts'

export const OPERATOR_ACTION_COLUMNS = [
  'id',
  'action',
  'kind',
  'target',
  'key_version',
  'reason',
  'actor',
  'started_at',
  'ended_at',
  'ended_by',
  'mac',
] as const

/** In the order of `OPERATOR_ACTION_COLUMNS`, without the MAC. */
export function fromOperatorAction(one: OperatorAction): readonly Value[] {
  const { id, action, kind, target, keyVersion, reason, actor, startedAt } = one
  const { endedAt = null, endedBy = null } = one
  return [id, action, kind, target, keyVersion, reason, actor, startedAt, endedAt, endedBy]
}

export function toOperatorAction(row: Row): OperatorAction {
  const [id, action, kind, target, keyVersion, reason, actor, startedAt, endedAt, endedBy] = row
  return {
    id: String(id),
    action: action as OperatorAction['action'],
    kind: kind as OperatorAction['kind'],
    target: String(target),
    keyVersion: Number(keyVersion),
    reason: String(reason),
    actor: String(actor),
    startedAt: Number(startedAt),
    ...(endedAt !== null && { endedAt: Number(endedAt) }),
    ...(endedBy !== null && { endedBy: String(endedBy) }),
  }
}
