/**
 * @module What each operation of the wallet API can fail with. Tests compare it with all replies that they receive.
 * @see docs/reference/wallet-api.md
 */
import type { ErrorCode, WalletOperation } from '@assent/protocol'
import { SIGNED_REQUEST_ERRORS } from '../signed-messages/reply-schema.ts'

const USER_ERRORS: readonly ErrorCode[] = ['USER_UNKNOWN', 'USER_NOT_ACTIVE', 'USER_UNAVAILABLE']

const DECISION_ERRORS: readonly ErrorCode[] = [
  'CONSENT_REQUEST_UNKNOWN',
  'CONSENT_REQUEST_EXPIRED',
  'CONSENT_REQUEST_USED',
  'PAGE_GONE',
  'NOT_PERMITTED',
  'USER_NOT_ACTIVE',
]

/** Besides those of every operation. */
export const WALLET_API_ERRORS: Readonly<Record<WalletOperation, readonly ErrorCode[]>> = {
  consult: [
    ...USER_ERRORS,
    'NOT_PERMITTED',
    'NOT_A_TESTER',
    'SCOPE_NOT_APPROVED',
    'FIRST_SCREEN',
    'DEEP_LINK',
    'NOT_VISIBLE',
    'NO_USER_GESTURE',
    'CONSENT_ALREADY_OPEN',
    'DECLINED_RECENTLY',
    'DECLINED_REPEATEDLY',
    'GUARDIAN_PENDING',
    'LOGIN_REQUIRED',
    'AUTH_REQUEST_INVALID',
    'REQUEST_REPEATED',
  ],
  reject: ['AUTH_REQUEST_INVALID'],
  decide: [...DECISION_ERRORS, 'SHEET_HASH_MISMATCH', 'DECISION_INVALID'],
  complete: DECISION_ERRORS,
  grants: [],
  revoke: ['REQUEST_REPEATED'],
  profile: ['SCOPE_INSUFFICIENT', ...USER_ERRORS],
  settings: [],
  accessLog: [],
  receipts: [],
  clearDenials: ['REQUEST_REPEATED'],
  createPrivacyLink: ['REQUEST_REPEATED'],
  guardianRequests: [],
  openGuardianRequest: [
    'CONSENT_REQUEST_UNKNOWN',
    'CONSENT_ALREADY_OPEN',
    'NOT_PERMITTED',
    ...USER_ERRORS,
    'REQUEST_REPEATED',
  ],
}

export function errorsOf(operation: WalletOperation): readonly ErrorCode[] {
  return [...SIGNED_REQUEST_ERRORS, ...WALLET_API_ERRORS[operation]]
}
