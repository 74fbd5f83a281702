/**
 * @module What a kind of record consists of: the schema of its document, its id, and what it points to or claims.
 */
import type { TSchema } from 'typebox'
import type { RecordDocument, RecordKind, Reference } from '../../engine/store/registry.ts'
import { nameReadings } from '../../engine/texts/look-alikes.ts'

export type RecordType<D extends object = RecordDocument> = {
  readonly kind: RecordKind
  /** What people call it, such as `mini program`. */
  readonly label: string
  readonly schema: TSchema
  /** The member that is its id. */
  readonly idMember: string
  /** Each name and value once. @param id of the record */
  references(document: D, id: string): readonly Reference[]
}

/** Makes the types of all kinds of documents alike. The schema decides what a document is. */
export function defineRecordType<D extends object>(type: RecordType<D>): RecordType {
  return {
    ...type,
    references: (document, id) => withoutRepetitions(type.references(document as D, id)),
  }
}

/** The last one stays: a rule is stronger than a lookup. */
function withoutRepetitions(references: readonly Reference[]): readonly Reference[] {
  return [
    ...new Map(references.map((one) => [JSON.stringify([one.name, one.value]), one])).values(),
  ]
}

/** A record that must exist. */
export function pointsTo(kind: RecordKind, id: string): Reference {
  return { name: kind, value: id, rule: 'exists' }
}

/** Finds the names that look like this one. */
export function nameReferences(name: string): readonly Reference[] {
  return [...nameReadings(name)].map((value) => ({ name: 'nameReading', value }))
}
