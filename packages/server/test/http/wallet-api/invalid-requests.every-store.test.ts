/**
 * @module Invalid requests to the wallet API. Each row fails with its documented code, in a signed response.
 *
 * @see docs/wallets.md#wallet-api
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MERCHANT_KEY } from '../../support/keys.ts'
import { openPromptPage } from '../../support/prompt-page.ts'
import {
  APP_ID,
  call,
  consultFor,
  OTHER_APP_ID,
  startTestServer,
  type TestServer,
  USER_ID,
  walletCall,
} from '../../support/server.ts'
import {
  expectStillValid,
  startServerWithCredentials,
  type ValidCredentials,
} from '../../support/valid-credentials.ts'

let server: TestServer
/** No test may consume or revoke them. */
let valid: ValidCredentials

beforeAll(async () => {
  ;({ server, valid } = await startServerWithCredentials())
})
afterAll(async () => {
  await expectStillValid(server, valid)
  await server.close()
})

describe('the wallet API', () => {
  type Row = {
    name: string
    operation: Parameters<typeof walletCall>[1]
    body: () => object
    code: string
  }
  const present = (): object => ({
    firstScreen: false,
    visible: true,
    userGestureAt: new Date(server.clock.now * 1000).toISOString(),
  })
  const ask = (more: object): object => ({
    appId: APP_ID,
    userId: USER_ID,
    scopes: 'USER_EMAIL',
    context: present(),
    ...more,
  })
  const gesture = (ago: number): object => ({
    ...present(),
    userGestureAt: new Date((server.clock.now - ago) * 1000).toISOString(),
  })
  const authenticated = (ahead: number): object => ({
    ...present(),
    authenticatedAt: new Date((server.clock.now + ahead) * 1000).toISOString(),
  })
  const rows: Row[] = [
    {
      name: 'no userId',
      operation: 'consult',
      body: () => ask({ userId: undefined }),
      code: 'PARAM_ILLEGAL',
    },
    {
      name: 'no appId',
      operation: 'consult',
      body: () => ask({ appId: undefined }),
      code: 'PARAM_ILLEGAL',
    },
    {
      name: 'an unknown mini program',
      operation: 'consult',
      body: () => ask({ appId: 'nobody' }),
      code: 'NOT_PERMITTED',
    },
    {
      name: 'a mini program of a suspended client',
      operation: 'consult',
      body: () => ask({ appId: 'suspended-app', scopes: 'auth_base' }),
      code: 'NOT_PERMITTED',
    },
    {
      name: 'scopes that are a number',
      operation: 'consult',
      body: () => ask({ scopes: 7 }),
      code: 'PARAM_ILLEGAL',
    },
    {
      name: 'a malformed scope',
      operation: 'consult',
      body: () => ask({ scopes: ['auth base'] }),
      code: 'PARAM_ILLEGAL',
    },
    {
      name: '33 scopes',
      operation: 'consult',
      body: () => ask({ scopes: Array.from({ length: 33 }, (_, n) => `s${n}`) }),
      code: 'PARAM_ILLEGAL',
    },
    {
      name: 'a short challenge',
      operation: 'consult',
      body: () => ask({ codeChallenge: 'abc' }),
      code: 'PARAM_ILLEGAL',
    },
    {
      name: 'no context',
      operation: 'consult',
      body: () => ask({ context: undefined }),
      code: 'NOT_VISIBLE',
    },
    {
      name: 'an invisible page',
      operation: 'consult',
      body: () => ask({ context: { ...present(), visible: false } }),
      code: 'NOT_VISIBLE',
    },
    {
      name: 'the first screen',
      operation: 'consult',
      body: () => ask({ context: { ...present(), firstScreen: true } }),
      code: 'FIRST_SCREEN',
    },
    {
      name: 'no gesture',
      operation: 'consult',
      body: () => ask({ context: { firstScreen: false, visible: true } }),
      code: 'NO_USER_GESTURE',
    },
    {
      name: 'a negative age of the gesture',
      operation: 'consult',
      body: () => ask({ context: { ...present(), userGestureAgeMilliseconds: -1 } }),
      code: 'PARAM_ILLEGAL',
    },
    {
      name: 'an age of the gesture that is a string',
      operation: 'consult',
      body: () => ask({ context: { ...present(), userGestureAgeMilliseconds: '10' } }),
      code: 'PARAM_ILLEGAL',
    },
    {
      name: 'a gesture of an age of 5.001 s',
      operation: 'consult',
      body: () => ask({ context: { ...present(), userGestureAgeMilliseconds: 5001 } }),
      code: 'NO_USER_GESTURE',
    },
    {
      name: 'a gesture 11 s ago',
      operation: 'consult',
      body: () => ask({ context: gesture(11) }),
      code: 'NO_USER_GESTURE',
    },
    {
      name: 'a gesture in the future',
      operation: 'consult',
      body: () => ask({ context: gesture(-6) }),
      code: 'NO_USER_GESTURE',
    },
    {
      name: 'an authentication 61 s in the future',
      operation: 'consult',
      body: () => ask({ context: authenticated(61) }),
      code: 'PARAM_ILLEGAL',
    },
    {
      name: 'an authentication in ten years',
      operation: 'consult',
      body: () => ask({ context: authenticated(315_360_000) }),
      code: 'PARAM_ILLEGAL',
    },
    {
      name: 'a time of the authentication that is no time',
      operation: 'consult',
      body: () => ask({ context: { ...present(), authenticatedAt: 'yesterday' } }),
      code: 'PARAM_ILLEGAL',
    },
    {
      name: 'an unknown user',
      operation: 'consult',
      body: () => ask({ userId: 'nobody' }),
      code: 'USER_UNKNOWN',
    },
    {
      name: 'a frozen user',
      operation: 'consult',
      body: () => ask({ userId: 'user-frozen' }),
      code: 'USER_NOT_ACTIVE',
    },
    {
      name: 'a forged prepared request',
      operation: 'consult',
      body: () => ({ userId: USER_ID, authRequest: 'pr_AAAA' }),
      code: 'AUTH_REQUEST_INVALID',
    },
    {
      name: 'deciding an unknown request',
      operation: 'decide',
      body: () => ({
        userId: USER_ID,
        consentRequestId: 'cr_nothing',
        sheetHash: 'x',
        granted: [],
      }),
      code: 'CONSENT_REQUEST_UNKNOWN',
    },
    {
      name: 'completing an unknown request',
      operation: 'complete',
      body: () => ({ userId: USER_ID, consentRequestId: 'cr_nothing' }),
      code: 'CONSENT_REQUEST_UNKNOWN',
    },
    {
      name: 'revoking malformed scopes',
      operation: 'revoke',
      body: () => ({ userId: USER_ID, appId: APP_ID, scopes: ['a b'] }),
      code: 'PARAM_ILLEGAL',
    },
    {
      name: 'the profile without auth_user',
      operation: 'profile',
      body: () => ({ userId: USER_ID, appId: OTHER_APP_ID }),
      code: 'ACCESS_DENIED',
    },
  ]
  it.each(rows)('$name fails with $code', async ({ operation, body, code }) => {
    const { result } = await walletCall(server, operation, body())
    expect(result.resultCode).toBe(code)
  })

  it('fails with SCOPE_NOT_APPROVED, and 40006 for each scope, when no scope is approved', async () => {
    const reply = await consultFor(server, ['KYC_INFO', 'AGREEMENT_PAY'])
    expect(reply.result.resultCode).toBe('SCOPE_NOT_APPROVED')
    expect(reply['authErrorScopes']).toEqual({ KYC_INFO: '40006', AGREEMENT_PAY: '40006' })
  })

  it('rejects requests that a merchant signed', async () => {
    const { result } = await call(server, '/wallet/v1/consult', ask({}), { key: MERCHANT_KEY })
    expect(result.resultCode).toBe('INVALID_AUTH_CLIENT')
  })

  it('rejects decisions with another hash, other scopes or another user, and late or repeated ones', async () => {
    const { consentRequestId, sheetHash } = await consultFor(server, [
      { scope: 'USER_EMAIL', required: true },
      'USER_NICKNAME',
    ])
    const decide = async (more: object): Promise<string> =>
      (
        await walletCall(server, 'decide', {
          consentRequestId,
          userId: USER_ID,
          sheetHash,
          granted: ['USER_EMAIL'],
          ...more,
        })
      ).result.resultCode
    expect(await decide({ sheetHash: 'another' })).toBe('SHEET_HASH_MISMATCH')
    expect(await decide({ granted: ['USER_EMAIL', 'USER_NAME'] })).toBe('DECISION_INVALID')
    expect(await decide({ granted: ['USER_NICKNAME'] })).toBe('DECISION_INVALID')
    expect(await decide({ userId: 'user-bare' })).toBe('CONSENT_REQUEST_UNKNOWN')
    expect(await decide({})).toBe('SUCCESS')
    expect(await decide({})).toBe('CONSENT_REQUEST_USED')
    expect(
      (await walletCall(server, 'complete', { consentRequestId, userId: USER_ID })).result
        .resultCode,
    ).toBe('CONSENT_REQUEST_USED')
  })

  it('keeps a consent request for ten minutes', async () => {
    const waiting = await startTestServer()
    const { consentRequestId, sheetHash } = await consultFor(waiting, 'USER_EMAIL')
    waiting.clock.now += 600
    const decided = await walletCall(waiting, 'decide', {
      consentRequestId,
      userId: USER_ID,
      sheetHash,
      granted: ['USER_EMAIL'],
    })
    expect(decided.result.resultCode).toBe('CONSENT_REQUEST_EXPIRED')
    await waiting.close()
  })

  it('dismisses a request that is completed without a decision', async () => {
    const { consentRequestId, sheetHash } = await consultFor(server, 'USER_ADDRESS')
    const completed = await walletCall(server, 'complete', { consentRequestId, userId: USER_ID })
    expect(completed).toMatchObject({
      status: 'DISMISSED',
      authErrorScopes: { USER_ADDRESS: '10001' },
    })
    const late = await walletCall(server, 'decide', {
      consentRequestId,
      userId: USER_ID,
      sheetHash,
      granted: ['USER_ADDRESS'],
    })
    expect(late.result.resultCode).toBe('CONSENT_REQUEST_USED')
    expect(
      await walletCall(server, 'settings', { userId: USER_ID, appId: APP_ID }),
    ).not.toHaveProperty('authSetting.USER_ADDRESS')
  })

  it('issues no code after a withdrawal between decision and completion', async () => {
    const { consentRequestId, sheetHash } = await consultFor(server, 'USER_AVATAR')
    const url = `${server.url}/consent/${consentRequestId}`
    const { fields } = await openPromptPage(url)
    expect(fields.sheetHash).toBe(sheetHash)
    const answer = new URLSearchParams({ answer: 'allow', ...fields })
    const decided = await fetch(url, { method: 'POST', body: answer, redirect: 'manual' })
    expect(decided.status).toBe(303)
    const scopes = ['USER_AVATAR']
    await walletCall(server, 'revoke', { userId: USER_ID, appId: APP_ID, scopes })
    const completed = await walletCall(server, 'complete', { consentRequestId, userId: USER_ID })
    expect(completed).toMatchObject({ status: 'DISMISSED' })
    expect(completed).not.toHaveProperty('authCode')
  })

  it('returns a denied scope in the settings, and issues no code', async () => {
    const { consentRequestId, sheetHash } = await consultFor(server, ['auth_base', 'USER_ADDRESS'])
    const declined = await walletCall(server, 'decide', {
      consentRequestId,
      userId: USER_ID,
      sheetHash,
      granted: [],
    })
    expect(declined).toMatchObject({
      status: 'DECLINED',
      authErrorScopes: { USER_ADDRESS: '10001' },
    })
    expect(declined).not.toHaveProperty('authCode')
    const { authSetting } = await walletCall(server, 'settings', { userId: USER_ID, appId: APP_ID })
    expect(authSetting).toMatchObject({ auth_user: true, USER_ADDRESS: false })
  })
})
