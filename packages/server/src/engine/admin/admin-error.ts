/**
 * @module The refusals of the interfaces for administrators. Each cause has one code, and one page: docs/problems.
 */

/**
 * - `sign-in-required`: there is no valid session or token
 * - `forbidden`: the role does not permit the operation
 * - `not-found`: the record does not exist, or belongs to an organization that the caller does not reach
 * - `own-record`: nobody changes the own role, or approves an own request
 * - `cross-site`: the request comes from another site, or its `csrf-token` is missing or wrong
 * - `expired`: the link, sign-in or approval has expired
 * - `used`: the link was used, or somebody else has changed the record first
 * - `invalid`: the request does not fit the record
 * - `exists`: there is a record with this id
 * - `other-owner`: the record belongs to a file
 * - `conflict`: the record does not fit the other records of the registry
 * - `stale`: the record has another version than the one of `If-Match`
 * - `version-required`: `If-Match` is missing
 * - `key-reused`: the `Idempotency-Key` belongs to another request
 * - `in-progress`: the first request with this `Idempotency-Key` has no reply yet
 * - `rate-limited`: the caller has sent too many requests in this minute
 */
export type AdminErrorCode =
  | 'sign-in-required'
  | 'forbidden'
  | 'not-found'
  | 'own-record'
  | 'cross-site'
  | 'expired'
  | 'used'
  | 'invalid'
  | 'exists'
  | 'other-owner'
  | 'conflict'
  | 'stale'
  | 'version-required'
  | 'key-reused'
  | 'in-progress'
  | 'rate-limited'

/** What is wrong with one member of a request. */
export type MemberIssue = {
  /** A JSON Pointer (RFC 6901). Empty: the whole body. */
  readonly pointer: string
  readonly detail: string
}

/** Thrown for each request of an administrator that is refused. The message is shown to the administrator. */
export class AdminError extends Error {
  override readonly name = 'AdminError'
  readonly code: AdminErrorCode
  readonly issues: readonly MemberIssue[]

  constructor(
    code: AdminErrorCode,
    message: string,
    {
      cause,
      issues = [],
    }: { readonly cause?: unknown; readonly issues?: readonly MemberIssue[] } = {},
  ) {
    super(message, { cause })
    this.code = code
    this.issues = issues
  }
}
