/**
 * @module Expiry and replay of codes and tokens.
 *
 * @see docs/merchant-api.md#applytoken
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  call,
  codeFor,
  expectRevokedEverywhere,
  type JsonReply,
  OTHER_SIGNING,
  redeem,
  type Signing,
  startTestServer,
  type TestServer,
} from '../support/server.ts'
import {
  expectStillValid,
  startServerWithCredentials,
  type ValidCredentials,
} from '../support/valid-credentials.ts'

const PATH = '/v1/authorizations/applyToken'
const V2 = '/v2/authorizations/applyToken'
const INQUIRY = '/v1/users/inquiryUserInfo'

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

describe('expiry', () => {
  it('ends a code after 60 seconds, an access token after an hour, and a refresh token after 180 days', async () => {
    const expiring = await startTestServer()
    const { clock } = expiring
    const codeIn = async (path: string, body: object): Promise<string> =>
      (await call(expiring, path, body)).result.resultCode
    const [early, late] = [
      await codeFor(expiring, ['auth_base']),
      await codeFor(expiring, ['auth_base']),
    ]
    clock.now += 59
    const tokens = await redeem(expiring, early)
    expect(tokens.result.resultCode).toBe('SUCCESS')
    clock.now += 1
    expect(await codeIn(PATH, { grantType: 'AUTHORIZATION_CODE', authCode: late })).toBe(
      'EXPIRED_CODE',
    )
    expect(await codeIn(V2, { grantType: 'AUTHORIZATION_CODE', authCode: late })).toBe(
      'EXPIRED_AUTHCODE',
    )
    clock.now += 3598
    expect(await codeIn(INQUIRY, { accessToken: tokens['accessToken'] })).toBe('SUCCESS')
    clock.now += 1
    expect(await codeIn(INQUIRY, { accessToken: tokens['accessToken'] })).toBe(
      'EXPIRED_ACCESS_TOKEN',
    )
    const query = await call(expiring, '/ams/api/v1/authorizations/query', {
      accessToken: tokens['accessToken'],
    })
    expect(query['tokenStatusType']).toBe('EXPIRED')
    clock.now += 180 * 86_400
    const { refreshToken } = tokens
    expect(await codeIn(PATH, { grantType: 'REFRESH_TOKEN', refreshToken })).toBe(
      'EXPIRED_REFRESH_TOKEN',
    )
    await expiring.close()
  })

  it('lets a replayed code revoke its tokens only after the grace period of 10 s, and with valid parameters', async () => {
    const replayed = await startTestServer()
    const code = await codeFor(replayed, ['auth_base'])
    const tokens = await redeem(replayed, code)
    const again = (signing: Signing): Promise<JsonReply> =>
      call(replayed, PATH, { grantType: 'AUTHORIZATION_CODE', authCode: code }, signing)
    const isAlive = async (): Promise<boolean> =>
      (await call(replayed, INQUIRY, { accessToken: tokens['accessToken'] })).result.resultCode ===
      'SUCCESS'
    replayed.clock.now += 10
    expect((await again({})).result.resultCode).toBe('USED_CODE')
    expect(await isAlive()).toBe(true)
    replayed.clock.now += 1
    expect((await again(OTHER_SIGNING)).result.resultCode).toBe('INVALID_CODE')
    expect(await isAlive()).toBe(true)
    expect((await again({})).result).toMatchObject({
      resultCode: 'USED_CODE',
      resultMessage: expect.stringContaining('the tokens of the first use were revoked'),
    })
    await expectRevokedEverywhere(replayed, tokens['accessToken'])
    const { refreshToken } = tokens
    expect(await call(replayed, PATH, { grantType: 'REFRESH_TOKEN', refreshToken })).toMatchObject({
      endReason: 'CODE_REPLAYED',
      result: {
        resultCode: 'INVALID_REFRESH_TOKEN',
        resultMessage: expect.stringContaining('authCode was sent again'),
      },
    })
    await replayed.close()
  })

  it('returns the successor of a replayed refresh token for 60 s, then revokes the authorization', async () => {
    const reused = await startTestServer()
    const first = await redeem(reused, await codeFor(reused, ['auth_base']))
    const refreshWith = (refreshToken: string): Promise<JsonReply> =>
      call(reused, PATH, { grantType: 'REFRESH_TOKEN', refreshToken })
    const second = await refreshWith(first['refreshToken'])
    reused.clock.now += 60
    const retried = await refreshWith(first['refreshToken'])
    expect(retried['refreshToken']).toBe(second['refreshToken'])
    reused.clock.now += 1
    expect((await refreshWith(first['refreshToken'])).result.resultCode).toBe('USED_REFRESH_TOKEN')
    expect(await refreshWith(second['refreshToken'])).toMatchObject({
      endReason: 'REFRESH_TOKEN_REUSED',
      result: { resultCode: 'INVALID_REFRESH_TOKEN' },
    })
    const grandparent = await redeem(reused, await codeFor(reused, ['auth_base']))
    const parent = await refreshWith(grandparent['refreshToken'])
    await refreshWith(parent['refreshToken'])
    expect((await refreshWith(grandparent['refreshToken'])).result.resultCode).toBe(
      'USED_REFRESH_TOKEN',
    )
    await reused.close()
  })
})
