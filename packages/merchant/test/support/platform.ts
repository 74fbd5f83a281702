/**
 * @module A platform on loopback that verifies requests, signs replies, and otherwise responds as each test decides.
 */
import { generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  formatSignatureHeader,
  formatTime,
  parseSignatureHeader,
  type SignatureEncoding,
  signedPrefix,
} from '@assent/protocol'
import {
  type Customer,
  createMerchantClient,
  type MerchantClient,
  type MerchantClientOptions,
  type Tokens,
} from '../../src/index.ts'

export const MERCHANT_KEYS = generateKeyPairSync('rsa', { modulusLength: 2048 })
export const PLATFORM_KEYS = generateKeyPairSync('rsa', { modulusLength: 2048 })
export const CLIENT_ID = 'merchant-1'
export const APP_ID = 'app-1'
export const KEYS_PATH = '/.well-known/assent/reply-keys'
export const CUSTOMER: Customer = { appId: APP_ID, customerId: 'customer-1' }

export type PlatformRequest = { readonly path: string; readonly request: Record<string, string> }
export type RequestHandler = (request: PlatformRequest, response: ServerResponse) => void

export type FakePlatform = {
  readonly baseUrl: string
  /** The requests with a valid signature, since the last `reset`. */
  readonly received: PlatformRequest[]
  handle: RequestHandler
  /** The keys that it publishes at `KEYS_PATH`, or how it answers there. */
  publishedKeys: readonly object[] | ((response: ServerResponse) => void)
  /** How often the keys were fetched. */
  keyFetches: number
  reset(): void
  close(): void
}

/** A request whose signature is invalid gets an unsigned 401, which the client rejects. */
export async function startPlatform(): Promise<FakePlatform> {
  const server = createServer((incoming, response) => {
    if (incoming.url === KEYS_PATH) return publishKeys(platform, response)
    return void readBody(incoming).then(
      (body) => {
        if (!isSigned(incoming, body)) return response.writeHead(401).end()
        const request = {
          path: incoming.url ?? '',
          request: JSON.parse(body) as Record<string, string>,
        }
        platform.received.push(request)
        return platform.handle(request, response)
      },
      // The client gave up before it had sent the whole body.
      () => response.destroy(),
    )
  })
  // Longer than a busy machine pauses: a connection that closes while a request is on its way is a test of its own.
  server.keepAliveTimeout = 120_000
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const platform: FakePlatform = {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received: [],
    handle: (_request, response) => void response.writeHead(404).end(),
    publishedKeys: [],
    keyFetches: 0,
    reset() {
      platform.received.length = 0
    },
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
  return platform
}

function publishKeys(platform: FakePlatform, response: ServerResponse): void {
  const { publishedKeys } = platform
  platform.keyFetches++
  if (typeof publishedKeys === 'function') {
    publishedKeys(response)
    return
  }
  const headers = { 'content-type': 'application/json', 'cache-control': 'public, max-age=300' }
  response.writeHead(200, headers).end(JSON.stringify({ keys: publishedKeys }))
}

/** An entry of the platform's document of keys. */
export function publishedKey(keyVersion: number, key: KeyObject, state = 'current'): object {
  const publicKey = key.export({ type: 'spki', format: 'der' }).toString('base64')
  return { keyVersion, algorithm: 'RSA256', publicKey, state }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

function isSigned({ headers, url = '' }: IncomingMessage, body: string): boolean {
  const signature = parseSignatureHeader(String(headers['signature']))
  const prefix = signedPrefix(url, String(headers['client-id']), String(headers['request-time']))
  return (
    signature !== undefined &&
    verify(
      'sha256',
      Buffer.from(prefix + body),
      MERCHANT_KEYS.publicKey,
      Buffer.from(signature.base64, 'base64'),
    )
  )
}

export type ReplyOptions = {
  readonly encoding?: SignatureEncoding
  readonly clientId?: string
  /** Alters the body after it was signed. */
  readonly isTampered?: boolean
  /** Epoch seconds. */
  readonly time?: number
  readonly key?: KeyObject
  readonly keyVersion?: number
}

export function reply(
  path: string,
  response: ServerResponse,
  data: object,
  {
    encoding = 'base64url',
    clientId = CLIENT_ID,
    isTampered,
    time,
    key = PLATFORM_KEYS.privateKey,
    keyVersion = 1,
  }: ReplyOptions = {},
): void {
  const body = JSON.stringify(data)
  const responseTime = formatTime(time ?? Math.floor(Date.now() / 1000))
  const signature = sign(
    'sha256',
    Buffer.from(signedPrefix(path, clientId, responseTime) + body),
    key,
  )
  response.writeHead(200, {
    'client-id': clientId,
    'response-time': responseTime,
    signature: formatSignatureHeader(keyVersion, signature.toString('base64'), encoding),
    'trace-id': 'trace-7',
  })
  response.end(isTampered ? body.replace('SUCCESS', 'success') : body)
}

export const SUCCESS = { resultStatus: 'S', resultCode: 'SUCCESS', resultMessage: 'success' }

export function failure(resultCode: string, resultStatus = 'F'): object {
  return { result: { resultStatus, resultCode, resultMessage: 'No.' } }
}

/** Read once per file, so that tokens made at different times are equal. */
const now = Math.floor(Date.now() / 1000)

export function tokens(n: number, expiresInSeconds = 3600): Tokens {
  return {
    accessToken: `at_${n}`,
    accessTokenExpiryTime: formatTime(now + expiresInSeconds),
    refreshToken: `rt_${n}`,
    refreshTokenExpiryTime: formatTime(now + 86_400),
    customerId: 'customer-1',
    scope: 'auth_base',
  }
}

export function createClient(
  baseUrl: string,
  options: Partial<MerchantClientOptions> = {},
): MerchantClient {
  return createMerchantClient({
    baseUrl,
    clientId: CLIENT_ID,
    privateKey: MERCHANT_KEYS.privateKey,
    platformKeys: PLATFORM_KEYS.publicKey,
    ...options,
  })
}
