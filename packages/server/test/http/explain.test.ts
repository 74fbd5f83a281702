/**
 * @module Every mistake with a signature that developers make: named, proven, and located to the byte.
 */
import { constants, createHash, sign } from 'node:crypto'
import { formatTime, signedPrefix } from '@assent/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Diagnosis } from '../../src/http/signature-diagnostics/diagnosis.ts'
import { MERCHANT_KEY, OTHER_MERCHANT_KEY, WALLET_KEY } from '../support/keys.ts'
import {
  CLIENT_ID,
  encodeSignature,
  startTestServer,
  type TestServer,
  testConfig,
} from '../support/server.ts'

const PATH = '/ams/api/v1/authorizations/applyToken'
const BODY = '{"grantType":"AUTHORIZATION_CODE","authCode":"ac_secretsecret","shop":"Café/1"}'
const PARSED = JSON.parse(BODY)

let server: TestServer
beforeAll(async () => {
  server = await startTestServer({ ...testConfig(), signatureDiagnostics: true })
})
afterAll(() => server.close())

type Attempt = {
  readonly target?: string
  readonly body?: string | Buffer
  readonly clientId?: string
  readonly time?: string
  readonly keyVersion?: number
  /** What is signed, when it is not what has to be. */
  readonly content?: (right: {
    path: string
    clientId: string
    time: string
    body: string
  }) => string | Buffer
  readonly key?: typeof MERCHANT_KEY
  readonly algorithm?: string
  readonly pss?: boolean
  readonly encode?: (base64: string) => string
  readonly header?: string
}

async function explain(attempt: Attempt): Promise<Diagnosis> {
  const { target = PATH, body = BODY, clientId = CLIENT_ID, keyVersion = 2 } = attempt
  const { time = formatTime(server.clock.now), key = MERCHANT_KEY } = attempt
  const content =
    attempt.content?.({ path: target, clientId, time, body: String(body) }) ??
    Buffer.concat([Buffer.from(signedPrefix(target, clientId, time)), Buffer.from(body)])
  const padding = attempt.pss ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING
  const signature = sign(attempt.algorithm ?? 'sha256', Buffer.from(content), {
    key: key.privateKey,
    padding,
  }).toString('base64')
  const encode = attempt.encode ?? ((base64: string) => encodeSignature(base64, 'percent'))
  const header =
    attempt.header ?? `algorithm=RSA256, keyVersion=${keyVersion}, signature=${encode(signature)}`
  const text = [
    `POST ${target} HTTP/1.1`,
    'Host: wallet.example',
    `Client-Id: ${clientId}`,
    `Request-Time: ${time}`,
    `Signature: ${header}`,
    '',
    '',
  ].join('\r\n')
  const response = await fetch(`${server.url}/signature-diagnostics`, {
    method: 'POST',
    body: Buffer.concat([Buffer.from(text), Buffer.from(body)]),
  })
  expect(response.status).toBe(200)
  return response.json()
}

const hashOf = (text: string): Buffer => createHash('sha256').update(text).digest()
const rightOf = (right: { path: string; clientId: string; time: string; body: string }): string =>
  signedPrefix(right.path, right.clientId, right.time) + right.body

describe('explain', () => {
  it('finds nothing wrong with what is right', async () => {
    expect(await explain({})).toMatchObject({ cause: 'VALID' })
  })

  it.each<readonly [string, Attempt, string, RegExp]>([
    [
      'path without its prefix',
      { content: (of) => rightOf({ ...of, path: '/v1/authorizations/applyToken' }) },
      'CONTENT',
      /the path without \/ams\/api/,
    ],
    [
      'path with a prefix that was not sent',
      { target: '/v1/authorizations/applyToken', content: (of) => rightOf({ ...of, path: PATH }) },
      'CONTENT',
      /the path with \/ams\/api in front/,
    ],
    [
      'whole URL',
      { content: (of) => rightOf({ ...of, path: `https://wallet.example${PATH}` }) },
      'CONTENT',
      /the whole URL/,
    ],
    [
      'path without its query',
      { target: `${PATH}?a=1`, content: (of) => rightOf({ ...of, path: PATH }) },
      'CONTENT',
      /without its query string/,
    ],
    [
      'method',
      { content: (of) => rightOf(of).replace('POST', 'post') },
      'CONTENT',
      /the method post/,
    ],
    [
      'time in milliseconds',
      { content: (of) => rightOf({ ...of, time: String(server.clock.now * 1000) }) },
      'CONTENT',
      /the time in another form/,
    ],
    [
      'time in another zone',
      {
        content: (of) =>
          rightOf({
            ...of,
            time: `${new Date((server.clock.now + 28_800) * 1000).toISOString().slice(0, 19)}+08:00`,
          }),
      },
      'CONTENT',
      /the time in another form/,
    ],
    [
      'clock asked twice',
      { content: (of) => rightOf({ ...of, time: formatTime(server.clock.now - 1) }) },
      'CONTENT',
      /another time than the Request-Time/,
    ],
    ['no time', { content: (of) => rightOf({ ...of, time: '' }) }, 'CONTENT', /no time/],
    [
      'Client-Id left out',
      { content: (of) => rightOf({ ...of, clientId: '' }) },
      'CONTENT',
      /no Client-Id/,
    ],
    [
      'body written again, compact',
      { body: JSON.stringify(PARSED, null, 2), content: (of) => rightOf({ ...of, body: BODY }) },
      'CONTENT',
      /written again by a JSON library/,
    ],
    [
      'body written again, indented',
      { content: (of) => rightOf({ ...of, body: JSON.stringify(PARSED, null, 2) }) },
      'CONTENT',
      /written again by a JSON library/,
    ],
    [
      'body written again, as Python does',
      {
        content: (of) =>
          rightOf({
            ...of,
            body: BODY.replaceAll('":', '": ').replaceAll(',"', ', "').replace('é', '\\u00e9'),
          }),
      },
      'CONTENT',
      /written again by a JSON library/,
    ],
    [
      'body written again, sorted',
      {
        content: (of) =>
          rightOf({
            ...of,
            body: JSON.stringify({
              authCode: PARSED.authCode,
              grantType: PARSED.grantType,
              shop: PARSED.shop,
            }),
          }),
      },
      'CONTENT',
      /written again by a JSON library/,
    ],
    [
      'slashes escaped',
      { content: (of) => rightOf({ ...of, body: BODY.replaceAll('/', '\\/') }) },
      'CONTENT',
      /written again by a JSON library/,
    ],
    [
      'body in another encoding',
      {
        content: (of) =>
          Buffer.concat([
            Buffer.from(signedPrefix(of.path, of.clientId, of.time)),
            Buffer.from(BODY, 'latin1'),
          ]),
      },
      'CONTENT',
      /in ISO 8859-1/,
    ],
    [
      'body encoded twice',
      { content: (of) => rightOf({ ...of, body: Buffer.from(BODY).toString('latin1') }) },
      'CONTENT',
      /encoded in UTF-8 twice/,
    ],
    [
      'line feed at the end of the body sent',
      { body: `${BODY}\n`, content: (of) => rightOf({ ...of, body: BODY }) },
      'CONTENT',
      /the body/,
    ],
    [
      'line feed at the end of the content',
      { content: (of) => `${rightOf(of)}\n` },
      'CONTENT',
      /line feed/,
    ],
    ['no body', { content: (of) => rightOf({ ...of, body: '' }) }, 'CONTENT', /no body/],
    ['only the body', { content: (of) => of.body }, 'CONTENT', /only the body/],
    [
      'hash of the body',
      { content: (of) => rightOf({ ...of, body: hashOf(of.body).toString('hex') }) },
      'CONTENT',
      /the hash of the body/,
    ],
    ['CR LF', { content: (of) => rightOf(of).replace('\n', '\r\n') }, 'CONTENT', /carriage return/],
    [
      'escaped line feed',
      { content: (of) => rightOf(of).replace('\n', '\\n') },
      'CONTENT',
      /a backslash and an n/,
    ],
    ['no line feed', { content: (of) => rightOf(of).replace('\n', '') }, 'CONTENT', /no line feed/],
    [
      'two mistakes',
      { content: (of) => `${rightOf({ ...of, path: '/v1/authorizations/applyToken' })}\n` },
      'CONTENT',
      /without \/ams\/api, and (the body with )?a line feed/,
    ],
    ['hashed before', { content: (of) => hashOf(rightOf(of)) }, 'HASHED_TWICE', /hashes by itself/],
    [
      'hash in hexadecimal before',
      { content: (of) => hashOf(rightOf(of)).toString('hex') },
      'HASHED_TWICE',
      /hashes by itself/,
    ],
    ['SHA-1', { algorithm: 'sha1' }, 'HASH_ALGORITHM', /signed with SHA-1/],
    ['PSS', { pss: true }, 'PADDING', /PKCS #1/],
    ['key of nobody', { key: WALLET_KEY }, 'KEY', /Another key/],
    ['key of another version', { key: OTHER_MERCHANT_KEY }, 'KEY_VERSION', /key of version 1/],
    ['version that is not registered', { keyVersion: 7 }, 'KEY_VERSION', /not registered/],
    [
      'encoded twice',
      { encode: (base64) => encodeURIComponent(encodeURIComponent(base64)) },
      'SIGNATURE_ENCODING',
      /twice/,
    ],
    [
      'base64 of base64',
      { encode: (base64) => encodeURIComponent(Buffer.from(base64).toString('base64')) },
      'SIGNATURE_ENCODING',
      /base64 twice/,
    ],
    [
      'hexadecimal',
      { encode: (base64) => Buffer.from(base64, 'base64').toString('hex') },
      'SIGNATURE_ENCODING',
      /hexadecimal/,
    ],
    [
      'plus signs that became spaces',
      { encode: (base64) => `A A${base64.replaceAll('+', ' ')}` },
      'SIGNATURE_ENCODING',
      /spaces/,
    ],
    ['cut off', { encode: (base64) => base64.slice(0, 100) }, 'SIGNATURE_LENGTH', /75 bytes/],
    [
      'no signature',
      { header: 'algorithm=RSA256, keyVersion=1' },
      'HEADER_MALFORMED',
      /no signature/,
    ],
    [
      'another algorithm named',
      { header: 'algorithm=HS256, keyVersion=1, signature=AAAA' },
      'HEADER_MALFORMED',
      /names no algorithm/,
    ],
    ['unknown client', { clientId: 'nobody' }, 'CLIENT_UNKNOWN', /not registered/],
    ['stale', { time: '2020-01-01T00:00:00Z' }, 'TIME', /seconds ago/],
    [
      'something else',
      { content: () => 'something else' },
      'CONTENT_UNKNOWN',
      /Something else was signed/,
    ],
  ])('finds: %s', async (_, attempt, cause, message) => {
    const explanation = await explain(attempt)
    expect(explanation).toMatchObject({ cause, message: expect.stringMatching(message) })
    // What proves it is where it differs.
    expect(explanation.difference !== undefined).toBe(cause === 'CONTENT')
    expect(JSON.stringify(explanation)).not.toContain('secretsecret')
  })

  it('shows the byte', async () => {
    const { difference } = await explain({
      content: (of) => rightOf({ ...of, path: '/v1/authorizations/applyToken' }),
    })
    expect(difference).toEqual({
      at: 'POST /'.length,
      expected: '"POST /ams/api/v1/authorization"',
      signed: '"POST /v1/authorizations/applyT"',
    })
  })

  it('is not there unless the server is a sandbox', async () => {
    const other = await startTestServer()
    const response = await fetch(`${other.url}/signature-diagnostics`, {
      method: 'POST',
      body: 'x',
    })
    expect(response.status).toBe(404)
    await other.close()
  })
})
