/**
 * @module Verifies the registry: that no change and no version of a record was edited, added, removed or reordered in the database.
 *
 * Each line of the change log covers its records and all earlier lines by hashes. The newest lines can be cut off without a trace in the
 * database. So the nodes sign the head of the log once a minute, as the heads of the receipt chains, and write it to the file of checkpoints.
 * @see docs/operating.md#edited-databases
 */
import { canonicalJson, type Json } from '../../engine/canonical-json.ts'
import type { AuditedVersion, AuditReader } from '../../engine/store/audit.ts'
import type { Reference, RegistryChange, RegistryHead } from '../../engine/store/registry.ts'
import { addDigest, digestOfRecord, hashOfChange, NO_RECORDS } from './change-hash.ts'

export type ChangeVerification = {
  readonly changes: number
  readonly records: number
  /** One sentence per problem; empty when nothing was altered. */
  readonly problems: readonly string[]
}

type FoundRecords = { recordCount: number; recordsDigest: string }

type Report = (problem: string) => void

/**
 * @param checkpoints heads of the change log that were signed earlier, and stored apart from the database
 */
export async function verifyChanges(
  reader: Pick<AuditReader, 'registryChanges' | 'registryVersions'>,
  checkpoints: readonly RegistryHead[],
): Promise<ChangeVerification> {
  const problems: string[] = []
  const report: Report = (problem) => void problems.push(problem)
  // The log is read before the records. A change that is committed meanwhile adds records that nothing expects.
  const changes = await readLog(reader, checkpoints, report)
  const found = await readVersions(reader, changes, report)
  for (const [changeId, change] of changes) {
    const records = found.get(changeId) ?? { recordCount: 0, recordsDigest: NO_RECORDS }
    if (
      records.recordCount !== change.recordCount ||
      records.recordsDigest !== change.recordsDigest
    )
      report(
        `registry change ${change.sequence}: Some of its records were edited, added or removed: it had ${change.recordCount}, and now has ${records.recordCount}.`,
      )
  }
  const records = [...found.values()].reduce((sum, { recordCount }) => sum + recordCount, 0)
  return { changes: changes.size, records, problems }
}

/** @returns the changes by their ids */
async function readLog(
  reader: Pick<AuditReader, 'registryChanges'>,
  checkpoints: readonly RegistryHead[],
  report: Report,
): Promise<ReadonlyMap<string, RegistryChange>> {
  // Of two checkpoints for one line the first counts: if they differ, the log matches only one of them.
  const signedHashes = new Map(checkpoints.toReversed().map((one) => [one.sequence, one.hash]))
  const changes = new Map<string, RegistryChange>()
  let head: RegistryHead = { sequence: 0, hash: '' }
  for await (const change of reader.registryChanges()) {
    const { sequence } = change
    if (sequence !== head.sequence + 1)
      report(
        `registry change ${sequence}: It follows change ${head.sequence}: changes are missing, added or out of order.`,
      )
    else if (change.hash !== hashOfChange(head.hash, change))
      report(`registry change ${sequence}: Its hash does not match it and the previous change.`)
    if ((signedHashes.get(sequence) ?? change.hash) !== change.hash)
      report(
        `registry change ${sequence}: It does not match its checkpoint: the log was rewritten.`,
      )
    changes.set(change.changeId, change)
    head = change
  }
  const lastSigned = Math.max(0, ...signedHashes.keys())
  if (head.sequence < lastSigned)
    report(
      `The change log of the registry ends at ${head.sequence}, but there is a checkpoint for change ${lastSigned}: the log was truncated.`,
    )
  return changes
}

/** @returns what is left of each change */
async function readVersions(
  reader: Pick<AuditReader, 'registryVersions'>,
  changes: ReadonlyMap<string, RegistryChange>,
  report: Report,
): Promise<ReadonlyMap<string, FoundRecords>> {
  const found = new Map<string, FoundRecords>()
  for await (const version of reader.registryVersions()) {
    const { changeId } = version
    if (!changes.has(changeId)) continue
    for (const problem of problemsOfVersion(version)) report(problem)
    const { recordCount, recordsDigest } = found.get(changeId) ?? {
      recordCount: 0,
      recordsDigest: NO_RECORDS,
    }
    found.set(changeId, {
      recordCount: recordCount + 1,
      recordsDigest: addDigest(recordsDigest, digestOfRecord(version)),
    })
  }
  return found
}

function problemsOfVersion(version: AuditedVersion): readonly string[] {
  const { kind, id, follows, references, foundBy, digest } = version
  const name = `registry record ${kind} ${id}, version ${follows + 1}`
  return [
    ...(digest === digestOfRecord(version) ? [] : [`${name}: Its digest is not the one of it.`]),
    ...(toText(references) === toText(foundBy)
      ? []
      : [`${name}: Rows of registry_references were added, edited or removed.`]),
  ]
}

function toText(references: readonly Reference[]): string {
  const texts = references.map((one) => canonicalJson(one as Json))
  return [...new Set(texts)].sort().join('\n')
}
