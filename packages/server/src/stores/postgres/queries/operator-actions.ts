/**
 * @module Emergency actions of operators.
 */
import type { OperatorAction, OperatorActionStore } from '../../../engine/ports/operator-actions.ts'
import type { Row } from '../../row-mapping.ts'
import type { Connection } from '../driver.ts'

const COLUMNS =
  'id, action, kind, target, key_version, reason, actor, started_at, ended_at, ended_by'

function toAction(row: Row): OperatorAction {
  const [id, action, kind, target, keyVersion, reason, actor, startedAt, endedAt, endedBy] = row
  return {
    ...({ id, action, kind, target, keyVersion, reason, actor, startedAt } as OperatorAction),
    ...(endedAt !== null && { endedAt: endedAt as number }),
    ...(endedBy !== null && { endedBy: endedBy as string }),
  }
}

const INSERT = `INSERT INTO operator_actions (${COLUMNS})
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULL, NULL)`
const END = `UPDATE operator_actions SET ended_at = $1, ended_by = $2
  WHERE action = 'suspend' AND kind = $3 AND target = $4 AND key_version = $5 AND ended_at IS NULL
  RETURNING id`
const LIST = `SELECT ${COLUMNS} FROM operator_actions ORDER BY started_at, id`

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
      return (await connection.query(LIST)).map(toAction)
    },
  }
}
