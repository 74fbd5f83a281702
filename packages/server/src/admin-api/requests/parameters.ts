/**
 * @module Reads what a request says besides its body: the query, and the headers that all operations have.
 */
import Type, { type TSchema } from 'typebox'
import { AdminError } from '../../engine/admin/admin-error.ts'
import { invalidMember } from '../call.ts'
import { isChange, needsVersion, type Row } from '../row.ts'
import { reason } from '../schemas.ts'
import { DEFAULT_LIMIT, MAX_LIMIT } from './pages.ts'
import { throwIssues, validatorOf } from './validation.ts'

export const LIST_PARAMETERS = {
  limit: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: MAX_LIMIT,
      description: `How many items a page has at most. Default ${DEFAULT_LIMIT}.`,
    }),
  ),
  cursor: Type.Optional(
    Type.String({ maxLength: 1024, description: 'Of the page before: its `next`.' }),
  ),
}

/** `reason` is a parameter where the body has none. */
export const CHANGE_PARAMETERS = {
  dryRun: Type.Optional(
    Type.Boolean({
      description: 'Checks everything, and changes nothing. The reply says what would change.',
    }),
  ),
  reason: Type.Optional(reason),
}

/** The parameters of the query of an operation. */
export function queryOf(row: Row): Readonly<Record<string, TSchema>> {
  if (!isChange(row)) return { ...row.query, ...(row.isList && LIST_PARAMETERS) }
  const hasOwnReason = row.body !== undefined && 'reason' in propertiesOf(row.body)
  return {
    ...row.query,
    dryRun: CHANGE_PARAMETERS.dryRun,
    ...(hasOwnReason ? {} : { reason: CHANGE_PARAMETERS.reason }),
  }
}

export function propertiesOf(schema: TSchema): Readonly<Record<string, TSchema>> {
  return (schema as { readonly properties?: Readonly<Record<string, TSchema>> }).properties ?? {}
}

const schemas = new WeakMap<Row, TSchema>()

function querySchemaOf(row: Row): TSchema {
  const known = schemas.get(row)
  if (known) return known
  const schema: TSchema = Type.Object(queryOf(row), { additionalProperties: false })
  schemas.set(row, schema)
  return schema
}

/** A misspelled parameter is an error: `dryrun=true` must not change anything. @throws {AdminError} `invalid` */
export function readQuery(row: Row, raw: unknown): Readonly<Record<string, unknown>> {
  const properties = queryOf(row)
  const query = Object.fromEntries(
    Object.entries(raw as Record<string, unknown>).map(([name, value]) => [
      name,
      convert(properties[name], value),
    ]),
  )
  throwIssues(validatorOf(querySchemaOf(row))(query))
  return query
}

function convert(schema: TSchema | undefined, value: unknown): unknown {
  const { type } = (schema ?? {}) as { readonly type?: string }
  if (type === 'integer' && /^-?\d{1,15}$/.test(String(value))) return Number(value)
  if (type === 'boolean' && (value === 'true' || value === 'false')) return value === 'true'
  return value
}

const ETAG = /^"(\d{1,15})"$/

/** @returns the version that a change is made from. @throws {AdminError} `version-required`, `invalid` */
export function readVersion(row: Row, header: string | undefined): number | undefined {
  if (!needsVersion(row)) return undefined
  if (header === undefined)
    throw new AdminError(
      'version-required',
      'Send the ETag of the record in the header If-Match, so that no change of somebody else is lost.',
    )
  const [, version] = ETAG.exec(header) ?? []
  if (version === undefined)
    throw invalidMember('/If-Match', 'must be the ETag of the record, such as "3".')
  return Number(version)
}

export const REQUEST_ID_PATTERN = '^[A-Za-z0-9._~-]{1,64}$'
const REQUEST_ID = new RegExp(REQUEST_ID_PATTERN)

/** @throws {AdminError} `invalid` */
export function readRequestId(header: unknown, generated: string): string {
  if (header === undefined) return generated
  if (typeof header === 'string' && REQUEST_ID.test(header)) return header
  throw invalidMember('/Request-Id', `must match ${REQUEST_ID_PATTERN}.`)
}

export const IDEMPOTENCY_KEY_PATTERN = '^[A-Za-z0-9._~-]{16,128}$'
const IDEMPOTENCY_KEY = new RegExp(IDEMPOTENCY_KEY_PATTERN)

/** @returns `undefined` when the request may happen twice @throws {AdminError} `invalid` */
export function readIdempotencyKey(header: unknown): string | undefined {
  if (header === undefined) return undefined
  if (typeof header === 'string' && IDEMPOTENCY_KEY.test(header)) return header
  throw invalidMember('/Idempotency-Key', `must match ${IDEMPOTENCY_KEY_PATTERN}.`)
}
