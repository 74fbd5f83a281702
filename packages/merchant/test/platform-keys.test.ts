/**
 * @module The platform's keys: by version, or fetched and fetched again; and a rotation while requests and notifications flow.
 */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { formatSignatureHeader, formatTime, signedPrefix } from '@assent/protocol'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  createNotificationReceiver,
  type NotificationRequest,
  type NotificationResponse,
  OutcomeUnknownError,
  type PlatformKeys,
  ReplySignatureError,
  UnavailableError,
} from '../src/index.ts'
import { createFetchedKeyRing, createPlatformKeyRing } from '../src/platform-keys.ts'
import { createSignedRequestSender } from '../src/signed-request.ts'
import {
  APP_ID,
  CLIENT_ID,
  createClient,
  type FakePlatform,
  KEYS_PATH,
  MERCHANT_KEYS,
  PLATFORM_KEYS,
  publishedKey,
  reply,
  SUCCESS,
  startPlatform,
  tokens,
} from './support/platform.ts'

const FIRST = PLATFORM_KEYS
const SECOND = generateKeyPairSync('rsa', { modulusLength: 2048 })
const FIRST_ENTRY = publishedKey(1, FIRST.publicKey)
const SECOND_ENTRY = publishedKey(2, SECOND.publicKey, 'announced')

let platform: FakePlatform
let url: string
beforeAll(async () => {
  platform = await startPlatform()
  url = platform.baseUrl + KEYS_PATH
})
afterAll(() => platform.close())
beforeEach(() => {
  platform.reset()
  platform.keyFetches = 0
  platform.publishedKeys = [FIRST_ENTRY]
})

describe('keys that are configured', () => {
  it.each<{ name: string; platformKeys: PlatformKeys; keyVersion: number; isAccepted: boolean }>([
    {
      name: 'one key, whatever version signs',
      platformKeys: SECOND.publicKey,
      keyVersion: 7,
      isAccepted: true,
    },
    {
      name: 'the key of the version',
      platformKeys: { 1: FIRST.publicKey, 2: SECOND.publicKey },
      keyVersion: 2,
      isAccepted: true,
    },
    {
      name: 'the key of another version',
      platformKeys: { 1: SECOND.publicKey, 2: FIRST.publicKey },
      keyVersion: 2,
      isAccepted: false,
    },
    {
      name: 'no key of the version',
      platformKeys: { 1: SECOND.publicKey },
      keyVersion: 2,
      isAccepted: false,
    },
  ])('$name → $isAccepted', async ({ platformKeys, keyVersion, isAccepted }) => {
    platform.handle = ({ path }, response) =>
      reply(
        path,
        response,
        { result: SUCCESS, events: [], cursor: '1' },
        { key: SECOND.privateKey, keyVersion },
      )
    const call = createClient(platform.baseUrl, { platformKeys }).listEvents()
    if (isAccepted) return expect(await call).toMatchObject({ cursor: '1' })
    return expect(call).rejects.toThrow(ReplySignatureError)
  })

  it('says that a version is missing', async () => {
    platform.handle = ({ path }, response) =>
      reply(path, response, { result: SUCCESS }, { key: SECOND.privateKey, keyVersion: 2 })
    const client = createClient(platform.baseUrl, { platformKeys: { 1: FIRST.publicKey } })
    await expect(client.listEvents()).rejects.toThrow('key version that platformKeys does not have')
  })

  it.each([
    { name: 'no key', platformKeys: {}, says: 'platformKeys is empty' },
    {
      name: 'a version that is no number',
      platformKeys: { v1: FIRST.publicKey },
      says: 'the version v1',
    },
    {
      name: 'a wrong key',
      platformKeys: { 2: MERCHANT_KEYS.privateKey },
      says: 'platformKeys[2] is a private key',
    },
    {
      name: 'a URL without TLS',
      platformKeys: { url: 'http://wallet.example/keys' },
      says: 'must use https',
    },
  ])('are refused: $name', ({ platformKeys, says }) => {
    expect(() => createPlatformKeyRing(platformKeys as PlatformKeys, fetch)).toThrow(says)
  })
})

describe('keys that are fetched', () => {
  let now = 0
  const createRing = () => createFetchedKeyRing(url, fetch, () => now)
  const versionsOf = async (ring: ReturnType<typeof createRing>) => {
    const found = await Promise.all([1, 2].map((version) => ring.find(version)))
    return [1, 2].filter((_version, index) => (found[index]?.length ?? 0) > 0)
  }
  beforeEach(() => {
    now = 1000
  })

  it('are fetched once for concurrent calls, and then cached', async () => {
    const ring = createRing()
    await Promise.all(Array.from({ length: 20 }, () => ring.find(1)))
    now += 299
    expect(await ring.find(1)).toHaveLength(1)
    expect(platform.keyFetches).toBe(1)
  })

  it('are fetched again for an unknown version, but not for every forged one', async () => {
    const ring = createRing()
    await ring.load()
    now += 6
    platform.publishedKeys = [FIRST_ENTRY, SECOND_ENTRY]
    const found = await Promise.all(Array.from({ length: 20 }, () => ring.find(2)))
    expect(found.every((keys) => keys.length === 1)).toBe(true)
    expect(platform.keyFetches).toBe(2)
    for (let forged = 3; forged < 103; forged++) {
      now += 0.1
      expect(await ring.find(forged)).toEqual([])
    }
    // 100 forged versions in ten seconds: one request every five seconds.
    expect(platform.keyFetches).toBeLessThanOrEqual(4)
    expect(await versionsOf(ring)).toEqual([1, 2])
  })

  it('are fetched again in the background after max-age, so that a key that is taken back is gone', async () => {
    const ring = createRing()
    platform.publishedKeys = [FIRST_ENTRY, SECOND_ENTRY]
    await ring.load()
    platform.publishedKeys = [SECOND_ENTRY]
    now += 301
    expect(await ring.find(1)).toHaveLength(1)
    await expect.poll(() => versionsOf(ring)).toEqual([2])
  })

  it('stay for a day when they cannot be fetched again, and no longer', async () => {
    const ring = createRing()
    await ring.load()
    platform.publishedKeys = (response) => void response.writeHead(500).end()
    now += 86_399
    expect(await ring.find(1)).toHaveLength(1)
    await expect.poll(() => platform.keyFetches).toBe(2)
    now += 10
    await expect(ring.find(1)).rejects.toThrow('cannot be fetched')
  })

  it.each<{ name: string; publishedKeys: FakePlatform['publishedKeys']; says: string }>([
    {
      name: 'another status',
      publishedKeys: (response) => void response.writeHead(404).end(),
      says: '404',
    },
    {
      name: 'a redirect',
      publishedKeys: (response) => void response.writeHead(302, { location: '/' }).end(),
      says: '302',
    },
    { name: 'no JSON', publishedKeys: (response) => void response.end('<html>'), says: 'JSON' },
    {
      name: 'a document that is too long',
      publishedKeys: (response) => void response.end(' '.repeat(70_000)),
      says: 'too long',
    },
    { name: 'no keys', publishedKeys: [], says: 'no key that can be used' },
    {
      name: 'keys of other algorithms only',
      publishedKeys: [{ ...FIRST_ENTRY, algorithm: 'MLDSA65' }],
      says: 'no key that can be used',
    },
    {
      name: 'a connection that breaks',
      publishedKeys: (response) => void response.destroy(),
      says: 'other side closed',
    },
  ])('nothing is sent without keys: $name', async ({ publishedKeys, says }) => {
    platform.publishedKeys = publishedKeys
    const client = createClient(platform.baseUrl, { platformKeys: { url } })
    const rejected = await client
      .applyToken({ appId: APP_ID, authCode: 'ac_1' })
      .catch((error) => error)
    expect(rejected).toBeInstanceOf(UnavailableError)
    expect(rejected.message).toContain(`cannot be fetched from ${url}`)
    expect(rejected.message).toContain(says)
    expect(platform.received).toEqual([])
  })

  it('leave out entries that cannot be used', async () => {
    platform.publishedKeys = [
      { ...FIRST_ENTRY, keyVersion: '3' },
      { ...FIRST_ENTRY, publicKey: 'AAAA' },
      {},
      SECOND_ENTRY,
    ]
    expect(await versionsOf(createRing())).toEqual([2])
  })

  it('are asked for at most every five seconds when they cannot be fetched', async () => {
    platform.publishedKeys = (response) => void response.writeHead(500).end()
    const ring = createRing()
    for (let call = 0; call < 100; call++)
      await expect(ring.load()).rejects.toThrow('cannot be fetched')
    expect(platform.keyFetches).toBe(1)
    now += 5
    platform.publishedKeys = [FIRST_ENTRY]
    expect(await ring.find(1)).toHaveLength(1)
  })

  it('leave the outcome open when a reply has an unknown version and they cannot be fetched', async () => {
    const ring = createRing()
    await ring.load()
    platform.publishedKeys = (response) => void response.writeHead(500).end()
    platform.handle = ({ path }, response) =>
      reply(path, response, { result: SUCCESS }, { key: SECOND.privateKey, keyVersion: 2 })
    now += 6
    const send = createSignedRequestSender({
      baseUrl: platform.baseUrl,
      clientId: CLIENT_ID,
      privateKey: MERCHANT_KEYS.privateKey,
      keyVersion: 1,
      platformKeys: ring,
      timeoutMilliseconds: 5000,
      fetch,
      onCall: undefined,
    })
    await expect(send('/v1/x', {}, 'never')).rejects.toThrow(OutcomeUnknownError)
  })
})

describe('a rotation while requests and notifications flow', () => {
  /** Signs with one of these, in turn, as nodes do that do not switch in the same moment. */
  let signers: readonly { readonly key: KeyObject; readonly keyVersion: number }[]
  let signed = 0
  const nextSigner = () => signers[signed++ % signers.length] as (typeof signers)[number]

  const [firstSigner, secondSigner] = [
    { key: FIRST.privateKey, keyVersion: 1 },
    { key: SECOND.privateKey, keyVersion: 2 },
  ]
  /** A key is announced for minutes before it signs, and retired keys stay until their last reply has arrived. */
  const PHASES = [
    { name: 'before', keys: [FIRST_ENTRY], signers: [firstSigner] },
    { name: 'announced', keys: [FIRST_ENTRY, SECOND_ENTRY], signers: [firstSigner] },
    { name: 'switching', keys: [FIRST_ENTRY, SECOND_ENTRY], signers: [firstSigner, secondSigner] },
    { name: 'retired', keys: [FIRST_ENTRY, SECOND_ENTRY], signers: [secondSigner] },
    { name: 'removed', keys: [SECOND_ENTRY], signers: [secondSigner] },
  ]

  function createNotification(eventId: string): NotificationRequest {
    const event = { eventId, eventType: 'TOKEN_CANCELLED', authClientId: CLIENT_ID, scopes: [] }
    const body = JSON.stringify({ ...event, reason: 'USER', occurredTime: '2026-11-28T12:00:00Z' })
    const time = formatTime(Math.floor(Date.now() / 1000))
    const { key, keyVersion } = nextSigner()
    const content = Buffer.from(signedPrefix('/notify', CLIENT_ID, time) + body)
    const signature = sign('sha256', content, key).toString('base64')
    const headers = {
      'client-id': CLIENT_ID,
      'request-time': time,
      signature: formatSignatureHeader(keyVersion, signature, 'base64url'),
    }
    return { path: '/notify', headers, body: Buffer.from(body) }
  }

  beforeEach(() => {
    // Only the clock that counts the age of keys.
    vi.useFakeTimers({ toFake: ['performance'] })
    platform.handle = ({ path, request }, response) => {
      const n = Number(request['authCode'] ?? 0)
      const data = { result: SUCCESS, events: [], cursor: '1', ...tokens(n) }
      setTimeout(() => reply(path, response, data, nextSigner()), n % 5)
    }
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it.each<{ name: string; platformKeys: () => PlatformKeys; idlePhases: readonly string[] }>([
    {
      name: 'both keys, by version',
      platformKeys: () => ({ 1: FIRST.publicKey, 2: SECOND.publicKey }),
      idlePhases: [],
    },
    { name: 'the URL', platformKeys: () => ({ url }), idlePhases: [] },
    {
      name: 'the URL, by a client that was idle during the announcement',
      platformKeys: () => ({ url }),
      idlePhases: ['announced'],
    },
    {
      name: 'the URL, by a client that was idle until the old key was gone',
      platformKeys: () => ({ url }),
      idlePhases: ['announced', 'switching', 'retired'],
    },
  ])('loses nothing with $name', async ({ platformKeys, idlePhases }) => {
    const client = createClient(platform.baseUrl, { platformKeys: platformKeys() })
    const events: string[] = []
    const { receive } = createNotificationReceiver({
      clientId: CLIENT_ID,
      platformKeys: platformKeys(),
      onEvent: ({ eventId }) => void events.push(eventId),
    })
    const active = PHASES.filter(({ name }) => !idlePhases.includes(name))
    for (const phase of PHASES) {
      platform.publishedKeys = phase.keys
      signers = phase.signers
      vi.advanceTimersByTime(301_000)
      if (!active.includes(phase)) continue
      const calls = Array.from({ length: 20 }, (_, n) => [
        client.applyToken({ appId: APP_ID, authCode: String(n) }),
        client.listEvents(),
        receive(createNotification(`${phase.name}-${n}`)),
      ]).flat()
      const outcomes = await Promise.allSettled<object>(calls)
      expect(outcomes.filter(({ status }) => status === 'rejected')).toEqual([])
    }
    expect(events).toHaveLength(20 * active.length)
    expect(platform.keyFetches).toBeLessThanOrEqual(2 * PHASES.length)
  })

  it('answers 500 to a notification while the keys cannot be fetched, so that it is delivered again', async () => {
    signers = [firstSigner]
    platform.publishedKeys = (response) => void response.writeHead(503).end()
    const { receive } = createNotificationReceiver({
      clientId: CLIENT_ID,
      platformKeys: { url },
      onEvent: () => {},
    })
    expect(await receive(createNotification('e-1'))).toMatchObject({ status: 500 })
    platform.publishedKeys = [FIRST_ENTRY]
    vi.advanceTimersByTime(5000)
    expect(await receive(createNotification('e-1'))).toMatchObject({ status: 200 })
  })

  it('does not let forged notifications ask for the keys all the time', async () => {
    signers = [{ key: SECOND.privateKey, keyVersion: 77 }]
    const { receive } = createNotificationReceiver({
      clientId: CLIENT_ID,
      platformKeys: { url },
      onEvent: () => {},
    })
    const answers: NotificationResponse[] = []
    for (let n = 0; n < 50; n++) answers.push(await receive(createNotification(`f-${n}`)))
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 50 }, () => 401))
    expect(platform.keyFetches).toBe(1)
  })
})
