/**
 * @module Concurrent requests at the token endpoint: one of them succeeds, and the client that succeeds receives the response.
 */
import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  authorizeQuery,
  basic,
  createPkce,
  exchangeCode,
  type FormReply,
  get,
  introspect,
  issueWebTokens,
  oauthCode,
  postForm,
  startOAuthServer,
  token,
} from '../../support/oauth.ts'
import {
  APP_ID,
  codeFor,
  redeem,
  type TestServer,
  USER_ID,
  walletCall,
} from '../../support/server.ts'

const CODES = 100
const PARALLEL = 64

let server: TestServer
beforeAll(async () => {
  server = await startOAuthServer()
})
afterAll(() => server.close())

function times<T>(count: number, make: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => make(index)))
}

function outcomes(replies: readonly FormReply[]): Readonly<Record<string, number>> {
  const seen: Record<string, number> = {}
  for (const { status, json } of replies) {
    const name = `${status} ${json['error'] ?? ''}`.trim()
    seen[name] = (seen[name] ?? 0) + 1
  }
  return seen
}

it(`redeems each of ${CODES} codes once in ${PARALLEL} concurrent requests`, async () => {
  for (let round = 0; round < CODES; round++) {
    const proof = await oauthCode(server)
    const replies = await times(PARALLEL, () => exchangeCode(server, proof))
    expect(outcomes(replies)).toEqual({ 200: 1, '400 invalid_grant': PARALLEL - 1 })
    const winner = replies.find(({ status }) => status === 200) as FormReply
    const seen = await introspect(server, winner.json['access_token'])
    expect(seen.json['active']).toBe(true)
  }
})

it('redeems a mini program’s code once when both APIs receive it concurrently', async () => {
  for (let round = 0; round < 50; round++) {
    const code = await codeFor(server, ['auth_base'])
    const won = await times(16, async (index) => {
      if (index % 2 === 0) return (await redeem(server, code)).result.resultCode === 'SUCCESS'
      const reply = await token(server, { grant_type: 'authorization_code', code })
      expect([200, 400]).toContain(reply.status)
      return reply.status === 200
    })
    expect(won.filter(Boolean)).toHaveLength(1)
  }
})

it(`returns the same successor to ${PARALLEL} concurrent refresh requests`, async () => {
  let { refresh_token: refreshToken } = await issueWebTokens(server)
  for (let generation = 0; generation < 5; generation++) {
    const form = { grant_type: 'refresh_token', refresh_token: refreshToken }
    const replies = await times(PARALLEL, () => token(server, form))
    expect(outcomes(replies)).toEqual({ 200: PARALLEL })
    const successors = new Set(replies.map(({ json }) => json['refresh_token']))
    expect(successors.size).toBe(1)
    ;[refreshToken] = successors
  }
})

it('issues one code for an authorization request that is completed concurrently', async () => {
  for (let round = 0; round < 20; round++) {
    const pushed = await postForm(server, '/oauth2/par', authorizeQuery(createPkce()), basic())
    const query = new URLSearchParams({ client_id: 'web', request_uri: pushed.json['request_uri'] })
    const asked = await get(server, `/oauth2/authorize?${query}`)
    const authRequest = new URL(String(asked.headers['location'])).searchParams.get('authRequest')
    await codeFor(server, ['auth_user'])
    const answers = await times(16, (index) =>
      index % 4 === 3
        ? walletCall(server, 'reject', { authRequest })
        : walletCall(server, 'consult', { userId: USER_ID, authRequest }),
    )
    const codes = answers.map(({ result }) => result.resultCode)
    expect(codes.filter((code) => code === 'SUCCESS')).toHaveLength(1)
    expect(codes.filter((code) => code === 'AUTH_REQUEST_INVALID')).toHaveLength(15)
    const again = await get(server, `/oauth2/authorize?${query}`)
    expect([again.status, JSON.parse(again.body).error]).toEqual([400, 'invalid_request_uri'])
  }
})

it('leaves no valid token after a concurrent refresh and withdrawal', async () => {
  for (let round = 0; round < 20; round++) {
    const given = await issueWebTokens(server)
    const form = { grant_type: 'refresh_token', refresh_token: given['refresh_token'] }
    const [refreshed] = await Promise.all([
      token(server, form),
      walletCall(server, 'revoke', { userId: USER_ID, appId: APP_ID }),
    ])
    const last = refreshed.json['refresh_token'] ?? given['refresh_token']
    const isActive = async (text: string): Promise<boolean> =>
      (await introspect(server, text)).json['active']
    const accessToken = refreshed.json['access_token'] ?? given['access_token']
    await expect.poll(() => isActive(accessToken), { timeout: 1000, interval: 20 }).toBe(false)
    expect(await isActive(last)).toBe(false)
  }
})
