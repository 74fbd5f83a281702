/**
 * @module The platform's reply key is rotated while merchants, wallets and the user directory exchange messages: every message verifies
 * with the keys that were published before it was signed.
 */
import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseSignatureHeader, signedPrefix } from '@assent/protocol'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { generateRsaKeyPair } from '../../src/crypto/keys/key-generation.ts'
import { runCommand } from '../support/command.ts'
import { type Outside, type Received, startOutside } from '../support/outside.ts'
import {
  APP_ID,
  codeFor,
  redeem,
  send,
  signedHeaders,
  startTestServer,
  type TestServer,
  testConfig,
  USER_ID,
  WALLET_SIGNING,
  walletCall,
} from '../support/server.ts'

const KEYS_PATH = '/.well-known/assent/reply-keys'
const DAY = 86_400

type PublishedKey = {
  readonly keyVersion: number
  readonly algorithm: string
  readonly publicKey: string
  readonly state: string
  readonly activeFrom?: string
}

let outside: Outside
let server: TestServer
let configPath: string

beforeAll(async () => {
  outside = await startOutside()
  const { url } = outside
  const config = testConfig()
  const [client, ...others] = config.clients
  if (!client) throw new Error('The test configuration has a client.')
  server = await startTestServer({
    ...config,
    notifications: { allowPrivateAddresses: true },
    directory: { kind: 'http', url: `${url}/users`, cacheSeconds: 0 },
    clients: [{ ...client, notifyUrl: `${url}/events` }, ...others],
  })
  configPath = join(server.folder, 'assent.yaml')
})
afterAll(async () => {
  await server.close()
  outside.close()
})

async function published(): Promise<readonly PublishedKey[]> {
  const response = await fetch(server.url + KEYS_PATH)
  expect(response.headers.get('cache-control')).toBe('public, max-age=300')
  expect(response.headers.get('content-type')).toContain('application/json')
  return ((await response.json()) as { keys: PublishedKey[] }).keys
}

const states = async () =>
  (await published()).map(({ keyVersion, state }) => `${keyVersion} ${state}`)

/** A receiver that knows the keys it has fetched. */
function receiver(keys: readonly PublishedKey[]): ReadonlyMap<number, KeyObject> {
  return new Map(
    keys.map(({ keyVersion, publicKey }) => [
      keyVersion,
      createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' }),
    ]),
  )
}

/** @returns the version of the key that verified it */
function verifiedBy(
  known: ReadonlyMap<number, KeyObject>,
  { path, headers, body }: Received,
): number | undefined {
  const signature = parseSignatureHeader(String(headers['signature']))
  const time = headers['response-time'] ?? headers['request-time']
  const content = signedPrefix(path, String(headers['client-id']), String(time)) + body
  const key = known.get(signature?.keyVersion ?? -1)
  const bytes = Buffer.from(signature?.base64 ?? '', 'base64')
  return key && verify('sha256', Buffer.from(content), key, bytes)
    ? signature?.keyVersion
    : undefined
}

/** One reply of the merchant API. */
async function reply(path = '/v1/authorizations/query'): Promise<Received> {
  const { headers, body } = await send(
    server,
    path,
    signedHeaders(server.clock, path, '{"accessToken":"nothing"}'),
    '{"accessToken":"nothing"}',
  )
  return { path, headers, body }
}

async function walletReply(): Promise<Received> {
  const path = '/wallet/v1/grants'
  const text = JSON.stringify({ userId: USER_ID })
  const { headers, body } = await send(
    server,
    path,
    signedHeaders(server.clock, path, text, WALLET_SIGNING),
    text,
  )
  return { path, headers, body }
}

/** A login and a withdrawal, which the directory and the webhook hear of. */
async function useService(platformKey: KeyObject): Promise<void> {
  const platform = { ...server, platformKey }
  await redeem(platform, await codeFor(platform, ['auth_user']))
  await walletCall(platform, 'revoke', { userId: USER_ID, appId: APP_ID })
}

it('rotates with requests flowing: announced, published, then current; the old key stays published', async () => {
  expect(await states()).toEqual(['1 current'])

  const rotated = await runCommand('keys', 'rotate', '--replies', '--config', configPath)
  expect(rotated).toMatchObject({ code: 0, output: expect.stringContaining('reply-2') })
  await expect.poll(states, { timeout: 10_000 }).toEqual(['1 current', '2 announced'])
  const keys = await published()
  const known = receiver(keys)
  expect(verifiedBy(known, await reply())).toBe(1)
  expect(Date.parse(keys[1]?.activeFrom ?? '') / 1000 - server.clock.now).toBeCloseTo(DAY, -2)

  // Requests flow while the time of the new key comes.
  const replies: Promise<Received>[] = []
  for (let round = 0; round < 100; round++) {
    if (round === 50) server.clock.now += DAY + 60
    replies.push(reply(), walletReply())
    if (round % 10 === 0) await Promise.all(replies)
  }
  const verified = (await Promise.all(replies)).map((one) => verifiedBy(known, one))
  expect(new Set(verified)).toEqual(new Set([1, 2]))
  expect(verified.at(-1)).toBe(2)
  expect(await states()).toEqual(['1 retired', '2 current'])

  outside.clear()
  await useService(known.get(2) ?? server.platformKey)
  const paths = () => new Set(outside.received().map(({ path }) => path))
  await expect.poll(paths, { timeout: 10_000 }).toEqual(new Set(['/users', '/events']))
  expect(new Set(outside.received().map((one) => verifiedBy(known, one)))).toEqual(new Set([2]))

  server.clock.now += 30 * DAY
  expect(await states()).toEqual(['2 current'])
})

it('does not sign with a key that somebody puts into the folder', async () => {
  const path = join(server.folder, 'keys', 'reply-3.pem')
  writeFileSync(path, generateRsaKeyPair().privateKey, { mode: 0o600 })
  await expect.poll(states, { timeout: 10_000 }).toEqual(['2 current', '3 announced'])
  expect(verifiedBy(receiver(await published()), await reply())).toBe(2)
})

it('keeps signing when a key file is damaged, and says which one', async () => {
  const path = join(server.folder, 'keys', 'reply-4.pem')
  writeFileSync(path, 'damaged', { mode: 0o600 })
  await expect.poll(() => server.log.join('\n'), { timeout: 10_000 }).toContain('reply-4.pem')
  expect(verifiedBy(receiver(await published()), await reply())).toBe(2)
})
