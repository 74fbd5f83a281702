/**
 * @module The recovery from each result code, and which errors an idempotent call is retried after.
 */
import { ERRORS, type ErrorCode, toResult } from '@assent/protocol'
import { describe, expect, it } from 'vitest'
import {
  AuthorizationRequiredError,
  NotificationError,
  OutcomeUnknownError,
  ReplySignatureError,
  ResultError,
  ScopesMissingError,
  UnavailableError,
} from '../src/index.ts'
import { isRetryable, recoveryFrom } from '../src/recovery.ts'

const SPELLINGS = ['v1', 'v2', 'ams'] as const
const REFRESH: readonly ErrorCode[] = ['ACCESS_TOKEN_INVALID', 'ACCESS_TOKEN_EXPIRED']
const REAUTHORIZE: readonly ErrorCode[] = [
  'REFRESH_TOKEN_UNKNOWN',
  'AUTHORIZATION_ENDED',
  'REFRESH_TOKEN_EXPIRED',
  'REFRESH_TOKEN_USED',
]

function recoveryOf(cause: ErrorCode): string {
  if (REFRESH.includes(cause)) return 'refresh'
  return REAUTHORIZE.includes(cause) ? 'reauthorize' : 'none'
}

const CASES = (Object.keys(ERRORS) as ErrorCode[]).flatMap((cause) =>
  SPELLINGS.map((spelling) => ({ cause, spelling, recovery: recoveryOf(cause) })),
)

describe(recoveryFrom, () => {
  it.each(CASES)('$cause in $spelling → $recovery', ({ cause, spelling, recovery }) => {
    expect(recoveryFrom(new ResultError(toResult(cause, spelling)))).toBe(recovery)
  })

  it.each([
    { name: 'a result code that it does not know', error: resultError('FROM_THE_FUTURE', 'F') },
    { name: 'an error that is not a result', error: new OutcomeUnknownError('lost') },
    { name: 'anything else', error: 'text' },
  ])('$name → none', ({ error }) => {
    expect(recoveryFrom(error)).toBe('none')
  })
})

describe(isRetryable, () => {
  it.each([
    { name: 'an unknown outcome', error: new OutcomeUnknownError('lost'), expected: true },
    { name: 'an unavailable platform', error: new UnavailableError('Busy.'), expected: true },
    { name: 'a result with status U', error: resultError('PROCESS_FAIL', 'U'), expected: true },
    { name: 'a result with status F', error: resultError('PROCESS_FAIL', 'F'), expected: false },
    { name: 'missing scopes', error: new ScopesMissingError(['A']), expected: false },
    { name: 'an invalid signature', error: new ReplySignatureError('forged'), expected: false },
    { name: 'a withdrawal', error: new AuthorizationRequiredError('gone'), expected: false },
    { name: 'a forged notification', error: new NotificationError('forged'), expected: false },
    { name: 'an error of another kind', error: new TypeError('bug'), expected: false },
  ])('$name → $expected', ({ error, expected }) => {
    expect(isRetryable(error)).toBe(expected)
  })
})

function resultError(resultCode: string, resultStatus: 'F' | 'U'): ResultError {
  return new ResultError({ resultStatus, resultCode, resultMessage: 'No.' })
}
