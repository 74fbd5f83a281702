/**
 * @module The signature of requests and replies: SHA256withRSA over `POST <path>\n<client id>.<time>.<body>`.
 */
import { generateKeyPairSync, sign, verify } from 'node:crypto'
import { formatSignatureHeader, parseSignatureHeader } from '@assent/protocol'
import { describe, expect, it } from 'vitest'
import { type SignedReply, signRequest, verifyReply } from '../src/index.ts'

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const PATH = '/v1/authorizations/applyToken?a=1'
const BODY = '{"authCode":"ac_ä"}'

describe(signRequest, () => {
  const headers = signRequest({
    clientId: 'merchant-1',
    key: privateKey,
    keyVersion: 3,
    path: PATH,
    body: BODY,
    now: 1_767_225_600,
  })

  it('names the client, the time in UTC and the media type', () => {
    expect(headers).toMatchObject({
      'content-type': 'application/json; charset=UTF-8',
      'client-id': 'merchant-1',
      'request-time': expect.stringMatching(/^2026-01-01T00:00:00\.\d{9}\+00:00$/),
    })
  })

  it('has another time for each request, also in one second', () => {
    const request = {
      clientId: 'm',
      key: privateKey,
      keyVersion: 1,
      path: PATH,
      body: BODY,
      now: 1,
    }
    const times = Array.from({ length: 20 }, () => signRequest(request)['request-time'])
    expect(new Set(times).size).toBe(20)
  })

  it('names the key version', () => {
    expect(parseSignatureHeader(headers['signature'] ?? '')?.keyVersion).toBe(3)
  })

  it('signs the method, path, client, time and body with SHA256withRSA', () => {
    const content = `POST ${PATH}\nmerchant-1.${headers['request-time']}.${BODY}`
    const signature = parseSignatureHeader(headers['signature'] ?? '')?.base64 ?? ''
    const bytes = Buffer.from(signature, 'base64')
    expect(verify('sha256', Buffer.from(content), publicKey, bytes)).toBe(true)
  })
})

describe(verifyReply, () => {
  const time = '2026-01-01T00:00:00+00:00'
  const signature = sign(
    'sha256',
    Buffer.from(`POST ${PATH}\nmerchant-1.${time}.${BODY}`),
    privateKey,
  )
  const genuine = {
    'client-id': 'merchant-1',
    'response-time': time,
    signature: formatSignatureHeader(1, signature.toString('base64'), 'base64url'),
  }
  const isValid = (
    headers: Readonly<Record<string, string>>,
    reply: Partial<Omit<SignedReply, 'headers'>> = {},
  ): boolean =>
    verifyReply(publicKey, {
      path: PATH,
      headers: new Headers(headers),
      body: Buffer.from(BODY),
      clientId: 'merchant-1',
      ...reply,
    })

  it('accepts a genuine reply', () => {
    expect(isValid(genuine)).toBe(true)
  })

  it.each([
    { name: 'another client in the header', headers: { ...genuine, 'client-id': 'merchant-2' } },
    { name: 'another time', headers: { ...genuine, 'response-time': '2026-01-01T00:00:01+00:00' } },
    { name: 'a malformed signature', headers: { ...genuine, signature: 'signature' } },
    { name: 'no headers', headers: {} },
    { name: 'another path', headers: genuine, reply: { path: '/v1/other' } },
    { name: 'another body', headers: genuine, reply: { body: Buffer.from('{}') } },
    { name: 'another expected client', headers: genuine, reply: { clientId: 'merchant-2' } },
  ])('rejects a reply with $name', ({ headers, reply }) => {
    expect(isValid(headers, reply)).toBe(false)
  })
})
