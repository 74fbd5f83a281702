/**
 * @module Reads of the registry. Both stores use the same statements.
 *
 * A version exists when its change has a row in `registry_changes`. The current version of a record is its latest one; when that one is not
 * genuine, the record counts as missing, and an earlier version does not take its place.
 */
import { setImmediate } from 'node:timers/promises'
import {
  type FollowedChange,
  MAX_CHANGE_KEYS,
  type RecordKey,
  type RecordKind,
  type RecordPage,
  type Reference,
  type RegistryChange,
  type RegistryRecord,
  type RegistryStore,
} from '../engine/store/registry.ts'
import type { ProtectedRecords } from './protected-records.ts'
import {
  REGISTRY_CHANGE_COLUMNS,
  REGISTRY_RECORD_COLUMNS,
  type StoredVersion,
  toRecordKey,
  toRecordVersion,
  toReferences,
  toRegistryRecord,
} from './registry-rows.ts'
import type { Row, Value } from './row-mapping.ts'

export type RegistryQuery = {
  /** Runs a statement, which is prepared once. */
  readonly query: (
    text: string,
    ...parameters: readonly Value[]
  ) => readonly Row[] | Promise<readonly Row[]>
  /** The placeholder of the n-th parameter, from 1. */
  readonly parameter: (n: number) => string
  /** A table `k` with the columns `kind` and `id`. @param parameter JSON: `[["wallet","w"]]` */
  readonly keys: (parameter: string) => string
}

export type RegistryReads = Omit<
  RegistryStore,
  'findProblems' | 'stageRecords' | 'commitChange' | 'discardStaged'
>

export type ProtectedRegistry = Pick<ProtectedRecords, 'registryRecord' | 'registryChange'>

const KEYS_PER_READ = 500

const COLUMNS = [
  ...REGISTRY_RECORD_COLUMNS.map((column) => `r.${column}`),
  ...REGISTRY_CHANGE_COLUMNS.map((column) => `c.${column}`),
].join(', ')
const CHANGE_COLUMNS = REGISTRY_CHANGE_COLUMNS.join(', ')
/** The latest version of the record `row`. */
export function latestVersion(row: string): string {
  return `coalesce((SELECT n.version FROM registry_records n CROSS JOIN registry_changes nc
    WHERE nc.change_id = n.change_id AND n.kind = ${row}.kind AND n.id = ${row}.id ORDER BY n.version DESC LIMIT 1), 0)`
}

function statementsFor({ parameter: p, keys }: RegistryQuery) {
  // Ids of any version. The current versions are then read by their keys: a planner without statistics would not do so in one statement.
  const page = `ORDER BY id LIMIT ${p(3)}`
  const ids = `SELECT DISTINCT id FROM registry_records WHERE kind = ${p(1)} AND id > ${p(2)}`
  return {
    read: `SELECT ${COLUMNS} FROM registry_records r CROSS JOIN registry_changes c
      WHERE c.change_id = r.change_id AND r.kind = ${p(1)} AND r.id = ${p(2)} ORDER BY r.version DESC LIMIT ${p(3)}`,
    current: `SELECT ${COLUMNS} FROM ${keys(p(1))} CROSS JOIN registry_records r CROSS JOIN registry_changes c
      WHERE r.kind = k.kind AND r.id = k.id AND r.version = ${latestVersion('k')} AND c.change_id = r.change_id`,
    versions: `SELECT k.kind, k.id, ${latestVersion('k')} FROM ${keys(p(1))}`,
    ids: `${ids} ${page}`,
    idsOfOwner: `${ids} AND owner = ${p(4)} ${page}`,
    idsOfReference: `SELECT DISTINCT id FROM registry_references WHERE kind = ${p(1)} AND id > ${p(2)} AND name = ${p(4)} AND value = ${p(5)} ${page}`,
    keysOfReferences: `SELECT DISTINCT f.kind, f.id FROM ${keys(p(1))} CROSS JOIN registry_references f
      WHERE f.name = k.kind AND f.value = k.id`,
    keysOfChange: `SELECT kind, id, digest FROM registry_records WHERE change_id = ${p(1)} AND (kind, id) > (${p(2)}, ${p(3)})
      ORDER BY kind, id LIMIT ${p(4)}`,
    head: `SELECT ${CHANGE_COLUMNS} FROM registry_changes ORDER BY sequence DESC LIMIT 1`,
    changes: `SELECT ${CHANGE_COLUMNS} FROM registry_changes WHERE sequence > ${p(1)} ORDER BY sequence LIMIT ${p(2)}`,
  }
}

export function createRegistryReads(
  source: RegistryQuery,
  { registryRecord: records, registryChange: changes }: ProtectedRegistry,
): RegistryReads {
  const statements = statementsFor(source)
  const { query } = source

  /** @returns `undefined` when the row of the version or of its change is not genuine */
  function readVersion(row: Row): readonly [StoredVersion, RegistryChange] | undefined {
    const stored = records.read(row.slice(0, REGISTRY_RECORD_COLUMNS.length))
    const change = changes.read(row.slice(REGISTRY_RECORD_COLUMNS.length))
    return stored && change && [stored, change]
  }

  /** In no order. */
  async function readCurrent(
    keys: readonly RecordKey[],
    isMatch: (stored: StoredVersion) => boolean,
  ): Promise<readonly RegistryRecord[]> {
    const found: RegistryRecord[] = []
    for (let n = 0; n < keys.length; n += KEYS_PER_READ)
      for (const row of await query(
        statements.current,
        toKeyList(keys.slice(n, n + KEYS_PER_READ)),
      )) {
        const version = readVersion(row)
        const record = version && isMatch(version[0]) && toRegistryRecord(...version)
        if (record) found.push(record)
      }
    return found
  }

  /** Reads on when records do not match: a page that is shorter than its limit is the last one. */
  async function readPage(
    kind: RecordKind,
    { after = '', limit }: RecordPage,
    readIds: (after: string) => readonly Row[] | Promise<readonly Row[]>,
    isMatch: (stored: StoredVersion) => boolean,
  ): Promise<readonly RegistryRecord[]> {
    const page: RegistryRecord[] = []
    for (let start = after; ; ) {
      const ids = (await readIds(start)).map(([id]) => String(id))
      const records = await readCurrent(
        ids.map((id) => ({ kind, id })),
        isMatch,
      )
      const byId = new Map(records.map((record) => [record.id, record]))
      page.push(...ids.flatMap((id) => byId.get(id) ?? []))
      if (ids.length < limit || page.length >= limit) return page.slice(0, limit)
      start = ids.at(-1) ?? start
    }
  }

  async function followedKeys({
    changeId,
    recordCount,
  }: RegistryChange): Promise<Pick<FollowedChange, 'keys'>> {
    if (recordCount > MAX_CHANGE_KEYS) return {}
    const rows = await query(statements.keysOfChange, changeId, '', '', MAX_CHANGE_KEYS)
    // When a row is missing, any record may have changed.
    return rows.length === recordCount ? { keys: rows.map(toRecordKey) } : {}
  }

  return {
    async readRecord(kind, id) {
      const [row] = await query(statements.read, kind, id, 1)
      const version = row && readVersion(row)
      return version && toRegistryRecord(...version)
    },
    readRecords: (keys) => readCurrent(keys, () => true),
    async readVersions(keys) {
      const rows = await query(statements.versions, toKeyList(keys))
      const found = new Map(rows.map((row) => [textOf(toRecordKey(row)), Number(row[2])]))
      return keys.map((key) => found.get(textOf(key)) ?? 0)
    },
    listRecords: (kind, { owner, ...page }) =>
      readPage(
        kind,
        page,
        (after) =>
          owner === undefined
            ? query(statements.ids, kind, after, page.limit)
            : query(statements.idsOfOwner, kind, after, page.limit, owner),
        (stored) => owner === undefined || stored.owner === owner,
      ),
    findRecords: (kind, { name, value }, page) =>
      readPage(
        kind,
        page,
        (after) => query(statements.idsOfReference, kind, after, page.limit, name, value),
        hasOneOf([{ name, value }]),
      ),
    async findRecordsOfAny(references) {
      const pairs = references.map(({ name, value }) => [name, value])
      const rows = await query(statements.keysOfReferences, JSON.stringify(pairs))
      return readCurrent(rows.map(toRecordKey), hasOneOf(references))
    },
    async readRecordHistory({ kind, id }, limit) {
      const rows = await query(statements.read, kind, id, limit)
      return rows.flatMap((row) => {
        const version = readVersion(row)
        return version ? [toRecordVersion(...version)] : []
      })
    },
    async readStagedDigests(changeId, { after, limit }) {
      // With SQLite, a page does not wait. The event loop continues between pages.
      await setImmediate()
      const start = [after?.kind ?? '', after?.id ?? '']
      const rows = await query(statements.keysOfChange, changeId, ...start, limit)
      return rows.map((row) => ({ ...toRecordKey(row), digest: String(row[2]) }))
    },
    async readHead() {
      const [row] = await query(statements.head)
      if (!row) return { sequence: 0, hash: '' }
      const head = changes.read(row)
      if (head) return head
      throw new Error(
        `The latest line of the registry's change log, ${row[0]}, was edited or added in the database, so nothing can follow it. Run assent audit verify, and restore the database from a backup.`,
      )
    },
    async readRegistryChanges(after, limit) {
      const rows = await query(statements.changes, after, limit)
      const genuine = rows.flatMap((row) => changes.read(row) ?? [])
      return Promise.all(
        genuine.map(async (change) => ({ ...change, ...(await followedKeys(change)) })),
      )
    },
  }
}

/** An earlier version may have had the reference, and rows of references have no MAC. */
function hasOneOf(
  references: readonly Pick<Reference, 'name' | 'value'>[],
): (stored: StoredVersion) => boolean {
  const wanted = new Set(references.map(textOfReference))
  return (stored) => toReferences(stored).some((one) => wanted.has(textOfReference(one)))
}

function textOfReference({ name, value }: Pick<Reference, 'name' | 'value'>): string {
  return `${name}/${value}`
}

/** The parameter of `RegistryQuery.keys`. */
function toKeyList(keys: readonly RecordKey[]): string {
  return JSON.stringify(keys.map(({ kind, id }) => [kind, id]))
}

function textOf({ kind, id }: RecordKey): string {
  return `${kind}/${id}`
}
