/**
 * @module Records of scopes: what an operator adds to the standard scopes, or overrides.
 */
import { ScopeSchema } from '../../config/schema/scopes.ts'
import type { Scope } from '../../config/sections.ts'
import { STANDARD_SCOPES } from '../../engine/standard-scopes.ts'
import type { Reference } from '../../engine/store/registry.ts'
import { defineRecordType, pointsTo, type RecordType } from './record-type.ts'

export const SCOPE: RecordType = defineRecordType<Scope>({
  kind: 'scope',
  label: 'scope',
  schema: ScopeSchema,
  idMember: 'scope',
  references: () => [],
})

const STANDARD_NAMES: ReadonlySet<string> = new Set(STANDARD_SCOPES.map(({ scope }) => scope))

/** Standard scopes exist without a record. */
export function scopeReferences(scopes: readonly string[]): readonly Reference[] {
  return scopes.map((scope) =>
    STANDARD_NAMES.has(scope) ? { name: 'scope', value: scope } : pointsTo('scope', scope),
  )
}
