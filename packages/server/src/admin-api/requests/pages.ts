/**
 * @module Pages of lists. A cursor says after which record a page starts, and gives access to nothing.
 */

import { reaches } from '../../engine/admin/authorize.ts'
import type { Reach } from '../../engine/admin/roles.ts'
import type { RecordKind, RegistryRecord, RegistryStore } from '../../engine/store/registry.ts'
import { type AdminCall, invalidMember } from '../call.ts'
import { organizationOf } from '../records/record-owners.ts'

export const DEFAULT_LIMIT = 50
export const MAX_LIMIT = 200
/** A page may be shorter than its limit. So a list of which a caller reaches few records costs no more than others. */
const MAX_SCANNED = 1000

/** The ids of a record and, before it, of the record that it belongs to. */
export type Position = readonly string[]

export type Page<T> = { readonly items: readonly T[]; readonly next?: string }

export function limitOf({ query }: Pick<AdminCall, 'query'>): number {
  const { limit } = query
  return typeof limit === 'number' ? limit : DEFAULT_LIMIT
}

export function encodeCursor(position: Position): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url')
}

/** @returns an empty list for the first page @throws {AdminError} `invalid` */
export function readCursor({ query }: Pick<AdminCall, 'query'>): Position {
  const { cursor } = query
  if (cursor === undefined) return []
  try {
    const position: unknown = JSON.parse(Buffer.from(String(cursor), 'base64url').toString())
    const isPosition =
      Array.isArray(position) &&
      position.length > 0 &&
      position.length <= 2 &&
      position.every((one) => typeof one === 'string')
    if (isPosition) return position
  } catch {
    // It is said below.
  }
  throw invalidMember('/cursor', 'must be the cursor of a page of this list.')
}

export type Found = { readonly record: RegistryRecord; readonly position: Position }

/** Fills a page with what a caller reaches. @param found everything after the cursor, in order */
export async function fillPage(
  call: Pick<AdminCall, 'query' | 'principal' | 'ports'>,
  reach: Reach,
  found: AsyncIterable<Found>,
  isWanted: (record: RegistryRecord) => boolean = () => true,
): Promise<Page<RegistryRecord>> {
  const limit = limitOf(call)
  const items: RegistryRecord[] = []
  let last: Position = []
  let scanned = 0
  for await (const { record, position } of found) {
    if (items.length === limit || scanned === MAX_SCANNED)
      return { items, next: encodeCursor(last) }
    last = position
    scanned++
    if (isWanted(record) && (await isReached(call, reach, record))) items.push(record)
  }
  return { items }
}

export async function isReached(
  { principal, ports }: Pick<AdminCall, 'principal' | 'ports'>,
  reach: Reach,
  record: RegistryRecord,
): Promise<boolean> {
  if (reach === 'any') return true
  const organization = await organizationOf(ports.store, record, record.document)
  return reaches(reach, principal.organization, organization)
}

const PAGE_RECORDS = 200

type Source = (page: {
  readonly after?: string
  readonly limit: number
}) => Promise<readonly RegistryRecord[]>

/** All records of a kind after a position. */
export function allRecords(
  store: Pick<RegistryStore, 'listRecords'>,
  kind: RecordKind,
  [after]: Position,
): AsyncGenerator<Found> {
  return inPages((page) => store.listRecords(kind, page), after)
}

/** The records with a reference. */
export function recordsWith(
  store: Pick<RegistryStore, 'findRecords'>,
  kind: RecordKind,
  reference: { readonly name: string; readonly value: string },
  [after]: Position,
): AsyncGenerator<Found> {
  return inPages((page) => store.findRecords(kind, reference, page), after)
}

/** The mini programs or OAuth clients of all clients of an organization, client by client. */
export async function* recordsOfOrganization(
  store: Pick<RegistryStore, 'findRecords'>,
  kind: 'miniProgram' | 'oauthClient',
  organization: string,
  [afterClient = '', after]: Position,
): AsyncGenerator<Found> {
  const reference = { name: 'organization', value: organization }
  // The client of the cursor may have more records. A cursor is text that anybody can write: what is out of reach is filtered later.
  if (after !== undefined) yield* ofClient(store, kind, afterClient, [after])
  for await (const { record } of inPages(
    (page) => store.findRecords('client', reference, page),
    afterClient === '' ? undefined : afterClient,
  ))
    yield* ofClient(store, kind, record.id, [])
}

async function* ofClient(
  store: Pick<RegistryStore, 'findRecords'>,
  kind: 'miniProgram' | 'oauthClient',
  clientId: string,
  after: Position,
): AsyncGenerator<Found> {
  const reference = { name: 'client', value: clientId }
  for await (const { record } of recordsWith(store, kind, reference, after))
    yield { record, position: [clientId, record.id] }
}

async function* inPages(read: Source, start?: string): AsyncGenerator<Found> {
  for (let after = start; ; ) {
    const page = await read({ limit: PAGE_RECORDS, ...(after !== undefined && { after }) })
    for (const record of page) yield { record, position: [record.id] }
    after = page.at(-1)?.id
    if (page.length < PAGE_RECORDS) return
  }
}
