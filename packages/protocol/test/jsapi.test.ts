/**
 * @module The error numbers of the JSAPI.
 */
import { describe, expect, it } from 'vitest'
import { JSAPI_CAUSES } from '../src/jsapi.ts'

describe('the causes of JSAPI failures', () => {
  it('have the error numbers that the platform documents', () => {
    const numbers = Object.fromEntries(
      Object.entries(JSAPI_CAUSES).map(([cause, { error }]) => [cause, error]),
    )
    expect(numbers).toEqual({
      PARAM_INVALID: 2,
      INTERNAL: 3,
      ORIGIN_NOT_REGISTERED: 4,
      NOT_PERMITTED: 4,
      SCOPE_NOT_APPROVED: 4,
      NOT_A_TESTER: 4,
      FIRST_SCREEN: 4,
      DEEP_LINK: 4,
      NO_USER_GESTURE: 4,
      NOT_VISIBLE: 4,
      CONSENT_ALREADY_OPEN: 4,
      DISMISSED: 10,
      GUARDIAN_PENDING: 10,
      PAGE_GONE: 10,
      USER_DECLINED: 11,
      DECLINED_RECENTLY: 11,
      DECLINED_REPEATEDLY: 11,
      NETWORK: 12,
      TIMEOUT: 12,
    })
  })
})
