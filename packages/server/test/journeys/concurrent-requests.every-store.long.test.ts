/**
 * @module Concurrent requests over real sockets.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  APP_ID,
  applyToken,
  codeFor,
  expectRevokedEverywhere,
  inquire,
  type JsonReply,
  redeem,
  refresh,
  startTestServer,
  type TestServer,
  USER_ID,
  walletCall,
} from '../support/server.ts'

const CODES = 200
const PARALLEL = 64

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

function times<T>(count: number, make: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => make(index)))
}

describe('concurrent requests', () => {
  it(`redeem each of ${CODES} codes once in ${PARALLEL} attempts`, async () => {
    let winners = 0
    for (let round = 0; round < CODES; round++) {
      const authCode = await codeFor(server, ['auth_base'])
      const isV2 = round % 2 === 1
      const path = isV2 ? '/v2/authorizations/applyToken' : '/v1/authorizations/applyToken'
      // `call` throws for any status except 200 and for invalid signatures.
      const replies = await times(PARALLEL, () =>
        applyToken(server, { grantType: 'AUTHORIZATION_CODE', authCode }, {}, path),
      )
      const codes = replies.map(({ result }) => result.resultCode)
      winners += codes.filter((code) => code === 'SUCCESS').length
      const losers = codes.filter((code) => code !== 'SUCCESS')
      expect(losers).toHaveLength(PARALLEL - 1)
      expect(new Set(losers)).toEqual(new Set([isV2 ? 'USED_AUTHCODE' : 'USED_CODE']))
      const winner = replies.find(({ result }) => result.resultCode === 'SUCCESS') as JsonReply
      if (round % 20 === 0)
        expect((await inquire(server, winner['accessToken'])).result.resultCode).toBe('SUCCESS')
    }
    expect(winners).toBe(CODES)
  })

  it(`for the same refresh token (${PARALLEL}) return the same successor`, async () => {
    let { refreshToken } = await redeem(server, await codeFor(server, ['auth_base']))
    for (let generation = 0; generation < 5; generation++) {
      const replies = await times(PARALLEL, () => refresh(server, refreshToken))
      expect(new Set(replies.map(({ result }) => result.resultCode))).toEqual(new Set(['SUCCESS']))
      const successors = new Set(replies.map((reply) => reply['refreshToken']))
      expect(successors.size).toBe(1)
      const [successor] = successors
      expect(successor).not.toBe(refreshToken)
      refreshToken = successor
    }
  })

  it('to decide have one outcome', async () => {
    for (let round = 0; round < 20; round++) {
      await walletCall(server, 'revoke', { userId: USER_ID, appId: APP_ID })
      await walletCall(server, 'clearDenials', { userId: USER_ID, appId: APP_ID })
      const { consentRequestId, sheetHash } = await walletCall(server, 'consult', {
        appId: APP_ID,
        userId: USER_ID,
        scopes: 'auth_user',
        context: {
          firstScreen: false,
          visible: true,
          userGestureAt: new Date(server.clock.now * 1000).toISOString(),
        },
      })
      const decisions = await times(16, (index) =>
        walletCall(server, 'decide', {
          consentRequestId,
          userId: USER_ID,
          sheetHash,
          granted: index % 2 === 0 ? ['auth_user'] : [],
        }),
      )
      const decided = decisions.filter(({ result }) => result.resultCode === 'SUCCESS')
      expect(decided).toHaveLength(1)
      const others = decisions.filter(({ result }) => result.resultCode !== 'SUCCESS')
      expect(new Set(others.map(({ result }) => result.resultCode))).toEqual(
        new Set(['CONSENT_REQUEST_USED']),
      )
      const { authSetting } = await walletCall(server, 'settings', {
        userId: USER_ID,
        appId: APP_ID,
      })
      expect(authSetting.auth_user).toBe(decided[0]?.['status'] === 'GRANTED')
    }
  })

  it('to refresh and revoke leave no valid token', async () => {
    for (let round = 0; round < 30; round++) {
      const tokens = await redeem(server, await codeFor(server, ['auth_base']))
      const [refreshed, revoked] = await Promise.all([
        refresh(server, tokens['refreshToken']),
        walletCall(server, 'revoke', { userId: USER_ID, appId: APP_ID }),
        redeem(server, await codeFor(server, ['auth_base'])),
      ])
      expect(revoked.result.resultCode).toBe('SUCCESS')
      const accessToken = refreshed['accessToken'] ?? tokens['accessToken']
      const refreshToken = refreshed['refreshToken'] ?? tokens['refreshToken']
      await expectRevokedEverywhere(server, accessToken)
      expect((await refresh(server, refreshToken)).result.resultCode).toBe('INVALID_REFRESH_TOKEN')
    }
  })
})
