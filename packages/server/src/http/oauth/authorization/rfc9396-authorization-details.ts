/**
 * @module Authorization details: scopes that the client requires, or requests for a certain consent duration.
 * @see [RFC 9396](https://www.rfc-editor.org/rfc/rfc9396.html)
 */
import { CONSENT_DURATIONS, type ScopeRequest } from '@assent/protocol'
import type { GrantedDetail } from '../../../engine/oauth/granted-details.ts'
import { OAuthError } from '../errors.ts'
import { readScopes } from '../form-parameters.ts'

/** The one type of authorization details of this server (RFC 9396 §2). */
export const AUTHORIZATION_DETAILS_TYPE = 'user_authorization'

export type AuthorizationDetail = {
  readonly scopes: readonly string[]
  readonly options: Pick<ScopeRequest, 'required' | 'lifetime'>
}

const MEMBERS = ['type', 'scopes', 'required', 'lifetime']

/** @throws {OAuthError} `invalid_authorization_details`, `invalid_scope` */
export function readAuthorizationDetails(text: string | undefined): readonly AuthorizationDetail[] {
  if (text === undefined) return []
  const details = parseJson(text)
  if (!Array.isArray(details)) throw invalidDetails()
  return details.map(readDetail)
}

/** `authorization_details` of a response: empty if there are none, so that it can be spread (RFC 9396 §7 and §9). */
export function describeDetails(details: readonly GrantedDetail[] | undefined): {
  readonly authorization_details?: readonly object[]
} {
  return details
    ? {
        authorization_details: details.map((one) => ({ type: AUTHORIZATION_DETAILS_TYPE, ...one })),
      }
    : {}
}

function readDetail(detail: unknown): AuthorizationDetail {
  if (typeof detail !== 'object' || detail === null) throw invalidDetails()
  const { type, scopes, required, lifetime } = detail as Record<string, unknown>
  const duration = CONSENT_DURATIONS.find((known) => known === lifetime)
  const isValid =
    type === AUTHORIZATION_DETAILS_TYPE &&
    Array.isArray(scopes) &&
    scopes.every((scope) => typeof scope === 'string') &&
    ['boolean', 'undefined'].includes(typeof required) &&
    (lifetime === undefined || duration !== undefined) &&
    Object.keys(detail).every((member) => MEMBERS.includes(member))
  if (!isValid) throw invalidDetails()
  return {
    scopes: readScopes(scopes.join(' ')),
    options: { ...(required === true && { required }), ...(duration && { lifetime: duration }) },
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw invalidDetails()
  }
}

function invalidDetails(): OAuthError {
  return new OAuthError(
    'invalid_authorization_details',
    `authorization_details must be a list of {type: "${AUTHORIZATION_DETAILS_TYPE}", scopes, required?, lifetime?}. lifetime must be one of ${CONSENT_DURATIONS.join(', ')}. Purposes cannot be set: the registered ones apply.`,
  )
}
