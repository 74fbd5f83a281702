/**
 * @module Emergency actions of operators.
 */
import type { OperatorActionStore } from '../../../engine/ports/operator-actions.ts'
import { OPERATOR_ACTION_COLUMNS, toOperatorAction } from '../../operator-action-rows.ts'
import type { Connection } from '../driver.ts'

const INSERT = `INSERT INTO operator_actions (${OPERATOR_ACTION_COLUMNS})
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULL, NULL)`
const END = `UPDATE operator_actions SET ended_at = $1, ended_by = $2
  WHERE action = 'suspend' AND kind = $3 AND target = $4 AND key_version = $5 AND ended_at IS NULL
  RETURNING id`
const LIST = `SELECT ${OPERATOR_ACTION_COLUMNS} FROM operator_actions ORDER BY started_at, id`

export function createOperatorActionStore(connection: Connection): OperatorActionStore {
  return {
    async recordOperatorAction(one) {
      const { id, action, kind, target, keyVersion, reason, actor, startedAt } = one
      await connection.query(
        INSERT,
        ...[id, action, kind, target, keyVersion, reason, actor, startedAt],
      )
    },
    async endSuspensions({ kind, target, keyVersion }, endedBy, now) {
      return (await connection.query(END, now, endedBy, kind, target, keyVersion)).length
    },
    async listOperatorActions() {
      return (await connection.query(LIST)).map(toOperatorAction)
    },
  }
}
