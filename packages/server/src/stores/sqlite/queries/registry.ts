/**
 * @module The registry. A change of any size is written in short transactions, so other writes never wait for long.
 */
import { type RegistryStore, STAGING_SECONDS } from '../../../engine/store/registry.ts'
import { createProblemSearch } from '../../registry-problems.ts'
import { createRegistryReads, type ProtectedRegistry } from '../../registry-reads.ts'
import {
  fromRegistryChange,
  fromStoredVersion,
  REGISTRY_CHANGE_COLUMNS,
  REGISTRY_RECORD_COLUMNS,
  type StoredVersion,
  toReferences,
  toStagedVersion,
} from '../../registry-rows.ts'
import type { Value } from '../../row-mapping.ts'
import type { Connection, Statement } from '../driver.ts'
import type { GroupCommit } from '../group-commit.ts'

const DROPPED_ROWS = 200

export type SqliteRegistry = {
  readonly store: RegistryStore
  /** To be called within a transaction. @returns the number of deleted records of changes that were staged long ago */
  dropExpired(now: number, limit: number): number
  /** Calls back after each commit of a change. */
  watch(onChange: () => void): { stop(): Promise<void> }
}

export function createRegistryStore(
  connection: Connection,
  group: GroupCommit,
  protectedRecords: ProtectedRegistry,
): SqliteRegistry {
  const { registryRecord: records, registryChange: changes } = protectedRecords
  const watchers = new Set<() => void>()
  const source = {
    query: createQuery(connection),
    parameter: (n: number) => `?${n}`,
    keys: (parameter: string) =>
      `(SELECT value->>0 AS kind, value->>1 AS id FROM json_each(${parameter})) k`,
  }
  const reads = createRegistryReads(source, protectedRecords)
  const statements = prepareStatements(connection)

  /** @throws {Error} for a change that was committed or discarded */
  function openStaging(changeId: string): void {
    statements.openStaging.get(changeId)
    if (!statements.isOpen.get(changeId))
      throw new Error(`The change ${changeId} was committed or discarded before.`)
  }

  function insert(stored: StoredVersion, mac: Buffer): void {
    const { kind, id, version, changeId } = stored
    statements.insertRecord.get(...fromStoredVersion(stored), mac)
    for (const { name, value, rule = null } of toReferences(stored))
      statements.insertReference.get(kind, id, version, changeId, name, value, rule)
  }

  /** Ends the staging with its last record. @returns the number of deleted records */
  function drop(changeId: string, limit: number): number {
    if (!statements.discard.get(changeId)) return 0
    const dropped = statements.dropRecords.all(changeId, limit)
    for (const [kind = null, id = null, version = null] of dropped)
      statements.dropReferences.get(kind, id, version, changeId)
    if (dropped.length < limit) statements.endStaging.get(changeId)
    return dropped.length
  }

  const store: RegistryStore = {
    ...reads,
    ...createProblemSearch(source, reads),
    async stageRecords(changeId, staged) {
      const rows = staged.map((one) => {
        const stored = toStagedVersion(changeId, one)
        return { stored, mac: records.macOf(stored) }
      })
      await group.write(() => {
        openStaging(changeId)
        for (const { stored, mac } of rows) insert(stored, mac)
      })
    },
    async commitChange(change) {
      const { changeId, sequence, recordCount } = change
      const mac = changes.macOf(change)
      const isCommitted = await group.write(() => {
        const [id] = statements.changeAt.get(sequence) ?? []
        if (id !== undefined) return id === changeId
        const [count] = statements.countStaged.get(changeId) ?? []
        if (!statements.isOpen.get(changeId) || count !== recordCount)
          throw new Error(`The change ${changeId} is not staged completely, or was discarded.`)
        statements.insertChange.get(...fromRegistryChange(change), mac)
        statements.endStaging.get(changeId)
        return true
      })
      if (isCommitted) for (const onChange of watchers) onChange()
      return isCommitted
    },
    async discardStaged(changeId) {
      while ((await group.write(() => drop(changeId, DROPPED_ROWS))) === DROPPED_ROWS);
    },
  }

  return {
    store,
    dropExpired(now, limit) {
      let dropped = 0
      for (const [changeId] of statements.expired.all(now - STAGING_SECONDS))
        if (dropped < limit) dropped += drop(String(changeId), limit - dropped)
      return dropped
    },
    watch(onChange) {
      const watcher = (): void => onChange()
      watchers.add(watcher)
      return { stop: async () => void watchers.delete(watcher) }
    },
  }
}

/** Prepares each text once. */
function createQuery(connection: Connection) {
  const prepared = new Map<string, Statement>()
  return (text: string, ...parameters: readonly Value[]) => {
    const statement = prepared.get(text) ?? connection.prepare(text)
    prepared.set(text, statement)
    return statement.all(...parameters)
  }
}

function prepareStatements(connection: Connection) {
  const insertInto = (table: string, columns: readonly string[], more = ''): Statement =>
    connection.prepare(
      `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')}) ${more}`,
    )
  return {
    openStaging: connection.prepare(
      `INSERT INTO registry_stagings (change_id) SELECT ?1
       WHERE NOT EXISTS (SELECT 1 FROM registry_changes WHERE change_id = ?1) ON CONFLICT DO NOTHING`,
    ),
    isOpen: connection.prepare(
      'SELECT 1 FROM registry_stagings WHERE change_id = ? AND is_discarded = 0',
    ),
    insertRecord: insertInto('registry_records', REGISTRY_RECORD_COLUMNS, 'ON CONFLICT DO NOTHING'),
    insertReference: insertInto(
      'registry_references',
      ['kind', 'id', 'version', 'change_id', 'name', 'value', 'rule'],
      'ON CONFLICT DO NOTHING',
    ),
    changeAt: connection.prepare('SELECT change_id FROM registry_changes WHERE sequence = ?'),
    countStaged: connection.prepare('SELECT count(*) FROM registry_records WHERE change_id = ?'),
    insertChange: insertInto('registry_changes', REGISTRY_CHANGE_COLUMNS),
    endStaging: connection.prepare('DELETE FROM registry_stagings WHERE change_id = ?'),
    discard: connection.prepare(
      `UPDATE registry_stagings SET is_discarded = 1 WHERE change_id = ?1
       AND NOT EXISTS (SELECT 1 FROM registry_changes WHERE change_id = ?1) RETURNING 1`,
    ),
    dropRecords: connection.prepare(
      `DELETE FROM registry_records WHERE rowid IN (
         SELECT rowid FROM registry_records WHERE change_id = ? LIMIT ?) RETURNING kind, id, version`,
    ),
    dropReferences: connection.prepare(
      'DELETE FROM registry_references WHERE kind = ? AND id = ? AND version = ? AND change_id = ?',
    ),
    expired: connection.prepare(
      'SELECT change_id FROM registry_stagings WHERE staged_at < ? OR is_discarded = 1 ORDER BY staged_at',
    ),
  }
}
