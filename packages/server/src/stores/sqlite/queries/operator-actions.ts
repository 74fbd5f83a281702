/**
 * @module Emergency actions of operators.
 */
import type { OperatorActionStore } from '../../../engine/ports/operator-actions.ts'
import { OPERATOR_ACTION_COLUMNS, toOperatorAction } from '../../operator-action-rows.ts'
import type { Connection } from '../driver.ts'
import type { GroupCommit } from '../group-commit.ts'

export function createOperatorActionStore(
  connection: Connection,
  group: GroupCommit,
): OperatorActionStore {
  const insert = connection.prepare(
    `INSERT INTO operator_actions (${OPERATOR_ACTION_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL)`,
  )
  const end = connection.prepare(
    `UPDATE operator_actions SET ended_at = ?, ended_by = ?
     WHERE action = 'suspend' AND kind = ? AND target = ? AND key_version = ? AND ended_at IS NULL
     RETURNING id`,
  )
  const list = connection.prepare(
    `SELECT ${OPERATOR_ACTION_COLUMNS} FROM operator_actions ORDER BY started_at, id`,
  )
  return {
    async recordOperatorAction(one) {
      const { id, action, kind, target, keyVersion, reason, actor, startedAt } = one
      await group.write(() =>
        insert.get(id, action, kind, target, keyVersion, reason, actor, startedAt),
      )
    },
    endSuspensions: ({ kind, target, keyVersion }, endedBy, now) =>
      group.write(() => end.all(now, endedBy, kind, target, keyVersion).length),
    async listOperatorActions() {
      return list.all().map(toOperatorAction)
    },
  }
}
