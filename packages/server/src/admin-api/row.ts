/**
 * @module A row of the table of the admin API: one method of one resource. Routes, validation, authorization and the OpenAPI document are
 * derived from it.
 */
import type { TSchema } from 'typebox'
import type { AdminOperation } from '../engine/admin/operations.ts'
import type { ProblemCode } from '../http/admin/problem-table.ts'
import type { JsonObject } from '../http/strict-json.ts'
import type { AdminCall } from './call.ts'
import type { Change, Reply } from './change.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export type Example = {
  /** The members of the path. */
  readonly path?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string>>
  readonly body?: JsonObject
}

type Common = {
  /** Unique. Clients generate names of functions from it. */
  readonly id: string
  /** Below `/admin/v1`, such as `/clients/{clientId}`. */
  readonly path: string
  /** What it does, as a sentence without a full stop. */
  readonly summary: string
  readonly description: string
  readonly query?: Readonly<Record<string, TSchema>>
  /** Absent: no content. */
  readonly response?: TSchema
  /** What it can fail with, besides the problems of all operations. */
  readonly problems?: readonly ProblemCode[]
  /** Replies have an `ETag`. */
  readonly hasVersion?: true
  readonly example: Example
}

export type ReadRow = Common & {
  readonly method: 'GET'
  /** Replies are pages: `limit`, `cursor`, and a `Link` to the next one. */
  readonly isList?: true
  readonly read: (call: AdminCall) => Promise<Reply>
}

export type ChangeRow = Common & {
  readonly method: Exclude<Method, 'GET'>
  readonly status: 200 | 201 | 204
  readonly body?: TSchema
  /** Of a creation: the member of the reply that is the id in paths. */
  readonly idMember?: string
  /** May wait for the approval of a second person. */
  readonly needsApproval?: true
  /** The body names a user, so it is not stored until it is approved. */
  readonly isBodyPrivate?: true
  /** The body as an approval keeps it, without the ids of users. Default: as it is. */
  readonly bodyToKeep?: (call: AdminCall) => JsonObject
  readonly change: (call: AdminCall) => Promise<Change>
}

export type Row = ReadRow | ChangeRow

export type FoundRow = { readonly operation: AdminOperation; readonly row: Row }

/** Each operation has at least one row. */
export type RowsOf<O extends AdminOperation> = Readonly<Record<O, readonly [Row, ...Row[]]>>

export function isChange(row: Row): row is ChangeRow {
  return row.method !== 'GET'
}

/** Changes of an existing record name the version that they were made from. */
export function needsVersion({ method }: Row): boolean {
  return method === 'PUT' || method === 'PATCH' || method === 'DELETE'
}
