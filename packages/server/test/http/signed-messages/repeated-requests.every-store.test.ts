/**
 * @module Repeated requests: the same signed bytes take effect once, and a repetition gets an error that says so.
 * @see docs/merchant-api.md#repeated-requests
 */
import { WALLET_PATHS, type WalletOperation } from '@assent/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  APP_ID,
  applyToken,
  codeFor,
  consultFor,
  inquire,
  type JsonReply,
  presentContext,
  redeem,
  refresh,
  type Signing,
  send,
  signedHeaders,
  startTestServer,
  type TestServer,
  USER_ID,
  WALLET_SIGNING,
  walletCall,
} from '../../support/server.ts'

const APPLY = '/v1/authorizations/applyToken'
const REPETITIONS = 5

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

/** A request as it was sent, which can be sent again. */
function capture(path: string, body: object, signing: Signing = {}): () => Promise<JsonReply> {
  const text = JSON.stringify(body)
  const headers = signedHeaders(server.clock, path, text, signing)
  return async () => JSON.parse((await send(server, path, headers, text)).body) as JsonReply
}

function captureWallet(operation: WalletOperation, body: object): () => Promise<JsonReply> {
  return capture(WALLET_PATHS[operation], { userId: USER_ID, ...body }, WALLET_SIGNING)
}

async function codesOf(request: () => Promise<JsonReply>): Promise<readonly string[]> {
  const replies = await Promise.all(Array.from({ length: REPETITIONS }, request))
  return replies.map(({ result }) => result.resultCode).sort()
}

const ONE_SUCCESS = [...Array(REPETITIONS - 1).fill('REQUEST_REPEATED'), 'SUCCESS']

describe('five equal requests at the same time', () => {
  it.each([
    {
      operation: 'consult',
      body: () => ({ appId: APP_ID, scopes: 'auth_base', context: presentContext(server.clock) }),
    },
    { operation: 'createPrivacyLink', body: () => ({}) },
    { operation: 'revoke', body: () => ({ appId: APP_ID }) },
    { operation: 'revoke', body: () => ({ appId: 'unknown' }) },
    { operation: 'clearDenials', body: () => ({ appId: APP_ID }) },
  ] as const)('to $operation succeed once', async ({ operation, body }) => {
    await codeFor(server, ['auth_base'])
    expect(await codesOf(captureWallet(operation, body()))).toEqual(ONE_SUCCESS)
  })

  it('to prepare succeed once', async () => {
    const request = { appId: APP_ID, scopes: 'auth_base' }
    expect(await codesOf(capture('/v1/authorizations/prepare', request))).toEqual(ONE_SUCCESS)
  })

  it('to applyToken with a code succeed once', async () => {
    const authCode = await codeFor(server, ['auth_base'])
    const request = capture(APPLY, { grantType: 'AUTHORIZATION_CODE', authCode })
    expect(await codesOf(request)).toEqual(ONE_SUCCESS)
  })

  it('to applyToken with a refresh token get the same successor', async () => {
    const { refreshToken } = await redeem(server, await codeFor(server, ['auth_base']))
    const request = capture(APPLY, { grantType: 'REFRESH_TOKEN', refreshToken })
    const replies = await Promise.all(Array.from({ length: REPETITIONS }, request))
    expect(new Set(replies.map((reply) => reply['refreshToken'])).size).toBe(1)
    expect((await refresh(server, replies[0]?.['refreshToken'])).result.resultCode).toBe('SUCCESS')
  })

  it('that read are all answered', async () => {
    const { accessToken } = await redeem(server, await codeFor(server, ['auth_base']))
    const read = capture('/v1/users/inquiryUserInfo', { accessToken })
    expect(await codesOf(read)).toEqual(Array(REPETITIONS).fill('SUCCESS'))
    const grants = captureWallet('grants', {})
    expect(await codesOf(grants)).toEqual(Array(REPETITIONS).fill('SUCCESS'))
  })
})

describe('a recorded request, sent again later', () => {
  it('of a redeemed code leaves its tokens valid, before and after the code has expired', async () => {
    const authCode = await codeFor(server, ['auth_base'])
    const request = capture(APPLY, { grantType: 'AUTHORIZATION_CODE', authCode })
    const { accessToken } = await request()
    for (const seconds of [11, 60]) {
      server.clock.now += seconds
      expect((await request()).result.resultCode).toBe('REQUEST_REPEATED')
      expect((await inquire(server, accessToken)).result.resultCode).toBe('SUCCESS')
    }
  })

  it('of a replaced refresh token leaves its tokens valid', async () => {
    const first = await redeem(server, await codeFor(server, ['auth_base']))
    const request = capture(APPLY, {
      grantType: 'REFRESH_TOKEN',
      refreshToken: first['refreshToken'],
    })
    const second = await request()
    const third = await refresh(server, second['refreshToken'])
    server.clock.now += 61
    expect((await request()).result.resultCode).toBe('REQUEST_REPEATED')
    expect((await inquire(server, third['accessToken'])).result.resultCode).toBe('SUCCESS')
    expect((await refresh(server, first['refreshToken'])).result.resultCode).toBe(
      'USED_REFRESH_TOKEN',
    )
  })

  it('that failed before the code was redeemed leaves its tokens valid', async () => {
    const authCode = await codeFor(server, ['auth_base'])
    const body = { grantType: 'AUTHORIZATION_CODE', authCode }
    const withheld = capture(APPLY, body)
    const { accessToken } = await applyToken(server, body)
    server.clock.now += 11
    expect((await withheld()).result.resultCode).toBe('USED_CODE')
    expect((await inquire(server, accessToken)).result.resultCode).toBe('SUCCESS')
  })

  it('of a withdrawal does not end a newer grant', async () => {
    await codeFor(server, ['auth_base'])
    const withdrawals = [captureWallet('revoke', { appId: APP_ID })]
    await withdrawals[0]?.()
    withdrawals.push(captureWallet('revoke', { appId: APP_ID }))
    // Nothing was granted, so nothing was withdrawn.
    expect(await withdrawals[1]?.()).toMatchObject({ sequence: 0 })
    const { accessToken } = await redeem(server, await codeFor(server, ['auth_base']))
    for (const withdrawal of withdrawals)
      expect((await withdrawal()).result.resultCode).toBe('REQUEST_REPEATED')
    expect((await inquire(server, accessToken)).result.resultCode).toBe('SUCCESS')
  })

  it('is rejected by its time when its record may be deleted', async () => {
    const request = captureWallet('createPrivacyLink', {})
    await request()
    server.clock.now += 121
    expect((await request()).result.resultCode).toBe('TIMESTAMP_INVALID')
  })
})

it('takes the same request with another time for another request', async () => {
  const first = await consultFor(server, ['auth_base'])
  const second = await consultFor(server, ['auth_base'])
  expect([first['status'], second['status']]).toEqual(['GRANTED', 'GRANTED'])
  expect(second['authCode']).not.toBe(first['authCode'])
  expect((await walletCall(server, 'grants', { userId: USER_ID })).result.resultStatus).toBe('S')
})
