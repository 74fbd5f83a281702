/**
 * @module The registry. To stage a chunk is one statement, and so is a commit.
 */
import { type RegistryStore, STAGING_SECONDS } from '../../../engine/store/registry.ts'
import { createProblemSearch } from '../../registry-problems.ts'
import { createRegistryReads, type ProtectedRegistry } from '../../registry-reads.ts'
import {
  fromRegistryChange,
  fromStoredVersion,
  REGISTRY_CHANGE_COLUMNS,
  REGISTRY_RECORD_COLUMNS,
  toReferences,
  toStagedVersion,
} from '../../registry-rows.ts'
import type { Connection } from '../driver.ts'
import { CHANNEL } from './revocations.ts'

const DROPPED_ROWS = 500

const COLUMNS = REGISTRY_RECORD_COLUMNS.join(', ')
const REFERENCE_COLUMNS = 'kind, id, version, change_id, name, value, rule'
const RECORD_ARRAYS = '$2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[]'
const REFERENCE_ARRAYS =
  '$10::text[], $11::text[], $12::bigint[], $13::text[], $14::text[], $15::text[]'
/** A change that is discarded meanwhile is locked here or there. Its late rows are deleted with it, or after a day. */
const STAGE = `WITH opened AS (
    INSERT INTO registry_stagings (change_id) SELECT $1 WHERE NOT EXISTS (SELECT 1 FROM registry_changes WHERE change_id = $1)
    ON CONFLICT (change_id) DO UPDATE SET is_discarded = registry_stagings.is_discarded RETURNING change_id, is_discarded),
  staged AS (
    INSERT INTO registry_records (${COLUMNS})
    SELECT d.kind, d.id, d.version, o.change_id, d.owner, d.document, d.reference_list, d.digest, d.mac
    FROM opened o, unnest(${RECORD_ARRAYS}, $8::text[], $9::bytea[]) AS d (kind, id, version, owner, document, reference_list, digest, mac)
    WHERE o.is_discarded = 0 ON CONFLICT DO NOTHING),
  referring AS (
    INSERT INTO registry_references (${REFERENCE_COLUMNS})
    SELECT d.kind, d.id, d.version, o.change_id, d.name, d.value, d.rule
    FROM opened o, unnest(${REFERENCE_ARRAYS}) AS d (kind, id, version, name, value, rule)
    WHERE o.is_discarded = 0 ON CONFLICT DO NOTHING)
  SELECT 1 FROM opened WHERE is_discarded = 0`
const CHANGE_TYPES = [
  'bigint',
  'text',
  'text',
  'text',
  'text',
  'text',
  'bigint',
  'bigint',
  'text',
  'text',
  'bytea',
]
const COMMIT = `WITH staging AS (
    SELECT change_id FROM registry_stagings WHERE change_id = $2 AND is_discarded = 0 FOR UPDATE),
  committed AS (
    INSERT INTO registry_changes (${REGISTRY_CHANGE_COLUMNS.join(', ')})
    SELECT ${CHANGE_TYPES.map((type, index) => `$${index + 1}::${type}`).join(', ')} FROM staging
    WHERE (SELECT count(*) FROM registry_records WHERE change_id = $2) = $8
    ON CONFLICT DO NOTHING RETURNING change_id)
  DELETE FROM registry_stagings WHERE change_id IN (SELECT change_id FROM committed) RETURNING change_id`
const CHANGE_AT = 'SELECT change_id FROM registry_changes WHERE sequence = $1'
const DISCARD = `UPDATE registry_stagings SET is_discarded = 1 WHERE change_id = $1
  AND NOT EXISTS (SELECT 1 FROM registry_changes WHERE change_id = $1) RETURNING 1`
const DROP = `WITH dropped AS (
    DELETE FROM registry_records WHERE (kind, id, version, change_id) IN (
      SELECT kind, id, version, change_id FROM registry_records WHERE change_id = $1 LIMIT $2)
    RETURNING kind, id, version, change_id),
  unreferenced AS (
    DELETE FROM registry_references f USING dropped d
    WHERE f.kind = d.kind AND f.id = d.id AND f.version = d.version AND f.change_id = d.change_id)
  SELECT 1 FROM dropped`
const END_STAGING = 'DELETE FROM registry_stagings WHERE change_id = $1 AND is_discarded = 1'
const EXPIRED = `SELECT change_id FROM registry_stagings WHERE staged_at < $1 OR is_discarded = 1 ORDER BY staged_at`

export type PostgresRegistry = RegistryStore & {
  /** Deletes changes that were staged long ago. @returns the number of deleted records */
  dropExpired(now: number, limit: number): Promise<number>
}

export function createRegistryStore(
  connection: Connection,
  protectedRecords: ProtectedRegistry,
): PostgresRegistry {
  const { registryRecord: records, registryChange: changes } = protectedRecords
  const source = {
    query: connection.query,
    parameter: (n: number) => `$${n}`,
    keys: (parameter: string) =>
      `(SELECT e->>0 AS kind, e->>1 AS id FROM jsonb_array_elements(${parameter}::jsonb) e) k`,
  }
  const reads = createRegistryReads(source, protectedRecords)

  /** Ends the staging with its last record. @returns the number of deleted records */
  async function drop(changeId: string, limit: number): Promise<number> {
    if ((await connection.query(DISCARD, changeId)).length === 0) return 0
    const dropped = (await connection.query(DROP, changeId, limit)).length
    if (dropped < limit) await connection.query(END_STAGING, changeId)
    return dropped
  }

  return {
    ...reads,
    ...createProblemSearch(source, reads),
    async stageRecords(changeId, staged) {
      const stored = staged.map((one) => toStagedVersion(changeId, one))
      const rows = stored.map((one) => [...fromStoredVersion(one), records.macOf(one)])
      const references = stored.flatMap((one) =>
        toReferences(one).map(({ name, value, rule = null }) => ({ ...one, name, value, rule })),
      )
      // Without the change, which all rows have in common.
      const columns = [0, 1, 2, 4, 5, 6, 7, 8].map((column) =>
        rows.map((row) => row[column] ?? null),
      )
      const opened = await connection.query(
        STAGE,
        changeId,
        ...columns,
        references.map(({ kind }) => kind),
        references.map(({ id }) => id),
        references.map(({ version }) => version),
        references.map(({ name }) => name),
        references.map(({ value }) => value),
        references.map(({ rule }) => rule),
      )
      if (opened.length === 0)
        throw new Error(`The change ${changeId} was committed or discarded before.`)
    },
    async commitChange(change) {
      const { changeId, sequence } = change
      const mac = changes.macOf(change)
      const committed = await connection.query(COMMIT, ...fromRegistryChange(change), mac)
      if (committed.length === 0) {
        const [row] = await connection.query(CHANGE_AT, sequence)
        if (!row)
          throw new Error(`The change ${changeId} is not staged completely, or was discarded.`)
        return row[0] === changeId
      }
      connection.notify(CHANNEL)
      return true
    },
    async discardStaged(changeId) {
      while ((await drop(changeId, DROPPED_ROWS)) === DROPPED_ROWS);
    },
    async dropExpired(now, limit) {
      let dropped = 0
      for (const [changeId] of await connection.query(EXPIRED, now - STAGING_SECONDS))
        if (dropped < limit) dropped += await drop(String(changeId), limit - dropped)
      return dropped
    },
  }
}
