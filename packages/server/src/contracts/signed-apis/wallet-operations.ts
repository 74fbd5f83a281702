/**
 * @module What people read about each operation of the wallet API, with an example of a request and of the data of its reply. A test sends
 * every example.
 */
import type { Sheet, WalletApi, WalletOperation } from '@assent/protocol'
import type { WalletApiRequests } from '../../http/wallet-api/requests.ts'
import { AUTH_CODE, AUTH_REQUEST, CONSENT_REQUEST } from './example-credentials.ts'

type OperationText<O extends WalletOperation> = {
  readonly summary: string
  readonly description: string
  readonly request: WalletApiRequests[O]
  readonly reply: WalletApi[O]['reply']
}

const [USER, GUARDIAN, MINOR, APP] = ['1001', '1002', '1003', 'my-mini-program']
const MINI_PROGRAM = {
  appId: APP,
  name: 'My Mini Program',
  icon: 'https://auth.wallet.example/consent/icons/my-mini-program',
  merchant: 'My Merchant Inc.',
}
const SHEET: Sheet = {
  version: 2,
  notice: 'n1',
  locale: 'en',
  miniProgram: {
    appId: APP,
    name: MINI_PROGRAM.name,
    icon: MINI_PROGRAM.icon,
    verified: true,
  },
  merchant: { clientId: 'my-merchant', name: MINI_PROGRAM.merchant, country: 'PH' },
  wallet: { name: 'My Wallet', settingsPath: 'Settings, Mini programs' },
  forMinor: true,
  scopes: [
    {
      scope: 'auth_user',
      title: 'see your basic profile',
      description: 'Nickname, picture, gender and country',
      required: true,
      fields: ['nickName', 'avatar', 'gender', 'nationality'],
    },
  ],
  lifetimes: ['once', '30d', 'until_withdrawn'],
  lifetime: '30d',
  recipients: [],
}
const NOW = '2026-11-28T12:00:00+00:00'

export const WALLET_OPERATIONS: { readonly [O in WalletOperation]: OperationText<O> } = {
  consult: {
    summary: 'Ask for scopes of a user',
    description:
      'A mini program, or an authorization request, requests scopes of a user. The reply has a code, a prompt that the user must see, or a redirect.',
    request: {
      userId: USER,
      appId: APP,
      scopes: [{ scope: 'auth_user', required: true }, 'USER_MOBILE_PHONE'],
      context: {
        firstScreen: false,
        visible: true,
        userGestureAgeMilliseconds: 120,
        pageInstance: 'p-1',
        locale: 'en-PH',
      },
    },
    reply: {
      status: 'GRANTED',
      authCode: AUTH_CODE,
      authSuccessScopes: ['auth_user'],
      authErrorScopes: { USER_MOBILE_PHONE: '10001' },
    },
  },
  reject: {
    summary: 'End an authorization request without a decision',
    description: "Ends an OAuth client's request, because the user is not logged in or has left.",
    request: { authRequest: AUTH_REQUEST, reason: 'login_required' },
    reply: {
      status: 'REDIRECT',
      redirectUrl: 'https://shop.example/callback?error=login_required&state=1',
    },
  },
  decide: {
    summary: 'Decide on a prompt that you drew yourself',
    description: 'Decides and completes.',
    request: {
      consentRequestId: CONSENT_REQUEST,
      userId: USER,
      sheetHash: 'kfs',
      granted: ['auth_user'],
      lifetime: '30d',
      pageInstance: 'p-1',
    },
    reply: {
      status: 'GRANTED',
      authCode: AUTH_CODE,
      authSuccessScopes: ['auth_user'],
      authErrorScopes: {},
    },
  },
  complete: {
    summary: 'Complete a request after the consent page',
    description:
      'Call it when the consent page is closed. A request without a decision is dismissed. The code of a request is given once.',
    request: { consentRequestId: CONSENT_REQUEST, userId: USER, pageInstance: 'p-1' },
    reply: { status: 'DISMISSED', authErrorScopes: { auth_user: '10001' } },
  },
  grants: {
    summary: 'List what a user has granted',
    description: 'For your page of authorized mini programs.',
    request: { userId: USER, locale: 'en-PH' },
    reply: {
      grants: [
        {
          ...MINI_PROGRAM,
          refused: [],
          scopes: [
            {
              scope: 'auth_user',
              grantedAt: NOW,
              silent: false,
              lifetime: 'until_withdrawn',
              title: 'see your basic profile',
              description: 'Nickname, picture, gender and country',
            },
          ],
        },
      ],
      withdrawn: [],
    },
  },
  revoke: {
    summary: 'Withdraw a grant',
    description: 'The user withdraws a grant or some of its scopes. Repeating it succeeds again.',
    request: { userId: USER, appId: APP, scopes: ['auth_user'] },
    reply: { sequence: 4711 },
  },
  profile: {
    summary: 'Read the open user info',
    description: 'For `my.getOpenUserInfo`. The user must have granted `auth_user`.',
    request: { userId: USER, appId: APP },
    reply: {
      profile: {
        code: '10000',
        msg: 'Success',
        avatar: '',
        nickName: 'Maria',
        gender: 'f',
        countryCode: 'PH',
        province: '',
        city: '',
      },
    },
  },
  settings: {
    summary: 'Read what a mini program requested before',
    description: 'For `my.getSetting`.',
    request: { userId: USER, appId: APP },
    reply: { authSetting: { auth_user: true } },
  },
  accessLog: {
    summary: 'List what was read of a user',
    description: 'Latest first.',
    request: { userId: USER, limit: 10 },
    reply: {
      accessLog: [
        {
          appId: APP,
          api: 'inquiryUserInfo',
          fields: ['nickName'],
          accessedAt: '2026-11-28T12:00:05+00:00',
          count: 1,
        },
      ],
    },
  },
  receipts: {
    summary: "List the receipts of a user's decisions",
    description: 'Signed records, latest first.',
    request: { userId: USER },
    reply: {
      receipts: [
        { receiptId: '3f0', appId: APP, event: 'granted', at: NOW, document: 'eyJ.eyJ.sig' },
      ],
    },
  },
  clearDenials: {
    summary: 'Allow a mini program to ask again',
    description: 'The user allows a mini program to request again what was denied.',
    request: { userId: USER, appId: APP },
    reply: {},
  },
  createPrivacyLink: {
    summary: "Create a link to the user's privacy page",
    description: 'The link works once, within a minute.',
    request: { userId: USER, timeZone: 'Asia/Manila' },
    reply: {
      url: 'https://auth.wallet.example/privacy/open/pl_example?timeZone=Asia%2FManila',
      expiresAt: '2026-11-28T12:01:00+00:00',
    },
  },
  guardianRequests: {
    summary: 'List the requests of minors',
    description: 'The requests that wait for a guardian.',
    request: { userId: GUARDIAN },
    reply: { guardianRequests: [{ userId: MINOR, ...MINI_PROGRAM, requestedAt: NOW }] },
  },
  openGuardianRequest: {
    summary: "Show a minor's request to the guardian",
    description: 'Complete it as any other, with the guardian as `userId`.',
    request: { userId: GUARDIAN, minorId: MINOR, appId: APP },
    reply: {
      status: 'CONSENT_REQUIRED',
      consentRequestId: CONSENT_REQUEST,
      consentUrl: `https://auth.wallet.example/consent/${CONSENT_REQUEST}`,
      sheet: SHEET,
      sheetHash: 'kfs',
      expiresAt: '2026-11-28T12:10:00+00:00',
    },
  },
}
