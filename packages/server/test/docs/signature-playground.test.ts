/**
 * @module The signature playground: what it reads, and that it finds mistakes by WebCrypto alone.
 */
import { createPublicKey, sign } from 'node:crypto'
import { signedPrefix } from '@assent/protocol'
import { expect, it } from 'vitest'
import {
  checkRequest,
  type RequestCheck,
} from '../../../../docs/.vitepress/theme/signature-playground/check-request.ts'
import { createExample } from '../../../../docs/.vitepress/theme/signature-playground/example.ts'
import { MERCHANT_KEY, OTHER_MERCHANT_KEY } from '../support/keys.ts'

const PATH = '/ams/api/v1/authorizations/applyToken?shop=1'
const BODY = '{"authCode":"ac_x","shop":"Café"}'
const TIME = '2026-11-28T12:00:00+00:00'
const PEM = createPublicKey(MERCHANT_KEY.privateKey)
  .export({ type: 'spki', format: 'pem' })
  .toString()

type Attempt = {
  readonly content?: string
  readonly encode?: (base64: string) => string
  readonly algorithm?: string
  readonly key?: string
  readonly clientId?: string
}

function headerOf({ content, encode = encodeURIComponent, algorithm = 'sha256' }: Attempt): string {
  const signed = content ?? signedPrefix(PATH, 'shop-1', TIME) + BODY
  const value = sign(algorithm, Buffer.from(signed), MERCHANT_KEY.privateKey).toString('base64')
  return `algorithm=RSA256, keyVersion=7, signature=${encode(value)}`
}

function rawRequest(attempt: Attempt): string {
  const headers = [
    `Client-Id: ${attempt.clientId ?? 'shop-1'}`,
    `Request-Time: ${TIME}`,
    `Signature: ${headerOf(attempt)}`,
  ]
  return [`POST ${PATH} HTTP/1.1`, ...headers, '', BODY].join('\r\n')
}

const check = (attempt: Attempt): Promise<RequestCheck> =>
  checkRequest(rawRequest(attempt), attempt.key ?? PEM)

it('shows what must be signed, and accepts a valid signature of any age', async () => {
  const { content, contentBytes, valid, diagnosis } = await check({})
  expect([content, valid, diagnosis.cause]).toEqual([
    `POST ${PATH}\nshop-1.${TIME}.${BODY}`,
    true,
    'VALID',
  ])
  expect(contentBytes).toBe(Buffer.byteLength(content))
})

it.each<[string, Attempt, string, RegExp]>([
  [
    'a line feed at the end',
    { content: `POST ${PATH}\nshop-1.${TIME}.${BODY}\n` },
    'CONTENT',
    /line feed/,
  ],
  [
    'the path without its query',
    { content: `POST ${PATH.split('?')[0]}\nshop-1.${TIME}.${BODY}` },
    'CONTENT',
    /query/,
  ],
  [
    'another spelling of the time',
    { content: `POST ${PATH}\nshop-1.2026-11-28T12:00:00Z.${BODY}` },
    'CONTENT',
    /format/,
  ],
  [
    'a body that was written again',
    { content: `POST ${PATH}\nshop-1.${TIME}.${JSON.stringify(JSON.parse(BODY), null, 2)}` },
    'CONTENT',
    /JSON library/,
  ],
  [
    'CRLF and the path in lower case',
    { content: `POST ${PATH.toLowerCase()}\r\nshop-1.${TIME}.${BODY}` },
    'CONTENT',
    /carriage return/,
  ],
  ['something unknown', { content: 'something else' }, 'CONTENT_UNKNOWN', /SHA-256/],
  ['SHA-1', { algorithm: 'sha1' }, 'HASH_ALGORITHM', /SHA-1/],
  [
    'percent-encoded twice',
    { encode: (value) => encodeURIComponent(encodeURIComponent(value)) },
    'SIGNATURE_ENCODING',
    /twice/,
  ],
  [
    'a truncated signature',
    { encode: (value) => value.slice(0, 300) },
    'SIGNATURE_LENGTH',
    /bytes/,
  ],
  ['another key', { key: OTHER_MERCHANT_KEY.publicKey }, 'KEY', /another key/],
])('finds %s', async (_name, attempt, cause, message) => {
  const { valid, diagnosis } = await check(attempt)
  expect([valid, diagnosis.cause]).toEqual([false, cause])
  expect(diagnosis.message).toMatch(message)
})

it('names the first byte that differs', async () => {
  const { diagnosis } = await check({
    content: `POST ${PATH.replace('/ams/api', '')}\nshop-1.${TIME}.${BODY}`,
  })
  expect(diagnosis.difference).toMatchObject({ at: 'POST /'.length })
})

it.each(['percent', 'base64', 'base64url'] as const)(
  'reads a signature in %s',
  async (encoding) => {
    const encode = (base64: string): string =>
      encoding === 'percent'
        ? encodeURIComponent(base64)
        : Buffer.from(base64, 'base64').toString(encoding)
    expect((await check({ encode })).valid).toBe(true)
  },
)

it.each([
  ['PEM', PEM],
  ['base64', MERCHANT_KEY.publicKey],
  ['a JWK', JSON.stringify(createPublicKey(MERCHANT_KEY.privateKey).export({ format: 'jwk' }))],
  ['PEM of an environment variable', PEM.replaceAll('\n', '\\n')],
])('reads a key as %s', async (_name, key) => {
  expect((await check({ key })).valid).toBe(true)
})

it.each([
  ['a private key', '-----BEGIN PRIVATE KEY-----\nMIIE', /private key/],
  ['PKCS #1', '-----BEGIN RSA PUBLIC KEY-----\nMIIB', /PKCS #1/],
  ['no key', 'hello', /no RSA public key/],
])('refuses %s', async (_name, key, message) => {
  await expect(check({ key })).rejects.toThrow(message)
})

it.each([
  ['single quotes', `--data '${BODY}'`],
  ['double quotes', `-d "${BODY.replaceAll('"', '\\"')}"`],
  ['$ quotes', `--data-raw $'${BODY}'`],
  ['an option with =', `--data-binary='${BODY}'`],
])('reads a curl command: %s', async (_name, data) => {
  const command = `curl -sS -o reply.json -X POST https://assent.example${PATH} \\
    -H 'Client-Id: shop-1' -H "Request-Time: ${TIME}" -H 'Signature: ${headerOf({})}' ${data}`
  expect((await checkRequest(command, PEM)).valid).toBe(true)
})

it.each([
  ['curl https://a.example/x --data @body.json', /in the file body.json/],
  ['curl -s', /no URL/],
  ['hello', /no request/],
])('says why it cannot read: %s', async (request, message) => {
  await expect(checkRequest(request, PEM)).rejects.toThrow(message)
})

it('has an example with a mistake that it finds', async () => {
  const { request, key } = await createExample()
  const { valid, diagnosis } = await checkRequest(request, key)
  expect([valid, diagnosis.cause, diagnosis.difference !== undefined]).toEqual([
    false,
    'CONTENT',
    true,
  ])
})
