/**
 * @module Emergency actions of operators.
 */
import type { OperatorAction, OperatorActionStore } from '../../../engine/ports/operator-actions.ts'
import type { Row } from '../../row-mapping.ts'
import type { Connection } from '../driver.ts'
import type { GroupCommit } from '../group-commit.ts'

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

export function createOperatorActionStore(
  connection: Connection,
  group: GroupCommit,
): OperatorActionStore {
  const insert = connection.prepare(
    `INSERT INTO operator_actions (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL)`,
  )
  const end = connection.prepare(
    `UPDATE operator_actions SET ended_at = ?, ended_by = ?
     WHERE action = 'suspend' AND kind = ? AND target = ? AND key_version = ? AND ended_at IS NULL
     RETURNING id`,
  )
  const list = connection.prepare(`SELECT ${COLUMNS} FROM operator_actions ORDER BY started_at, id`)
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
      return list.all().map(toAction)
    },
  }
}
