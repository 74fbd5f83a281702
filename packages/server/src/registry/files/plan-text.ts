/**
 * @module A plan in lines that people read: `+` is created, `~` changed and `-` removed.
 */
import type { RecordKey, RecordKind } from '../../engine/store/registry.ts'
import { DECLARED_TYPES, describeRecord } from '../records/record-types.ts'
import type { FieldChange } from './field-changes.ts'
import type { RegistryPlan } from './plan.ts'

/** Of each kind. Changes and removals are listed in full. */
const MAX_LISTED_CREATIONS = 100

/** @example ['+ mini program kopi', '~ client kopi-house', '    name: "Kopi" → "Kopi House"', '1 to create, 1 to change, …'] */
export function* linesOfPlan(plan: RegistryPlan): Generator<string> {
  const { created, changed, removed, unchangedCount } = plan
  for (const { kind } of DECLARED_TYPES) yield* linesOfCreated(kind, created)
  for (const record of changed) {
    yield `~ ${describeRecord(record)}`
    for (const field of record.fields) yield `    ${lineOfField(field)}`
  }
  for (const record of removed) yield `- ${describeRecord(record)}`
  const counts = [
    `${created.length} to create`,
    `${changed.length} to change`,
    `${removed.length} to remove`,
  ]
  yield `${counts.join(', ')}, ${unchangedCount} unchanged.`
}

export function isEmptyPlan({ created, changed, removed }: RegistryPlan): boolean {
  return created.length + changed.length + removed.length === 0
}

function* linesOfCreated(kind: RecordKind, created: readonly RecordKey[]): Generator<string> {
  const ofKind = created.filter((one) => one.kind === kind)
  for (const record of ofKind.slice(0, MAX_LISTED_CREATIONS)) yield `+ ${describeRecord(record)}`
  const more = ofKind.length - MAX_LISTED_CREATIONS
  if (more > 0) yield `+ ${more} more of the kind ${kind}`
}

function lineOfField({ path, before, after }: FieldChange): string {
  if (before === undefined) return `${path}: + ${after}`
  return after === undefined ? `${path}: - ${before}` : `${path}: ${before} → ${after}`
}
