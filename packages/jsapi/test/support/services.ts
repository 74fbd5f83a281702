/**
 * @module The services of a wallet's web host, all succeeding, for tests that replace some of them.
 */
import type { HostContext, Result, Sheet } from '@assent/protocol'
import type { HostServices } from '../../src/host-core/services.ts'

export const SUCCESS = {
  resultStatus: 'S',
  resultCode: 'SUCCESS',
  resultMessage: 'success',
} as const satisfies Result

export const GRANTED = {
  result: SUCCESS,
  status: 'GRANTED',
  authCode: 'ac_1',
  authSuccessScopes: ['auth_user'],
  authErrorScopes: {},
} as const

export const CONSENT_REQUIRED = {
  result: SUCCESS,
  status: 'CONSENT_REQUIRED',
  consentRequestId: 'cr_1',
  consentUrl: 'https://assent.example/consent/cr_1',
  sheet: {} as Sheet,
  sheetHash: 'hash',
  expiresAt: '2026-01-01T00:10:00Z',
} as const

export function failedReply(resultCode: string, resultStatus: 'F' | 'U' = 'F') {
  return { result: { resultStatus, resultCode, resultMessage: 'No.' } } as const
}

/** Scopes are granted without a consent prompt. */
export function createServices(overrides: Partial<HostServices> = {}): HostServices {
  return {
    consult: async () => GRANTED,
    complete: async () => GRANTED,
    profile: async () => ({
      result: SUCCESS,
      profile: {
        code: '10000',
        msg: 'Success',
        avatar: '',
        nickName: 'Maria',
        gender: '',
        countryCode: '',
        province: '',
        city: '',
      },
    }),
    settings: async () => ({ result: SUCCESS, authSetting: { auth_user: true } }),
    grants: async () => ({ result: SUCCESS, grants: [], withdrawn: [] }),
    revoke: async () => ({ result: SUCCESS, sequence: 1 }),
    showSheet: async () => {},
    showSettings: async () => {},
    ...overrides,
  }
}

/** A context that permits a consent prompt. */
export const PRESENT: HostContext = {
  firstScreen: false,
  deepLink: false,
  visible: true,
  pageInstance: 'page-1',
  locale: 'en',
  userGestureAgeMilliseconds: 0,
}
