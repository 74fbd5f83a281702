/**
 * @module The refusals of the admin API.
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

/** Thrown for each request of an administrator that is refused. The message is shown to the administrator. */
export class AdminError extends Error {
  override readonly name = 'AdminError'
  readonly code: AdminErrorCode

  constructor(code: AdminErrorCode, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options)
    this.code = code
  }
}
