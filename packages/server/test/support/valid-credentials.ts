/**
 * @module A server with valid credentials that requests under test must not touch, and the checks of rejected requests.
 */
import { expect } from 'vitest'
import {
  call,
  codeFor,
  isGenuine,
  type JsonReply,
  OTHER_APP_ID,
  OTHER_SIGNING,
  redeem,
  type Signing,
  send,
  signedHeaders,
  startTestServer,
  type TestServer,
} from './server.ts'

const PATH = '/v1/authorizations/applyToken'

export type ValidCredentials = {
  /** A code of the first merchant that was not redeemed. */
  readonly code: string
  /** Tokens of the first merchant. */
  readonly tokens: JsonReply
  /** Tokens of another merchant. */
  readonly otherTokens: JsonReply
}

export async function startServerWithCredentials(): Promise<{
  readonly server: TestServer
  readonly valid: ValidCredentials
}> {
  const server = await startTestServer()
  const tokens = await redeem(server, await codeFor(server, ['auth_user']))
  const authCode = await codeFor(server, ['auth_base'], { appId: OTHER_APP_ID })
  const request = { grantType: 'AUTHORIZATION_CODE', authCode }
  const otherTokens = await call(server, PATH, request, OTHER_SIGNING)
  return { server, valid: { code: await codeFor(server, ['auth_user']), tokens, otherTokens } }
}

/** Checks that the code and the tokens are still valid. It consumes them. */
export async function expectStillValid(
  server: TestServer,
  { code, tokens }: ValidCredentials,
): Promise<void> {
  const { accessToken, refreshToken } = tokens
  const inquired = await call(server, '/v1/users/inquiryUserInfo', { accessToken })
  expect(inquired['userInfo'].nickName).toBe('Maya-canary')
  const refreshed = await call(server, PATH, { grantType: 'REFRESH_TOKEN', refreshToken })
  expect(refreshed.result.resultCode).toBe('SUCCESS')
  expect((await redeem(server, code)).result.resultCode).toBe('SUCCESS')
}

/** Sends a request that must fail with a signed result and nothing else. */
export async function expectRejection(
  server: TestServer,
  path: string,
  headers: Record<string, string | string[]>,
  body: string | Buffer,
): Promise<JsonReply> {
  const reply = await send(server, path, headers, body)
  expect(reply.status).toBe(200)
  expect(isGenuine(server, path, reply)).toBe(true)
  const json = JSON.parse(reply.body) as JsonReply
  expect(json.result.resultStatus).toBe('F')
  expect(json.result.resultCode.length).toBeLessThanOrEqual(64)
  expect(json.result.resultMessage.length).toBeLessThanOrEqual(256)
  expect(Object.keys(json)).toEqual(['result'])
  return json
}

/** The result code of a signed request that must fail. */
export async function rejectionCodeOf(
  server: TestServer,
  path: string,
  body: object,
  signing: Signing = {},
): Promise<string> {
  const text = JSON.stringify(body)
  const headers = signedHeaders(server.clock, path, text, signing)
  return (await expectRejection(server, path, headers, text)).result.resultCode
}
