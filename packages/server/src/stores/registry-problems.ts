/**
 * @module Why a staged change of the registry cannot be committed. Both stores use the same statements: page by page over the records of the
 * change, so that no statement takes long.
 */
import {
  MAX_RECORD_PROBLEMS,
  type RecordKey,
  type RecordProblem,
  type RegistryStore,
} from '../engine/store/registry.ts'
import { latestVersion, type RegistryQuery, type RegistryReads } from './registry-reads.ts'
import { toRecordKey, toRecordProblem } from './registry-rows.ts'

const PAGE_RECORDS = 200
const PAGE_CHANGES = 100

/**
 * The records of a page are read first. Otherwise, a planner reads the references of the whole change for each page: `CROSS JOIN` keeps
 * SQLite from it, and `MATERIALIZED` keeps PostgreSQL from it.
 */
function statementsFor({ parameter: p }: RegistryQuery) {
  const changeId = p(1)
  /** The records of a change from one to another: a range of an index, which no planner takes for a scan. */
  const range = (row: string, change: string): string =>
    `${row}.change_id = ${change} AND (${row}.kind, ${row}.id) >= (${p(2)}, ${p(3)}) AND (${row}.kind, ${row}.id) <= (${p(4)}, ${p(5)})`
  const page = (row: string, change: string): string =>
    `WITH ${row} AS MATERIALIZED (SELECT kind, id, version, change_id, document FROM registry_records ${row} WHERE ${range(row, change)})`
  /** Whether the version is the current one after the change. */
  const remains = (row: string): string => `(${row}.change_id = ${changeId} OR (
    EXISTS (SELECT 1 FROM registry_changes rc WHERE rc.change_id = ${row}.change_id)
    AND ${row}.version = ${latestVersion(row)}
    AND NOT EXISTS (SELECT 1 FROM registry_records u WHERE u.change_id = ${changeId} AND u.kind = ${row}.kind AND u.id = ${row}.id)))`
  const problems = [
    `SELECT s.kind, s.id, 'conflict', NULL, NULL, NULL, NULL, NULL FROM s
      WHERE s.version - 1 <> ${latestVersion('s')}`,
    `SELECT s.kind, s.id, 'duplicate', f.name, f.value, r.kind, r.id, r.owner FROM s CROSS JOIN registry_references f
      CROSS JOIN registry_references o CROSS JOIN registry_records r
      WHERE ${sameVersion('f', 's')} AND f.rule = 'unique' AND o.name = f.name AND o.value = f.value
      AND o.rule = 'unique' AND NOT (o.kind = f.kind AND o.id = f.id) AND ${sameVersion('r', 'o')} AND ${remains('r')}`,
    `SELECT s.kind, s.id, 'missing', f.name, f.value, NULL, NULL, NULL FROM s CROSS JOIN registry_references f
      WHERE ${sameVersion('f', 's')} AND f.rule = 'exists' AND NOT EXISTS (
        SELECT 1 FROM registry_records r WHERE r.kind = f.name AND r.id = f.value AND r.document IS NOT NULL AND ${remains('r')})`,
    `SELECT s.kind, s.id, 'referenced', o.name, o.value, r.kind, r.id, r.owner FROM s CROSS JOIN registry_references o
      CROSS JOIN registry_records r
      WHERE s.document IS NULL AND o.name = s.kind AND o.value = s.id AND o.rule = 'exists'
      AND ${sameVersion('r', 'o')} AND r.change_id <> ${changeId} AND ${remains('r')}`,
  ]
  // What a later change can break: of the same record, of its unique values, of those it removes, and of those it points to.
  const touched = [
    `SELECT s.kind, s.id FROM l CROSS JOIN registry_records s
      WHERE s.change_id = ${changeId} AND s.kind = l.kind AND s.id = l.id`,
    `SELECT f.kind, f.id FROM l CROSS JOIN registry_references m CROSS JOIN registry_references f
      WHERE ${sameVersion('m', 'l')} AND m.rule = 'unique'
      AND f.name = m.name AND f.value = m.value AND f.change_id = ${changeId}`,
    `SELECT f.kind, f.id FROM l CROSS JOIN registry_references f
      WHERE l.document IS NULL AND f.name = l.kind AND f.value = l.id AND f.change_id = ${changeId}`,
    `SELECT s.kind, s.id FROM l CROSS JOIN registry_references m CROSS JOIN registry_records s
      WHERE ${sameVersion('m', 'l')} AND m.rule = 'exists'
      AND s.change_id = ${changeId} AND s.kind = m.name AND s.id = m.value AND s.document IS NULL`,
  ]
  return {
    problems: `${page('s', changeId)} ${problems.join(' UNION ALL ')} LIMIT ${p(6)}`,
    later: `SELECT sequence, change_id FROM registry_changes WHERE sequence > ${p(1)} ORDER BY sequence LIMIT ${p(2)}`,
    touched: `${page('l', p(6))} ${touched.join(' UNION ')}`,
  }
}

export function createProblemSearch(
  source: RegistryQuery,
  { readStagedDigests }: Pick<RegistryReads, 'readStagedDigests'>,
): Pick<RegistryStore, 'findProblems'> {
  const statements = statementsFor(source)

  async function* pagesOf(changeId: string): AsyncGenerator<readonly RecordKey[]> {
    for (let after: RecordKey | undefined; ; ) {
      const page = await readStagedDigests(changeId, {
        limit: PAGE_RECORDS,
        ...(after && { after }),
      })
      if (page.length > 0) yield page
      after = page.at(-1)
      if (page.length < PAGE_RECORDS) return
    }
  }

  /** The records of the change that a later change can have broken. */
  async function* pagesTouchedSince(
    changeId: string,
    since: number,
  ): AsyncGenerator<readonly RecordKey[]> {
    for (let after = since; ; ) {
      const changes = await source.query(statements.later, after, PAGE_CHANGES)
      for (const [, laterId] of changes)
        for await (const keys of pagesOf(String(laterId))) {
          const rows = await source.query(
            statements.touched,
            changeId,
            ...rangeOf(keys),
            String(laterId),
          )
          for (const row of rows) yield [toRecordKey(row)]
        }
      after = Number(changes.at(-1)?.[0] ?? after)
      if (changes.length < PAGE_CHANGES) return
    }
  }

  return {
    async findProblems(changeId, since) {
      const found = new Map<string, RecordProblem>()
      const pages = since === 0 ? pagesOf(changeId) : pagesTouchedSince(changeId, since)
      for await (const keys of pages) {
        const rows = await source.query(
          statements.problems,
          changeId,
          ...rangeOf(keys),
          MAX_RECORD_PROBLEMS,
        )
        for (const row of rows) found.set(JSON.stringify(row), toRecordProblem(row))
        if (found.size >= MAX_RECORD_PROBLEMS) break
      }
      return [...found.values()].slice(0, MAX_RECORD_PROBLEMS)
    },
  }
}

/** @param keys in order */
function rangeOf(keys: readonly RecordKey[]): readonly string[] {
  return [keys[0], keys.at(-1)].flatMap((key) => (key ? [key.kind, key.id] : []))
}

function sameVersion(one: string, other: string): string {
  return ['kind', 'id', 'version', 'change_id']
    .map((column) => `${one}.${column} = ${other}.${column}`)
    .join(' AND ')
}
