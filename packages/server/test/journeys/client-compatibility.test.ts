/**
 * @module Requests in the forms that existing clients of the platform family send.
 *
 * @see docs/merchant-api.md#message-format
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FORMER_MERCHANT_KEY } from '../support/keys.ts'
import {
  CLIENT_ID,
  codeFor,
  isGenuine,
  type JsonReply,
  OTHER_APP_ID,
  OTHER_SIGNING,
  presentContext,
  type RawReply,
  redeem,
  type Signing,
  send,
  signedHeaders,
  startTestServer,
  type TestServer,
  USER_ID,
} from '../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

async function post(
  path: string,
  body: object,
  signing: Signing,
): Promise<RawReply & { readonly json: JsonReply }> {
  const text = JSON.stringify(body)
  const reply = await send(server, path, signedHeaders(server.clock, path, text, signing), text)
  return { ...reply, json: JSON.parse(reply.body) as JsonReply }
}

async function tokensOf(signing: Signing): Promise<JsonReply> {
  if (!signing.clientId)
    return redeem(
      server,
      await codeFor(server, ['auth_user', 'USER_BIRTHDAY', 'USER_LOGIN_ID', 'HASH_LOGIN_ID']),
    )
  const more = { appId: OTHER_APP_ID, userId: USER_ID }
  const code = await codeFor(server, ['auth_user', 'USER_LOGIN_ID', 'HASH_LOGIN_ID'], more)
  return (
    await post(
      '/v1/authorizations/applyToken',
      { grantType: 'AUTHORIZATION_CODE', authCode: code },
      signing,
    )
  ).json
}

describe('peculiarities of existing clients', () => {
  const path = '/v1/authorizations/applyToken'
  const body = '{"grantType":"AUTHORIZATION_CODE","authCode":"nothing"}'

  async function codeOf(
    target: string,
    headers: Record<string, string | string[]>,
    text: string,
  ): Promise<string> {
    const reply = await send(server, target, headers, text)
    expect(isGenuine(server, target.replace(/^http:\/\/[^/]+/, ''), reply)).toBe(true)
    return (JSON.parse(reply.body) as JsonReply).result.resultCode
  }

  it.each([
    ['indented', '{\n  "grantType" : "AUTHORIZATION_CODE",\n\t"authCode": "nothing"\n}'],
    ['escaped slashes', '{"grantType":"AUTHORIZATION_CODE","authCode":"no\\/thing"}'],
    ['unicode escapes', '{"grantType":"AUTHORIZATION\\u005fCODE","authCode":"\\u6e2c"}'],
    ['other order of keys', '{"authCode":"nothing","grantType":"AUTHORIZATION_CODE"}'],
    ['lower case grant type', '{"grantType":"authorization_code","authCode":"nothing"}'],
    [
      'explicit nulls',
      '{"grantType":"AUTHORIZATION_CODE","authCode":"nothing","refreshToken":null,"appId":null}',
    ],
    [
      'unknown fields',
      '{"grantType":"AUTHORIZATION_CODE","authCode":"nothing","env":{"os":"x"},"list":[1,2]}',
    ],
    [
      'extendInfo as an object',
      '{"grantType":"AUTHORIZATION_CODE","authCode":"nothing","extendInfo":{"customerBelongsTo":"GCASH"}}',
    ],
    [
      'extendInfo as text',
      '{"grantType":"AUTHORIZATION_CODE","authCode":"nothing","extendInfo":"{\\"a\\":1}"}',
    ],
  ])('%s', async (_name, text) => {
    expect(await codeOf(path, signedHeaders(server.clock, path, text), text)).toBe('INVALID_CODE')
  })

  it('referenceClientId as a number beyond 2^53', async () => {
    const code = await codeFor(server, ['auth_base'])
    const text = `{"grantType":"AUTHORIZATION_CODE","authCode":"${code}","referenceClientId":${CLIENT_ID}}`
    expect(await codeOf(path, signedHeaders(server.clock, path, text), text)).toBe('SUCCESS')
  })

  it('the target in absolute form, only the path signed', async () => {
    expect(
      await codeOf(`http://assent.example${path}`, signedHeaders(server.clock, path, body), body),
    ).toBe('INVALID_CODE')
  })

  it('a query string, signed with the path', async () => {
    const target = `${path}?a=1&b=%20x`
    expect(await codeOf(target, signedHeaders(server.clock, target, body), body)).toBe(
      'INVALID_CODE',
    )
  })

  it.each([
    ['epoch milliseconds', (now: number) => String(now * 1000 + 7)],
    [
      '+08:00',
      (now: number) => new Date((now + 8 * 3600) * 1000).toISOString().replace('Z', '+08:00'),
    ],
    [
      '+0800',
      (now: number) => new Date((now + 8 * 3600) * 1000).toISOString().replace('Z', '+0800'),
    ],
    ['no fraction', (now: number) => new Date(now * 1000).toISOString().replace('.000Z', 'Z')],
    [
      'nine digits',
      (now: number) => new Date(now * 1000).toISOString().replace('.000Z', '.123456789Z'),
    ],
    ['no seconds', (now: number) => `${new Date(now * 1000).toISOString().slice(0, 16)}Z`],
  ])('Request-Time: %s', async (_name, format) => {
    const time = format(server.clock.now)
    expect(await codeOf(path, signedHeaders(server.clock, path, body, { time }), body)).toBe(
      'INVALID_CODE',
    )
  })

  it.each([
    ['no Content-Type', { 'Content-Type': undefined }],
    ['a malformed Content-Type', { 'Content-Type': 'json' }],
    [
      'two Content-Types',
      { 'Content-Type': ['application/json', 'application/json;charset=UTF-8'] },
    ],
    ['an empty Agent-Token', { 'Agent-Token': '' }],
    ['an Accept of text only', { Accept: 'text/plain,text/xml,text/javascript,text/html' }],
  ])('%s', async (_name, more) => {
    const headers = Object.entries({ ...signedHeaders(server.clock, path, body), ...more }).filter(
      ([, value]) => value !== undefined,
    )
    expect(await codeOf(path, Object.fromEntries(headers) as Record<string, string>, body)).toBe(
      'INVALID_CODE',
    )
  })

  it.each([
    [
      'SHA256withRSA, upper case names, no version',
      (value: string) => `Algorithm=SHA256withRSA, signature=${value}`,
    ],
    [
      'lower case, no spaces',
      (value: string) => `algorithm=rsa256,keyversion=2,signature=${value}`,
    ],
    [
      'lower-case hexadecimal',
      (value: string) =>
        `algorithm=RSA256, keyVersion=2, signature=${value.replaceAll(/%../g, (hex) => hex.toLowerCase())}`,
    ],
  ])('Signature: %s', async (_name, format) => {
    const headers = signedHeaders(server.clock, path, body)
    const value = String(headers['Signature']).split('signature=')[1] ?? ''
    expect(await codeOf(path, { ...headers, Signature: format(value) }, body)).toBe('INVALID_CODE')
  })

  it('the older key of a rotation, by its version', async () => {
    expect(
      await codeOf(
        path,
        signedHeaders(server.clock, path, body, {
          key: FORMER_MERCHANT_KEY,
          keyVersion: 1,
        }),
        body,
      ),
    ).toBe('INVALID_CODE')
  })

  it('names the user differently for another merchant, and the same for the same', async () => {
    const [first, second, other] = [
      await tokensOf({}),
      await tokensOf({}),
      await tokensOf(OTHER_SIGNING),
    ]
    expect(first['customerId']).toBe(second['customerId'])
    expect(first['customerId']).not.toBe(other['customerId'])
    expect(presentContext(server.clock)).toHaveProperty('userGestureAt')
  })
})
