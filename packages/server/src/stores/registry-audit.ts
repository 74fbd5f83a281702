/**
 * @module Reads the whole registry for an audit: its change log, and every version with the rows by which it is found.
 */
import type { AuditedVersion, AuditReader } from '../engine/store/audit.ts'
import type { Reference } from '../engine/store/registry.ts'
import type { ProtectedRegistry } from './registry-reads.ts'
import {
  REGISTRY_CHANGE_COLUMNS,
  REGISTRY_RECORD_COLUMNS,
  toStagedRecord,
} from './registry-rows.ts'
import type { Row, Value } from './row-mapping.ts'
import { type AuditQuery, readTable, readTablePages } from './table-pages.ts'

/** Documents can be large. */
const PAGE_RECORDS = 100
const KEY = ['kind', 'id', 'version', 'change_id']

export function createRegistryAudit(
  source: AuditQuery,
  { registryRecord: records, registryChange: changes }: ProtectedRegistry,
): Pick<AuditReader, 'registryChanges' | 'registryVersions'> {
  const { query, parameter } = source
  const [first, last] = [1, 1 + KEY.length].map((start) =>
    KEY.map((_, index) => parameter(start + index)).join(', '),
  )
  const selectReferences = `SELECT ${KEY.join(', ')}, name, value, rule FROM registry_references
    WHERE (${KEY.join(', ')}) >= (${first}) AND (${KEY.join(', ')}) <= (${last}) ORDER BY name, value`

  async function referencesOf(rows: readonly Row[]): Promise<ReadonlyMap<string, Reference[]>> {
    const [from, to] = [rows[0], rows.at(-1)].map((row = []) => row.slice(0, KEY.length))
    const found = new Map<string, Reference[]>()
    for (const row of await query(selectReferences, ...(from as Value[]), ...(to as Value[]))) {
      const [name, value, rule] = row.slice(KEY.length)
      const known = found.get(keyOf(row)) ?? []
      known.push({
        name: String(name),
        value: String(value),
        ...(rule !== null && { rule: rule as 'unique' | 'exists' }),
      })
      found.set(keyOf(row), known)
    }
    return found
  }

  return {
    async *registryChanges() {
      const table = {
        name: 'registry_changes',
        columns: REGISTRY_CHANGE_COLUMNS,
        keyLength: 1,
      }
      for await (const row of readTable(source, table)) {
        const change = changes.read(row)
        if (change) yield change
      }
    },
    async *registryVersions() {
      const table = {
        name: 'registry_records',
        columns: REGISTRY_RECORD_COLUMNS,
        keyLength: KEY.length,
      }
      for await (const page of readTablePages(source, table, PAGE_RECORDS)) {
        const references = await referencesOf(page)
        for (const row of page) {
          const stored = records.read(row)
          if (!stored) continue
          const version: AuditedVersion = {
            ...toStagedRecord(stored),
            changeId: stored.changeId,
            foundBy: references.get(keyOf(row)) ?? [],
          }
          yield version
        }
      }
    },
  }
}

function keyOf(row: Row): string {
  return JSON.stringify(row.slice(0, KEY.length))
}
