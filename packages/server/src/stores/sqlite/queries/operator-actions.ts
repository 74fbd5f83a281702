/**
 * @module Emergency actions of operators.
 */
import { isInForce } from '../../../engine/operator-actions.ts'
import type { OperatorActionStore } from '../../../engine/store/operator-actions.ts'
import { fromOperatorAction, OPERATOR_ACTION_COLUMNS } from '../../operator-action-rows.ts'
import { type ProtectedRecords, readOperatorAction } from '../../protected-records.ts'
import type { Connection } from '../driver.ts'
import type { GroupCommit } from '../group-commit.ts'

const COLUMNS = OPERATOR_ACTION_COLUMNS.join(', ')

export function createOperatorActionStore(
  connection: Connection,
  group: GroupCommit,
  protectedRecords: Pick<ProtectedRecords, 'operatorAction'>,
): OperatorActionStore {
  const { operatorAction: actions } = protectedRecords
  const insert = connection.prepare(
    `INSERT INTO operator_actions (${COLUMNS}) VALUES (${OPERATOR_ACTION_COLUMNS.map(() => '?').join(', ')})`,
  )
  const select = connection.prepare(
    `SELECT ${COLUMNS} FROM operator_actions WHERE kind = ? AND target = ? AND key_version = ?`,
  )
  const end = connection.prepare(
    `UPDATE operator_actions SET action = 'suspend', ended_at = ?, ended_by = ?, mac = ? WHERE id = ?`,
  )
  const list = connection.prepare(`SELECT ${COLUMNS} FROM operator_actions ORDER BY started_at, id`)
  return {
    async recordOperatorAction(one) {
      await group.write(() => insert.get(...fromOperatorAction(one), actions.macOf(one)))
    },
    endSuspensions: ({ kind, target, keyVersion }, endedBy, endedAt) =>
      group.write(() => {
        const rows = select.all(kind, target, keyVersion)
        const active = rows
          .map((row) => readOperatorAction(protectedRecords, row))
          .filter(isInForce)
        for (const one of active)
          end.get(endedAt, endedBy, actions.macOf({ ...one, endedAt, endedBy }), one.id)
        return active.length
      }),
    async listOperatorActions() {
      return list.all().map((row) => readOperatorAction(protectedRecords, row))
    },
  }
}
