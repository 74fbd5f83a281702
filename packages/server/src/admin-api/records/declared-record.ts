/**
 * @module Checks a draft of a record that files can declare as well, by the rules of these files.
 */
import { AdminError } from '../../engine/admin/admin-error.ts'
import { PLATFORM_ORGANIZATION } from '../../engine/admin/roles.ts'
import type { RecordDocument, RecordUpdate } from '../../engine/store/registry.ts'
import { checksOf, readSingleRecord, type SingleKind } from '../../registry/files/single-record.ts'
import { referencesOf } from '../../registry/records/record-types.ts'
import type { AdminCall } from '../call.ts'
import { throwIssues } from '../requests/validation.ts'
import { API_OWNER, messageFor } from './record-owners.ts'
import type { Draft, Prepared } from './resource.ts'

/** @throws {AdminError} `invalid`, `conflict` */
export async function prepareDeclared(
  call: AdminCall,
  kind: SingleKind,
  { id, document }: Draft,
): Promise<Prepared> {
  const { store } = call.ports
  const single = readSingleRecord(kind, document, call.settings, store)
  if (!('document' in single)) throwIssues(single)
  const record = single as Exclude<typeof single, readonly unknown[]>
  // The head is read first: what is committed afterwards is compared again before the commit.
  const { sequence } = await store.readHead()
  const checks = await checksOf(store, { kind, id }, record)
  const problems = checks.findProblems([{ kind, id }])
  if (problems.length > 0)
    throw new AdminError('conflict', messageFor(call.principal, problems.join('\n')))
  return {
    document: record.document,
    update: {
      kind,
      id,
      owner: API_OWNER,
      document: record.document,
      references: referencesOf({ kind, id }, record.document),
    },
    others: await newImages(call, record.images),
    checks: [checks],
    sequence,
  }
}

/** An image that the registry has already is the same one. */
async function newImages(
  { ports: { store } }: AdminCall,
  images: readonly { readonly id: string; readonly document: RecordDocument }[],
): Promise<readonly RecordUpdate[]> {
  const updates: RecordUpdate[] = []
  for (const { id, document } of images) {
    if (await store.readRecord('image', id)) continue
    const [follows = 0] = await store.readVersions([{ kind: 'image', id }])
    updates.push({ kind: 'image', id, follows, owner: API_OWNER, document, references: [] })
  }
  return updates
}

/** Members that merchants cannot set themselves. @throws {AdminError} `forbidden` */
export function requirePlatformMembers(
  { principal }: Pick<AdminCall, 'principal'>,
  names: readonly string[],
  { document, current }: Draft,
): void {
  if (principal.organization === PLATFORM_ORGANIZATION) return
  const changed = names.find(
    (name) => JSON.stringify(document[name]) !== JSON.stringify(current?.document[name]),
  )
  if (changed !== undefined)
    throw new AdminError(
      'forbidden',
      `Only the platform sets ${changed}. Leave it as it is, or ask the platform.`,
    )
}
