/**
 * @module Emergency actions of operators.
 */
import { isInForce } from '../../../engine/operator-actions.ts'
import type { OperatorActionStore } from '../../../engine/store/operator-actions.ts'
import { fromOperatorAction, OPERATOR_ACTION_COLUMNS } from '../../operator-action-rows.ts'
import { type ProtectedRecords, readOperatorAction } from '../../protected-records.ts'
import type { Connection } from '../driver.ts'

const COLUMNS = OPERATOR_ACTION_COLUMNS.join(', ')
const INSERT = `INSERT INTO operator_actions (${COLUMNS})
  VALUES (${OPERATOR_ACTION_COLUMNS.map((_, index) => `$${index + 1}`).join(', ')})`
const SELECT = `SELECT ${COLUMNS} FROM operator_actions WHERE kind = $1 AND target = $2 AND key_version = $3`
/** With the MAC that was read: of two operators who end a suspension at once, one is recorded. */
const END = `UPDATE operator_actions SET action = 'suspend', ended_at = $1, ended_by = $2, mac = $3
  WHERE id = $4 AND mac IS NOT DISTINCT FROM $5 RETURNING id`
const LIST = `SELECT ${COLUMNS} FROM operator_actions ORDER BY started_at, id`

export function createOperatorActionStore(
  connection: Connection,
  protectedRecords: Pick<ProtectedRecords, 'operatorAction'>,
): OperatorActionStore {
  const { operatorAction: actions } = protectedRecords
  return {
    async recordOperatorAction(one) {
      await connection.query(INSERT, ...fromOperatorAction(one), actions.macOf(one))
    },
    async endSuspensions({ kind, target, keyVersion }, endedBy, endedAt) {
      let count = 0
      for (const row of await connection.query(SELECT, kind, target, keyVersion)) {
        const one = readOperatorAction(protectedRecords, row)
        if (!isInForce(one)) continue
        const mac = actions.macOf({ ...one, endedAt, endedBy })
        const storedMac = row.at(-1) ?? null
        count += (await connection.query(END, endedAt, endedBy, mac, one.id, storedMac)).length
      }
      return count
    },
    async listOperatorActions() {
      return (await connection.query(LIST)).map((row) => readOperatorAction(protectedRecords, row))
    },
  }
}
