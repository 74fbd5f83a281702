/**
 * @module Validates requests against the schemas of the table, and names every invalid member by a JSON Pointer.
 */
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { Pointer } from 'typebox/value'
import { AdminError, type MemberIssue } from '../../engine/admin/admin-error.ts'

export type Validator = (value: unknown) => readonly MemberIssue[]

const MAX_ISSUES = 20

const validators = new WeakMap<TSchema, Validator>()

/** Compiled at its first use: most operations are rarely called. */
export function validatorOf(schema: TSchema): Validator {
  const known = validators.get(schema)
  if (known) return known
  const compiled = Compile(schema)
  const validator: Validator = (value) =>
    compiled.Check(value) ? [] : issuesOf(schema, compiled.Errors(value))
  validators.set(schema, validator)
  return validator
}

type SchemaError = {
  readonly keyword: string
  readonly schemaPath: string
  readonly instancePath: string
  readonly message: string
}

/** Never empty. */
function issuesOf(schema: TSchema, errors: readonly SchemaError[]): readonly MemberIssue[] {
  // An unknown member is also reported at its own place.
  const own = errors.filter(({ keyword }) => keyword !== 'additionalProperties')
  return (own.length > 0 ? own : errors)
    .slice(0, MAX_ISSUES)
    .map((error) => ({ pointer: error.instancePath, detail: detailOf(schema, error) }))
}

function detailOf(schema: TSchema, { keyword, schemaPath, message }: SchemaError): string {
  if (keyword === 'boolean') return 'is not a known member.'
  const member = Pointer.Get(schema, schemaPath.slice(1)) as Member
  if (keyword === 'const') return `must be ${JSON.stringify(member.const)}.`
  // A pattern alone does not say what it means.
  return keyword === 'pattern' && member.description
    ? `${message}: ${member.description}`
    : `${message}.`
}

type Member = { readonly const?: unknown; readonly description?: string }

/** @throws {AdminError} `invalid` */
export function requireValid(schema: TSchema, value: unknown): void {
  throwIssues(validatorOf(schema)(value))
}

/** @throws {AdminError} `invalid`, unless the list is empty */
export function throwIssues(issues: readonly MemberIssue[]): void {
  if (issues.length === 0) return
  const [first] = issues
  throw new AdminError(
    'invalid',
    `The request is invalid: ${first?.pointer || 'the body'} ${first?.detail}`,
    { issues },
  )
}
