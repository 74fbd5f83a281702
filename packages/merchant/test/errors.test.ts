/**
 * @module The errors of the package: one base class, a stable name and code for each.
 */
import { describe, expect, it } from 'vitest'
import {
  AuthorizationRequiredError,
  MerchantError,
  NotificationError,
  OutcomeUnknownError,
  ReplySignatureError,
  ResultError,
  ScopesMissingError,
  UnavailableError,
} from '../src/index.ts'

const details = { cause: new Error('cause'), traceId: 'trace-7' }
const result = { resultStatus: 'F', resultCode: 'USED_CODE', resultMessage: 'Ask again.' } as const

describe(MerchantError, () => {
  it.each([
    { error: new ResultError(result, details), name: 'ResultError', code: 'RESULT' },
    {
      error: new ScopesMissingError(['CARD_LIST'], details),
      name: 'ScopesMissingError',
      code: 'SCOPES_MISSING',
    },
    {
      error: new OutcomeUnknownError('lost', details),
      name: 'OutcomeUnknownError',
      code: 'OUTCOME_UNKNOWN',
    },
    {
      error: new ReplySignatureError('forged', details),
      name: 'ReplySignatureError',
      code: 'REPLY_SIGNATURE',
    },
    {
      error: new UnavailableError('Busy.', details),
      name: 'UnavailableError',
      code: 'UNAVAILABLE',
    },
    {
      error: new AuthorizationRequiredError('gone', details),
      name: 'AuthorizationRequiredError',
      code: 'AUTHORIZATION_REQUIRED',
    },
    {
      error: new NotificationError('forged', details),
      name: 'NotificationError',
      code: 'NOTIFICATION',
    },
  ])('is the base of $name with the code $code', ({ error, name, code }) => {
    expect(error).toBeInstanceOf(MerchantError)
    expect(error).toMatchObject({ name, code, ...details })
  })

  it('says when to try again', () => {
    expect(new UnavailableError('Busy.', { retryAfterSeconds: 7 })).toMatchObject({
      retryAfterSeconds: 7,
      message: 'Busy. Try again after 7 s.',
    })
    expect(new UnavailableError('Busy.').retryAfterSeconds).toBe(1)
  })

  it('shows the code and the remedy of a result', () => {
    expect(new ResultError(result).message).toBe('USED_CODE: Ask again.')
  })

  it('names the missing scopes', () => {
    expect(new ScopesMissingError(['A', 'B']).message).toContain('A, B')
  })
})
