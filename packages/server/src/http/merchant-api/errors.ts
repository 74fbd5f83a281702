/**
 * @module What each operation of the merchant API can fail with. Tests compare it with all replies that they receive.
 * @see docs/reference/merchant-api.md
 */
import type { ErrorCode, Operation } from '@assent/protocol'
import { SIGNED_REQUEST_ERRORS } from '../signed-messages/reply-schema.ts'

const COMMON_ERRORS: readonly ErrorCode[] = [
  ...SIGNED_REQUEST_ERRORS,
  'CLIENT_NOT_ACTIVE',
  'SANDBOX_CLIENT_REQUIRED',
]

const TOKEN_ERRORS: readonly ErrorCode[] = [
  'GRANT_TYPE_UNSUPPORTED',
  'CODE_UNKNOWN',
  'CODE_USED',
  'CODE_EXPIRED',
  'REFERENCE_MISMATCH',
  'REFRESH_TOKEN_UNKNOWN',
  'REFRESH_TOKEN_EXPIRED',
  'REFRESH_TOKEN_USED',
  'AUTHORIZATION_ENDED',
  'REQUEST_REPEATED',
  'USER_NOT_ACTIVE',
  'USER_UNAVAILABLE',
]

const USER_INFO_ERRORS: readonly ErrorCode[] = [
  'ACCESS_TOKEN_INVALID',
  'ACCESS_TOKEN_EXPIRED',
  'SCOPE_INSUFFICIENT',
  'REFERENCE_MISMATCH',
  'USER_UNAVAILABLE',
]

/** Besides those of every operation. */
export const MERCHANT_API_ERRORS: Readonly<Record<Operation, readonly ErrorCode[]>> = {
  applyToken: TOKEN_ERRORS,
  applyTokenAndInquiryUserInfo: [...new Set([...TOKEN_ERRORS, ...USER_INFO_ERRORS])],
  inquiryUserInfo: USER_INFO_ERRORS,
  cancelToken: ['ACCESS_TOKEN_INVALID'],
  query: ['ACCESS_TOKEN_INVALID'],
  prepare: ['NO_AUTHORIZE_URL', 'REQUEST_REPEATED'],
  events: [],
  pollEvents: [],
  acknowledgeDeletion: ['UNKNOWN_USER_ID', 'REQUEST_REPEATED'],
  accessLog: ['ACCESS_TOKEN_INVALID', 'ACCESS_TOKEN_EXPIRED'],
}

export function errorsOf(operation: Operation): readonly ErrorCode[] {
  return [...COMMON_ERRORS, ...MERCHANT_API_ERRORS[operation]]
}
