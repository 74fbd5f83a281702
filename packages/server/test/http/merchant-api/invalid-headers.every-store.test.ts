/**
 * @module Requests with invalid headers or signatures. Each row fails with its documented code, in a signed response, and changes nothing.
 *
 * @see docs/merchant-api.md#message-format
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { OTHER_MERCHANT_KEY, SUSPENDED_MERCHANT_KEY } from '../../support/keys.ts'
import { signedHeaders, type TestServer, WALLET_SIGNING } from '../../support/server.ts'
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

describe('headers', () => {
  const good = (): Record<string, string> => signedHeaders(server.clock, PATH, CODE_REQUEST)
  type Row = { name: string; headers: () => Record<string, string | string[]>; code: string }
  const without = (name: string) => (): Record<string, string> => {
    const { [name]: _gone, ...rest } = good()
    return rest
  }
  const signature = (change: (value: string) => string) => (): Record<string, string> => {
    const headers = good()
    return { ...headers, Signature: change(String(headers['Signature'])) }
  }
  const at = (time: string): Record<string, string> =>
    signedHeaders(server.clock, PATH, CODE_REQUEST, { time })
  const offset = (seconds: number): string =>
    new Date((server.clock.now + seconds) * 1000).toISOString()
  const rows: Row[] = [
    { name: 'no Client-Id', headers: without('Client-Id'), code: 'PARAM_ILLEGAL' },
    {
      name: 'an unknown Client-Id',
      headers: () => signedHeaders(server.clock, PATH, CODE_REQUEST, { clientId: 'nobody' }),
      code: 'INVALID_AUTH_CLIENT',
    },
    {
      name: 'a wallet as Client-Id',
      headers: () => signedHeaders(server.clock, PATH, CODE_REQUEST, WALLET_SIGNING),
      code: 'INVALID_AUTH_CLIENT',
    },
    {
      name: 'a suspended client',
      headers: () =>
        signedHeaders(server.clock, PATH, CODE_REQUEST, {
          clientId: 'suspended',
          key: SUSPENDED_MERCHANT_KEY,
          keyVersion: 1,
        }),
      code: 'INVALID_AUTH_CLIENT_STATUS',
    },
    {
      name: 'Client-Id twice',
      headers: () => ({ ...good(), 'Client-Id': [String(good()['Client-Id']), 'other'] }),
      code: 'PARAM_ILLEGAL',
    },
    { name: 'no Signature', headers: without('Signature'), code: 'INVALID_SIGNATURE' },
    {
      name: 'Signature twice',
      headers: () => ({ ...good(), Signature: [String(good()['Signature']), 'x'] }),
      code: 'PARAM_ILLEGAL',
    },
    {
      name: 'an empty signature',
      headers: signature(() => 'algorithm=RSA256, keyVersion=2, signature='),
      code: 'INVALID_SIGNATURE',
    },
    {
      name: 'no algorithm',
      headers: signature((value) => value.replace('algorithm=RSA256, ', '')),
      code: 'INVALID_SIGNATURE',
    },
    {
      name: 'another algorithm',
      headers: signature((value) => value.replace('RSA256', 'none')),
      code: 'INVALID_SIGNATURE',
    },
    {
      name: 'HMAC as algorithm',
      headers: signature((value) => value.replace('RSA256', 'HS256')),
      code: 'INVALID_SIGNATURE',
    },
    {
      name: 'broken percent encoding',
      headers: signature(() => 'algorithm=RSA256, keyVersion=2, signature=abc%ZZ'),
      code: 'INVALID_SIGNATURE',
    },
    {
      name: 'not base64',
      headers: signature(() => 'algorithm=RSA256, keyVersion=2, signature=!!!!'),
      code: 'INVALID_SIGNATURE',
    },
    {
      name: 'a keyVersion that is no number',
      headers: signature((value) => value.replace('keyVersion=2', 'keyVersion=two')),
      code: 'INVALID_SIGNATURE',
    },
    {
      name: 'an unknown keyVersion',
      headers: signature((value) => value.replace('keyVersion=2', 'keyVersion=9')),
      code: 'INVALID_SIGNATURE',
    },
    {
      name: 'the keyVersion of another key',
      headers: signature((value) => value.replace('keyVersion=2', 'keyVersion=1')),
      code: 'INVALID_SIGNATURE',
    },
    {
      name: 'the key of another merchant',
      headers: () => signedHeaders(server.clock, PATH, CODE_REQUEST, { key: OTHER_MERCHANT_KEY }),
      code: 'INVALID_SIGNATURE',
    },
    {
      name: 'a signature over another path',
      headers: () => signedHeaders(server.clock, INQUIRY, CODE_REQUEST),
      code: 'INVALID_SIGNATURE',
    },
    {
      name: 'a signature over another body',
      headers: () => signedHeaders(server.clock, PATH, `${CODE_REQUEST} `),
      code: 'INVALID_SIGNATURE',
    },
    {
      name: 'another Request-Time than signed',
      headers: () => ({ ...good(), 'Request-Time': offset(1) }),
      code: 'INVALID_SIGNATURE',
    },
    {
      name: 'no Request-Time',
      headers: () => {
        const headers = at('')
        delete headers['Request-Time']
        return headers
      },
      code: 'TIMESTAMP_INVALID',
    },
    {
      name: 'Request-Time twice',
      headers: () => ({ ...good(), 'Request-Time': [offset(0), offset(1)] }),
      code: 'PARAM_ILLEGAL',
    },
    {
      name: 'an unreadable Request-Time',
      headers: () => at('yesterday'),
      code: 'TIMESTAMP_INVALID',
    },
    {
      name: 'epoch seconds',
      headers: () => at(String(server.clock.now)),
      code: 'TIMESTAMP_INVALID',
    },
    {
      name: 'the 13th month',
      headers: () => at('2026-13-01T00:00:00Z'),
      code: 'TIMESTAMP_INVALID',
    },
    { name: 'six minutes ago', headers: () => at(offset(-360)), code: 'TIMESTAMP_INVALID' },
    { name: 'in six minutes', headers: () => at(offset(360)), code: 'TIMESTAMP_INVALID' },
    {
      name: 'a page of some origin',
      headers: () => ({ ...good(), Origin: 'https://kopi.example' }),
      code: 'ACCESS_DENIED',
    },
    {
      name: 'a browser',
      headers: () => ({ ...good(), 'Sec-Fetch-Site': 'none' }),
      code: 'ACCESS_DENIED',
    },
    {
      name: 'Content-Encoding',
      headers: () => ({ ...good(), 'Content-Encoding': 'gzip' }),
      code: 'PARAM_ILLEGAL',
    },
  ]
  it.each(rows)('$name fails with $code', async ({ headers, code }) => {
    expect((await expectRejection(server, PATH, headers(), CODE_REQUEST)).result.resultCode).toBe(
      code,
    )
  })

  it('fail with SIGNATURE_INVALID in the AMS dialect', async () => {
    const path = '/ams/api/v1/authorizations/applyToken'
    expect((await expectRejection(server, path, good(), CODE_REQUEST)).result.resultCode).toBe(
      'SIGNATURE_INVALID',
    )
  })

  it('of a production client on a sandbox path fail with ACCESS_DENIED', async () => {
    expect(
      await rejectionCodeOf(server, '/ams/sandbox/api/v1/authorizations/applyToken', {
        grantType: 'AUTHORIZATION_CODE',
        authCode: 'x',
      }),
    ).toBe('ACCESS_DENIED')
  })
})
