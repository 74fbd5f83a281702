/**
 * @module The error of the JSAPI that a page gets for each failure of the wallet API.
 */
import { ERRORS, type ErrorCode, type JSAPI_CAUSES } from '@assent/protocol'
import { describe, expect, it } from 'vitest'
import type { ForwardedReply } from '../../src/host-core/services.ts'
import { orNetworkError, toCompletionError, unwrap } from '../../src/host-core/wallet-reply.ts'
import { failedReply, SUCCESS } from '../support/services.ts'

const MAPPED: Partial<Record<ErrorCode, keyof typeof JSAPI_CAUSES>> = {
  PARAM_ILLEGAL: 'PARAM_INVALID',
  NOT_PERMITTED: 'NOT_PERMITTED',
  USER_UNKNOWN: 'NOT_PERMITTED',
  USER_NOT_ACTIVE: 'NOT_PERMITTED',
  SCOPE_NOT_APPROVED: 'SCOPE_NOT_APPROVED',
  FIRST_SCREEN: 'FIRST_SCREEN',
  DEEP_LINK: 'DEEP_LINK',
  NO_USER_GESTURE: 'NO_USER_GESTURE',
  CONSENT_ALREADY_OPEN: 'CONSENT_ALREADY_OPEN',
  DECLINED_RECENTLY: 'DECLINED_RECENTLY',
  DECLINED_REPEATEDLY: 'DECLINED_REPEATEDLY',
  NOT_A_TESTER: 'NOT_A_TESTER',
  GUARDIAN_PENDING: 'GUARDIAN_PENDING',
  PAGE_GONE: 'PAGE_GONE',
  NOT_VISIBLE: 'NOT_VISIBLE',
  CONSENT_REQUEST_EXPIRED: 'DISMISSED',
  CONSENT_REQUEST_USED: 'DISMISSED',
}

describe(unwrap, () => {
  const failureOf = (reply: ForwardedReply<'settings'>): unknown => {
    try {
      return unwrap<'settings'>(reply)
    } catch (error) {
      return error
    }
  }

  it('returns a successful reply', () => {
    const reply = { result: SUCCESS, authSetting: { auth_user: true } }
    expect(unwrap<'settings'>(reply)).toEqual(reply)
  })

  it.each(
    (Object.keys(ERRORS) as ErrorCode[]).map((cause) => ({
      cause,
      jsapiCause: MAPPED[cause] ?? 'INTERNAL',
    })),
  )('$cause → $jsapiCause', ({ cause, jsapiCause }) => {
    expect(failureOf(failedReply(cause))).toMatchObject({ name: 'HostError', jsapiCause })
  })

  it.each(['FROM_THE_FUTURE', 'toString', '__proto__'])(
    'the unknown result code %s → INTERNAL',
    (resultCode) => {
      expect(failureOf(failedReply(resultCode))).toMatchObject({ jsapiCause: 'INTERNAL' })
    },
  )

  it('passes on the scopes, the trace id and the time to wait', () => {
    const details = {
      authErrorScopes: { auth_user: '10001' },
      traceId: 'trace-7',
      retryAfterSeconds: 60,
    }
    expect(failureOf({ ...failedReply('DECLINED_RECENTLY'), ...details })).toMatchObject(details)
  })

  it('tells the developer of the host what the wallet API replied', () => {
    expect(failureOf(failedReply('SIGNATURE_INVALID'))).toMatchObject({
      message: 'The wallet API replied SIGNATURE_INVALID: No.',
    })
  })
})

describe(orNetworkError, () => {
  it('an unreachable back end → NETWORK', async () => {
    await expect(orNetworkError(Promise.reject(new Error('offline')))).rejects.toMatchObject({
      jsapiCause: 'NETWORK',
      message: 'Error: offline',
    })
  })
})

describe(toCompletionError, () => {
  const authErrorScopes = { auth_user: '10001' }

  it.each([
    { status: 'DECLINED', jsapiCause: 'USER_DECLINED' },
    { status: 'DISMISSED', jsapiCause: 'DISMISSED' },
  ] as const)('$status → $jsapiCause with scopes and trace id', ({ status, jsapiCause }) => {
    expect(toCompletionError({ status, authErrorScopes, traceId: 'trace-7' })).toMatchObject({
      jsapiCause,
      authErrorScopes,
      traceId: 'trace-7',
    })
  })

  it('APPROVED_BY_GUARDIAN → INTERNAL', () => {
    expect(toCompletionError({ status: 'APPROVED_BY_GUARDIAN' })).toMatchObject({
      jsapiCause: 'INTERNAL',
      authErrorScopes: {},
    })
  })
})
