/**
 * @module Every example of the contracts of the signed APIs is sent to a server. Only credentials are replaced by valid ones. The reply has the
 * members of the example, and the test client compares it with the contract.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { OPERATIONS, type Operation, WALLET_PATHS, type WalletOperation } from '@assent/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { MERCHANT_OPERATIONS } from '../../src/contracts/signed-apis/merchant-operations.ts'
import { WALLET_OPERATIONS } from '../../src/contracts/signed-apis/wallet-operations.ts'
import { MERCHANT_KEY } from '../support/keys.ts'
import { createPkce, get } from '../support/oauth.ts'
import {
  call,
  type JsonReply,
  type Signing,
  startTestServer,
  type TestConfig,
  type TestServer,
  testConfig,
  WALLET_ID,
  walletCall,
} from '../support/server.ts'

const [CLIENT_ID, APP_ID, USER_ID] = ['my-merchant', 'my-mini-program', '1001']
const REDIRECT_URI = 'https://shop.example/callback'
const SIGNING: Signing = { clientId: CLIENT_ID, key: MERCHANT_KEY, keyVersion: 1 }

/** The merchant, the mini program and the users of the examples. */
function exampleConfig(folder: string): TestConfig {
  const users = [
    { walletId: WALLET_ID, userId: '1001', status: 'ACTIVE', nickName: 'Maria' },
    { walletId: WALLET_ID, userId: '1002', status: 'ACTIVE' },
    { walletId: WALLET_ID, userId: '1003', status: 'ACTIVE', guardianId: '1002' },
  ].map((user) => ({ ...user, gender: 'FEMALE', nationality: 'PH', mobilePhone: '+639171234567' }))
  writeFileSync(join(folder, 'examples.yaml'), stringify({ users }))
  const oauth = {
    clientId: 'page',
    appId: APP_ID,
    tokenEndpointAuthMethod: 'none' as const,
    redirectUris: [REDIRECT_URI],
  }
  return {
    ...testConfig(),
    apis: [],
    directory: { kind: 'file', path: 'examples.yaml' },
    clients: [
      {
        clientId: CLIENT_ID,
        name: 'My Merchant Inc.',
        country: 'PH',
        keys: [{ version: 1, publicKey: MERCHANT_KEY.publicKey }],
        redirectUris: ['https://shop.example/back'],
        oauth: [oauth],
        miniPrograms: [
          {
            appId: APP_ID,
            name: 'My Mini Program',
            domains: [],
            scopes: ['auth_base', 'auth_user', 'USER_MOBILE_PHONE'],
            verified: true,
          },
        ],
      },
    ],
  }
}

let server: TestServer
beforeAll(async () => {
  server = await startTestServer(exampleConfig)
})
afterAll(() => server.close())

const CONSULT = WALLET_OPERATIONS.consult.request

/** A prompt of the example of `consult`. */
function ask(userId = USER_ID, context: object = { pageInstance: undefined }): Promise<JsonReply> {
  return walletCall(server, 'consult', {
    ...CONSULT,
    userId,
    context: { ...CONSULT.context, ...context },
  })
}

async function newCode(): Promise<string> {
  const { authCode, consentRequestId, sheetHash } = await ask()
  if (authCode !== undefined) return authCode
  const granted = ['auth_user']
  const decision = { consentRequestId, sheetHash, granted, userId: USER_ID }
  return (await walletCall(server, 'decide', decision))['authCode']
}

async function newTokens(): Promise<JsonReply> {
  const body = { grantType: 'AUTHORIZATION_CODE', authCode: await newCode() }
  return call(server, '/v1/authorizations/applyToken', body, SIGNING)
}

async function newAccessToken(): Promise<object> {
  return { accessToken: (await newTokens())['accessToken'] }
}

/** What replaces the credentials of each example, and has to happen before it. */
const MERCHANT_VALUES: { readonly [O in Operation]: () => Promise<object> } = {
  applyToken: async () => ({ authCode: await newCode() }),
  applyTokenAndInquiryUserInfo: async () => ({ authCode: await newCode() }),
  inquiryUserInfo: newAccessToken,
  cancelToken: newAccessToken,
  query: newAccessToken,
  prepare: async () => ({}),
  events: async () => ({}),
  pollEvents: async () => ({}),
  async acknowledgeDeletion() {
    const { customerId } = await newTokens()
    await walletCall(server, 'revoke', { userId: USER_ID, appId: APP_ID })
    return { userId: customerId }
  },
  accessLog: newAccessToken,
}

const nothing = async (): Promise<object> => ({})

const WALLET_VALUES: { readonly [O in WalletOperation]: () => Promise<object> } = {
  async consult() {
    await newCode()
    return {}
  },
  async reject() {
    const query = new URLSearchParams({
      client_id: 'page',
      response_type: 'code',
      redirect_uri: REDIRECT_URI,
      scope: 'auth_base',
      code_challenge: createPkce().challenge,
      code_challenge_method: 'S256',
    })
    const { headers } = await get(server, `/oauth2/authorize?${query}`)
    return { authRequest: new URL(String(headers['location'])).searchParams.get('authRequest') }
  },
  async decide() {
    await walletCall(server, 'revoke', { userId: USER_ID, appId: APP_ID })
    const { consentRequestId, sheetHash } = await ask(USER_ID, {})
    return { consentRequestId, sheetHash }
  },
  async complete() {
    await walletCall(server, 'revoke', { userId: USER_ID, appId: APP_ID })
    const { consentRequestId } = await ask(USER_ID, {})
    return { consentRequestId }
  },
  async grants() {
    await newCode()
    return {}
  },
  revoke: nothing,
  async profile() {
    await newCode()
    return {}
  },
  settings: nothing,
  accessLog: nothing,
  receipts: nothing,
  clearDenials: nothing,
  createPrivacyLink: nothing,
  async guardianRequests() {
    await ask('1003')
    return {}
  },
  async openGuardianRequest() {
    await ask('1003')
    return {}
  },
}

function expectLikeExample(
  reply: JsonReply,
  example: object,
  dialectNames: readonly string[],
): void {
  expect(reply.result.resultMessage).toBe('success')
  const names = Object.keys(example).filter((name) => !dialectNames.includes(name))
  expect(Object.keys(reply)).toEqual(expect.arrayContaining(names))
}

/** The example of `prepare` has the members of all dialects. */
const OTHER_DIALECTS = ['normalUrl']

describe('merchant API', () => {
  it.each(OPERATIONS)('%s', async (operation) => {
    const { request, reply } = MERCHANT_OPERATIONS[operation]
    const body = { ...request, ...(await MERCHANT_VALUES[operation]()) }
    const path = operation === 'inquiryUserInfo' ? 'users' : 'authorizations'
    const received = await call(server, `/v1/${path}/${operation}`, body, SIGNING)
    expectLikeExample(received, reply, OTHER_DIALECTS)
  })
})

describe('wallet API', () => {
  it.each(Object.keys(WALLET_PATHS) as WalletOperation[])('%s', async (operation) => {
    const { request, reply } = WALLET_OPERATIONS[operation]
    const body = { ...request, ...(await WALLET_VALUES[operation]()) }
    expectLikeExample(await walletCall(server, operation, body), reply, [])
  })
})
