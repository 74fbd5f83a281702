/**
 * @module Signature diagnostics: each common mistake is identified, and its first byte is located.
 */
import { constants, createHash, sign } from 'node:crypto'
import { formatTime, signedPrefix } from '@assent/protocol'
import type { Diagnosis } from '@assent/protocol/signature-diagnostics'
import { diagnoseDigest } from '@assent/protocol/signature-diagnostics'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FORMER_MERCHANT_KEY, MERCHANT_KEY, WALLET_KEY } from '../../support/keys.ts'
import {
  CLIENT_ID,
  encodeSignature,
  signedHeaders,
  startTestServer,
  type TestServer,
  testConfig,
} from '../../support/server.ts'

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
  /** The content that is signed. Default: the content that must be signed. */
  readonly content?: (expected: {
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

async function diagnose(attempt: Attempt): Promise<Diagnosis> {
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
const contentOf = (of: { path: string; clientId: string; time: string; body: string }): string =>
  signedPrefix(of.path, of.clientId, of.time) + of.body

describe('signature diagnostics', () => {
  it('accept a valid signature', async () => {
    expect(await diagnose({})).toMatchObject({ cause: 'VALID' })
  })

  it.each<readonly [string, Attempt, string, RegExp]>([
    [
      'the path without its prefix',
      { content: (of) => contentOf({ ...of, path: '/v1/authorizations/applyToken' }) },
      'CONTENT',
      /the path without \/ams\/api/,
    ],
    [
      'the path with a prefix that was not sent',
      {
        target: '/v1/authorizations/applyToken',
        content: (of) => contentOf({ ...of, path: PATH }),
      },
      'CONTENT',
      /the path with \/ams\/api in front/,
    ],
    [
      'the whole URL',
      { content: (of) => contentOf({ ...of, path: `https://wallet.example${PATH}` }) },
      'CONTENT',
      /the whole URL/,
    ],
    [
      'the path without its query string',
      { target: `${PATH}?a=1`, content: (of) => contentOf({ ...of, path: PATH }) },
      'CONTENT',
      /without its query string/,
    ],
    [
      'the method in lower case',
      { content: (of) => contentOf(of).replace('POST', 'post') },
      'CONTENT',
      /the method post/,
    ],
    [
      'the time in milliseconds',
      { content: (of) => contentOf({ ...of, time: String(server.clock.now * 1000) }) },
      'CONTENT',
      /the time in another format/,
    ],
    [
      'the time in another time zone',
      {
        content: (of) =>
          contentOf({
            ...of,
            time: `${new Date((server.clock.now + 28_800) * 1000).toISOString().slice(0, 19)}+08:00`,
          }),
      },
      'CONTENT',
      /the time in another format/,
    ],
    [
      'another time than the header',
      { content: (of) => contentOf({ ...of, time: formatTime(server.clock.now - 1) }) },
      'CONTENT',
      /another time than the Request-Time/,
    ],
    ['no time', { content: (of) => contentOf({ ...of, time: '' }) }, 'CONTENT', /no time/],
    [
      'no Client-Id',
      { content: (of) => contentOf({ ...of, clientId: '' }) },
      'CONTENT',
      /no Client-Id/,
    ],
    [
      'the body serialized again, compact',
      { body: JSON.stringify(PARSED, null, 2), content: (of) => contentOf({ ...of, body: BODY }) },
      'CONTENT',
      /as a JSON library serializes it again/,
    ],
    [
      'the body serialized again, indented',
      { content: (of) => contentOf({ ...of, body: JSON.stringify(PARSED, null, 2) }) },
      'CONTENT',
      /as a JSON library serializes it again/,
    ],
    [
      'the body serialized again by Python',
      {
        content: (of) =>
          contentOf({
            ...of,
            body: BODY.replaceAll('":', '": ').replaceAll(',"', ', "').replace('é', '\\u00e9'),
          }),
      },
      'CONTENT',
      /as a JSON library serializes it again/,
    ],
    [
      'the body serialized again with sorted members',
      {
        content: (of) =>
          contentOf({
            ...of,
            body: JSON.stringify({
              authCode: PARSED.authCode,
              grantType: PARSED.grantType,
              shop: PARSED.shop,
            }),
          }),
      },
      'CONTENT',
      /as a JSON library serializes it again/,
    ],
    [
      'the body with escaped slashes',
      { content: (of) => contentOf({ ...of, body: BODY.replaceAll('/', '\\/') }) },
      'CONTENT',
      /as a JSON library serializes it again/,
    ],
    [
      'the body in another character encoding',
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
      'the body encoded twice',
      { content: (of) => contentOf({ ...of, body: Buffer.from(BODY).toString('latin1') }) },
      'CONTENT',
      /encoded in UTF-8 twice/,
    ],
    [
      'the body without the line feed at its end',
      { body: `${BODY}\n`, content: (of) => contentOf({ ...of, body: BODY }) },
      'CONTENT',
      /the body/,
    ],
    [
      'a line feed after the content',
      { content: (of) => `${contentOf(of)}\n` },
      'CONTENT',
      /line feed/,
    ],
    ['no body', { content: (of) => contentOf({ ...of, body: '' }) }, 'CONTENT', /no body/],
    ['only the body', { content: (of) => of.body }, 'CONTENT', /only the body/],
    [
      'the hash of the body',
      { content: (of) => contentOf({ ...of, body: hashOf(of.body).toString('hex') }) },
      'CONTENT',
      /the hash of the body/,
    ],
    [
      'a carriage return before the line feed',
      { content: (of) => contentOf(of).replace('\n', '\r\n') },
      'CONTENT',
      /carriage return/,
    ],
    [
      'an escaped line feed',
      { content: (of) => contentOf(of).replace('\n', '\\n') },
      'CONTENT',
      /a backslash and an n/,
    ],
    [
      'no line feed',
      { content: (of) => contentOf(of).replace('\n', '') },
      'CONTENT',
      /no line feed/,
    ],
    [
      'mistakes in two parts',
      { content: (of) => `${contentOf({ ...of, path: '/v1/authorizations/applyToken' })}\n` },
      'CONTENT',
      /without \/ams\/api, and (the body with )?a line feed/,
    ],
    [
      'a hash that is signed',
      { content: (of) => hashOf(contentOf(of)) },
      'HASHED_TWICE',
      /already hashes/,
    ],
    [
      'a hexadecimal hash that is signed',
      { content: (of) => hashOf(contentOf(of)).toString('hex') },
      'HASHED_TWICE',
      /already hashes/,
    ],
    ['SHA-1', { algorithm: 'sha1' }, 'HASH_ALGORITHM', /signed with SHA-1/],
    ['PSS padding', { pss: true }, 'PADDING', /PKCS #1/],
    ['an unregistered key', { key: WALLET_KEY }, 'KEY', /another key/],
    ['the key of another version', { key: FORMER_MERCHANT_KEY }, 'KEY_VERSION', /key of version 1/],
    ['an unregistered key version', { keyVersion: 7 }, 'KEY_VERSION', /not registered/],
    [
      'a signature that is percent-encoded twice',
      { encode: (base64) => encodeURIComponent(encodeURIComponent(base64)) },
      'SIGNATURE_ENCODING',
      /twice/,
    ],
    [
      'a signature in base64 twice',
      { encode: (base64) => encodeURIComponent(Buffer.from(base64).toString('base64')) },
      'SIGNATURE_ENCODING',
      /base64 twice/,
    ],
    [
      'a hexadecimal signature',
      { encode: (base64) => Buffer.from(base64, 'base64').toString('hex') },
      'SIGNATURE_ENCODING',
      /hexadecimal/,
    ],
    [
      'a signature with spaces instead of plus signs',
      { encode: (base64) => `A A${base64.replaceAll('+', ' ')}` },
      'SIGNATURE_ENCODING',
      /spaces/,
    ],
    [
      'a truncated signature',
      { encode: (base64) => base64.slice(0, 100) },
      'SIGNATURE_LENGTH',
      /75 bytes/,
    ],
    [
      'a Signature header without a signature',
      { header: 'algorithm=RSA256, keyVersion=1' },
      'HEADER_MALFORMED',
      /no signature/,
    ],
    [
      'an unsupported algorithm',
      { header: 'algorithm=HS256, keyVersion=1, signature=AAAA' },
      'HEADER_MALFORMED',
      /no supported algorithm/,
    ],
    ['an unknown client', { clientId: 'nobody' }, 'CLIENT_UNKNOWN', /not registered/],
    ['an old request time', { time: '2020-01-01T00:00:00Z' }, 'TIME', /seconds ago/],
    [
      'unknown content',
      { content: () => 'something else' },
      'CONTENT_UNKNOWN',
      /Other content was signed/,
    ],
  ])('identify: %s', async (_, attempt, cause, message) => {
    const diagnosis = await diagnose(attempt)
    expect(diagnosis).toMatchObject({ cause, message: expect.stringMatching(message) })
    // Only wrong content has a first difference.
    expect(diagnosis.difference !== undefined).toBe(cause === 'CONTENT')
    expect(JSON.stringify(diagnosis)).not.toContain('secretsecret')
  })

  it('locate the first byte that differs', async () => {
    const { difference } = await diagnose({
      content: (of) => contentOf({ ...of, path: '/v1/authorizations/applyToken' }),
    })
    expect(difference).toEqual({
      at: 'POST /'.length,
      expected: '"POST /ams/api/v1/authorization"',
      signed: '"POST /v1/authorizations/applyT"',
    })
  })

  it('are disabled unless the configuration enables them', async () => {
    const other = await startTestServer()
    const response = await fetch(`${other.url}/signature-diagnostics`, {
      method: 'POST',
      body: 'x',
    })
    expect(response.status).toBe(404)
    await other.close()
  })
})

describe('the search', () => {
  const body = Buffer.from(JSON.stringify({ text: 'é/'.repeat(3000) }))
  const request = {
    method: 'POST',
    target: PATH,
    headers: new Map([['request-time', formatTime(0)]]),
    body,
  }
  const sha256 = (content: Uint8Array): Buffer => createHash('sha256').update(content).digest()

  it('pauses, so that other requests run', async () => {
    let pauses = 0
    const pause = async (): Promise<void> => void pauses++
    const digest = sha256(Buffer.from('something else'))
    const { cause } = await diagnoseDigest(request, CLIENT_ID, body, digest, { sha256, pause })
    expect(cause).toBe('CONTENT_UNKNOWN')
    expect(pauses).toBeGreaterThan(0)
  })

  it('is done for one request at a time, few wait for it, and the others are told to retry', async () => {
    const path = '/v1/authorizations/applyToken'
    const headers = signedHeaders(server.clock, path, 'another body')
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
    const text = Buffer.concat([
      Buffer.from(`POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n`),
      body,
    ])
    const statuses = await Promise.all(
      Array.from({ length: 12 }, async () => {
        const response = await fetch(`${server.url}/signature-diagnostics`, {
          method: 'POST',
          body: text,
        })
        await response.arrayBuffer()
        return [response.status, response.headers.get('retry-after')]
      }),
    )
    expect(statuses.filter(([status]) => status === 200).length).toBeGreaterThanOrEqual(9)
    for (const [status, retryAfter] of statuses)
      expect([
        [200, null],
        [429, '5'],
      ]).toContainEqual([status, retryAfter])
  })
})
