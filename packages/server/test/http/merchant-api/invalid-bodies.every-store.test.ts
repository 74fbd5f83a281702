/**
 * @module Requests with invalid bodies or paths. Each row fails with its documented code, in a signed response, and changes nothing.
 *
 * @see docs/merchant-api.md#strict-json
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { send, signedHeaders, type TestServer } from '../../support/server.ts'
import {
  expectRejection,
  expectStillValid,
  rejectionCodeOf,
  startServerWithCredentials,
  type ValidCredentials,
} from '../../support/valid-credentials.ts'

const PATH = '/v1/authorizations/applyToken'
const INQUIRY = '/v1/users/inquiryUserInfo'
const CODE_REQUEST = '{"grantType":"AUTHORIZATION_CODE","authCode":"nothing"}'

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

describe('bodies', () => {
  const code = '"grantType":"AUTHORIZATION_CODE","authCode":"nothing"'
  const deep = (depth: number): string => `{${code},"x":${'['.repeat(depth)}${']'.repeat(depth)}}`
  const rows: { name: string; body: string | Buffer }[] = [
    { name: 'empty', body: '' },
    { name: 'not JSON', body: 'grantType=AUTHORIZATION_CODE' },
    { name: 'an array', body: `[{${code}}]` },
    { name: 'a text', body: '"AUTHORIZATION_CODE"' },
    { name: 'null', body: 'null' },
    { name: 'trailing data', body: `{${code}} {}` },
    { name: 'a trailing comma', body: `{${code},}` },
    { name: 'a comment', body: `{${code}/* */}` },
    { name: 'single quotes', body: "{'grantType':'AUTHORIZATION_CODE'}" },
    { name: 'NaN', body: `{${code},"x":NaN}` },
    { name: 'a byte order mark', body: `\ufeff{${code}}` },
    { name: 'a duplicate name', body: `{${code},"authCode":"other"}` },
    { name: 'a duplicate name, escaped', body: `{${code},"auth\\u0043ode":"other"}` },
    { name: 'a duplicate name further in', body: `{${code},"x":{"a":1,"a":2}}` },
    { name: 'a lone surrogate', body: `{${code},"x":"\\ud800"}` },
    {
      name: 'invalid UTF-8',
      body: Buffer.concat([
        Buffer.from(`{${code},"x":"`),
        Buffer.from([0xc3, 0x28]),
        Buffer.from('"}'),
      ]),
    },
    {
      name: 'an overlong UTF-8',
      body: Buffer.concat([
        Buffer.from(`{${code},"x":"`),
        Buffer.from([0xc0, 0xaf]),
        Buffer.from('"}'),
      ]),
    },
    { name: 'depth 33', body: deep(32) },
    { name: 'more than 64 KiB', body: `{${code},"x":"${'a'.repeat(64 * 1024)}"}` },
  ]
  it.each(rows)('$name fails with PARAM_ILLEGAL', async ({ body }) => {
    const { result } = await expectRejection(
      server,
      PATH,
      signedHeaders(server.clock, PATH, body),
      body,
    )
    expect(result.resultCode).toBe('PARAM_ILLEGAL')
  })

  it('may have 32 levels', async () => {
    const body = deep(31)
    expect(
      (await expectRejection(server, PATH, signedHeaders(server.clock, PATH, body), body)).result
        .resultCode,
    ).toBe('INVALID_CODE')
  })

  const fields: { name: string; body: object; code: string }[] = [
    { name: 'no grantType', body: { authCode: 'x' }, code: 'PARAM_ILLEGAL' },
    {
      name: 'an unknown grantType',
      body: { grantType: 'PASSWORD', authCode: 'x' },
      code: 'AUTH_CLIENT_UNSUPPORTED_GRANT_TYPE',
    },
    {
      name: 'a grantType that is a list',
      body: { grantType: ['AUTHORIZATION_CODE'], authCode: 'x' },
      code: 'PARAM_ILLEGAL',
    },
    { name: 'no authCode', body: { grantType: 'AUTHORIZATION_CODE' }, code: 'PARAM_ILLEGAL' },
    {
      name: 'an empty authCode',
      body: { grantType: 'AUTHORIZATION_CODE', authCode: '' },
      code: 'PARAM_ILLEGAL',
    },
    {
      name: 'an authCode that is a number',
      body: { grantType: 'AUTHORIZATION_CODE', authCode: 1 },
      code: 'PARAM_ILLEGAL',
    },
    {
      name: 'an authCode of 2000 characters',
      body: { grantType: 'AUTHORIZATION_CODE', authCode: 'a'.repeat(2000) },
      code: 'PARAM_ILLEGAL',
    },
    {
      name: 'only a refreshToken for a code',
      body: { grantType: 'AUTHORIZATION_CODE', refreshToken: 'x' },
      code: 'PARAM_ILLEGAL',
    },
    { name: 'no refreshToken', body: { grantType: 'REFRESH_TOKEN' }, code: 'PARAM_ILLEGAL' },
    {
      name: 'an appId of 33 characters',
      body: { grantType: 'AUTHORIZATION_CODE', authCode: 'x', appId: 'a'.repeat(33) },
      code: 'PARAM_ILLEGAL',
    },
  ]
  it.each(fields)('$name fails with $code', async ({ body, code: expected }) => {
    expect(await rejectionCodeOf(server, PATH, body)).toBe(expected)
  })

  it('without accessToken fail with PARAM_ILLEGAL', async () => {
    expect(await rejectionCodeOf(server, INQUIRY, {})).toBe('PARAM_ILLEGAL')
  })
})

describe('paths', () => {
  it.each([
    '/v1/authorizations/applytoken',
    '/v1/authorizations/applyToken/',
    '/v1//authorizations/applyToken',
    '/v1/authorizations/./applyToken',
    '/v1/authorizations/%61pplyToken',
    '/v1/authorizations/applyToken;a=b',
    '/v1/authorizations/applyToken%2f',
    '/v3/authorizations/applyToken',
    '/v1/authorizations',
  ])('%s fails with INVALID_API', async (path) => {
    expect(
      (
        await expectRejection(
          server,
          path,
          signedHeaders(server.clock, path, CODE_REQUEST),
          CODE_REQUEST,
        )
      ).result.resultCode,
    ).toBe('INVALID_API')
  })

  it('require POST', async () => {
    const reply = await send(server, PATH, {}, '', 'GET')
    expect(reply.status).toBe(404)
  })
})
