/**
 * @module What a change does to a record, member by member, as people read it.
 */
import type { RecordDocument, RecordKey, RecordUpdate } from '../../engine/store/registry.ts'
import { fieldChanges } from '../../registry/files/field-changes.ts'
import { imageSize } from '../../registry/records/image.ts'
import type { AdminCall } from '../call.ts'

/** @param before absent: the record is new. @param after absent: it was removed */
export async function recordChange(
  { ports: { store } }: Pick<AdminCall, 'ports'>,
  { kind, id }: RecordKey,
  version: number,
  before: RecordDocument | undefined,
  after: RecordDocument | undefined,
): Promise<object> {
  const describeImage = async (imageId: string): Promise<string> => {
    const image = await store.readRecord('image', imageId)
    return image
      ? `${image.document['type']}, ${imageSize(image.document)} bytes, ${imageId.slice(0, 8)}…`
      : `an image (${imageId.slice(0, 8)}…)`
  }
  const action = after === undefined ? 'removed' : before === undefined ? 'created' : 'changed'
  // Base64 of an image says nothing to people.
  const fields =
    kind === 'image' ? [] : await fieldChanges(before ?? {}, after ?? {}, describeImage)
  return { kind, id, version, action, fields }
}

/** The same for updates that were not written yet. */
export async function plannedChanges(
  call: Pick<AdminCall, 'ports'>,
  updates: readonly RecordUpdate[],
): Promise<readonly object[]> {
  const changes: object[] = []
  for (const update of updates) {
    const current = await call.ports.store.readRecord(update.kind, update.id)
    const { follows, document } = update
    changes.push(await recordChange(call, update, follows + 1, current?.document, document))
  }
  return changes
}
