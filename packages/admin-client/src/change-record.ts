/**
 * @module Changes of records that nobody else has changed meanwhile.
 * @see docs/admin-api.md#versions
 */
import { dataOf, type Reply } from './problem.ts'

/** The version that a change is made from. */
export type IfMatch = { readonly 'If-Match': string }

const MAX_ATTEMPTS = 5
const PRECONDITION_FAILED = 412

/**
 * Reads a record and changes it. When somebody else was first, it is read again.
 * @param read a `GET` of the record
 * @param change a `PUT`, `PATCH` or `DELETE` with the version of what was read
 * @throws {AdminApiError}
 *
 * @example
 * const path = { clientId: 'kopi-house' }
 * await changeRecord(
 *   () => admin.GET('/clients/{clientId}', { params: { path } }),
 *   (client, header) => admin.PATCH('/clients/{clientId}', { params: { path, header }, body: { name: `${client.name} Ltd.` } }),
 * )
 */
export async function changeRecord<R, T>(
  read: () => Promise<Reply<R>>,
  change: (record: R, version: IfMatch) => Promise<Reply<T>>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const current = await read()
    const record = dataOf(current)
    const changed = await change(record, { 'If-Match': current.response.headers.get('ETag') ?? '' })
    const isStale = changed.response.status === PRECONDITION_FAILED
    if (!isStale || attempt === MAX_ATTEMPTS) return dataOf(changed)
  }
}
