/**
 * @module The authorization flow over real sockets: consult, decide, redeem, inquire, refresh and withdraw.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  APP_ID,
  call,
  codeFor,
  consultFor,
  expectRevokedEverywhere,
  inquire,
  redeem,
  refresh,
  startTestServer,
  type TestServer,
  USER_ID,
  USERS,
  walletCall,
} from '../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

describe('the authorization flow', () => {
  it('issues a code for an implicit scope without a prompt, which permits only the user id', async () => {
    const consulted = await consultFor(server, undefined, { context: {} })
    expect(consulted).toMatchObject({
      status: 'GRANTED',
      authSuccessScopes: ['auth_base'],
      authErrorScopes: {},
    })
    expect(consulted['authCode']).toMatch(/^ac_[A-Za-z0-9_-]{60}$/)
    const tokens = await redeem(server, consulted['authCode'])
    expect(tokens.result).toEqual({
      resultStatus: 'S',
      resultCode: 'SUCCESS',
      resultMessage: 'success',
    })
    expect(tokens['accessToken']).toMatch(/^at_[A-Za-z0-9_-]{102}$/)
    expect(tokens['refreshToken']).toMatch(/^rt_[A-Za-z0-9_-]{96}$/)
    const info = await inquire(server, tokens['accessToken'])
    expect(info['userInfo']).toEqual({ userId: tokens['customerId'] })
    expect(info['userId']).toBe(tokens['customerId'])
  })

  it('prompts once for a scope that requires consent, which then permits the profile', async () => {
    const consulted = await consultFor(server, ['auth_user', 'USER_NAME'])
    expect(consulted['status']).toBe('CONSENT_REQUIRED')
    expect(consulted['consentUrl']).toBe(
      `http://127.0.0.1:7300/consent/${consulted['consentRequestId']}`,
    )
    const code = await codeFor(server, ['auth_user', 'USER_NAME'])
    const tokens = await redeem(server, code)
    const { userInfo } = await inquire(server, tokens['accessToken'])
    const [maria] = USERS
    expect(userInfo).toEqual({
      userId: tokens['customerId'],
      status: 'ACTIVE',
      nickName: maria.nickName,
      userName: maria.userName,
      avatar: maria.avatar,
      gender: 'FEMALE',
      nationality: 'PH',
    })
    expect(await consultFor(server, ['auth_user'], { context: {} })).toMatchObject({
      status: 'GRANTED',
    })
  })

  it('rejects calls and refreshes after a withdrawal, even when the user grants again', async () => {
    const tokens = await redeem(server, await codeFor(server, ['auth_user']))
    const refreshed = await refresh(server, tokens['refreshToken'])
    expect(refreshed.result.resultCode).toBe('SUCCESS')
    const revoked = await walletCall(server, 'revoke', { userId: USER_ID, appId: APP_ID })
    expect(revoked['sequence']).toBeGreaterThan(0)
    await expectRevokedEverywhere(server, refreshed['accessToken'])
    expect((await refresh(server, refreshed['refreshToken'])).result.resultCode).toBe(
      'INVALID_REFRESH_TOKEN',
    )
    await codeFor(server, ['auth_user'])
    await expectRevokedEverywhere(server, refreshed['accessToken'])
    expect((await refresh(server, refreshed['refreshToken'])).result.resultCode).toBe(
      'INVALID_REFRESH_TOKEN',
    )
  })

  it('withdraws one scope and keeps the others', async () => {
    const tokens = await redeem(server, await codeFor(server, ['USER_NICKNAME', 'USER_AVATAR']))
    await walletCall(server, 'revoke', { userId: USER_ID, appId: APP_ID, scopes: ['USER_AVATAR'] })
    // Another node receives the revocation within a second.
    const opened = async (): Promise<unknown> =>
      (await inquire(server, tokens['accessToken']))['userInfo']
    await expect
      .poll(opened, { timeout: 10_000, interval: 10 })
      .toEqual({ userId: tokens['customerId'], nickName: USERS[0].nickName })
  })

  it('cancels a token with its refresh token, repeatedly without an error', async () => {
    const tokens = await redeem(server, await codeFor(server, ['auth_base']))
    for (let times = 0; times < 2; times++) {
      const { result } = await call(server, '/v1/authorizations/cancelToken', {
        accessToken: tokens['accessToken'],
      })
      expect(result.resultCode).toBe('SUCCESS')
    }
    await expectRevokedEverywhere(server, tokens['accessToken'])
    expect((await refresh(server, tokens['refreshToken'])).result.resultCode).toBe(
      'INVALID_REFRESH_TOKEN',
    )
    const queried = await call(server, '/ams/api/v1/authorizations/query', {
      accessToken: tokens['accessToken'],
    })
    expect(queried['tokenStatusType']).toBe('REVOKED')
  })
})
