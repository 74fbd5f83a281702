/**
 * @module Key sets at `jwks_uri`: when they are fetched, what serves while they cannot be fetched, and how few requests wait.
 */
import { generateKeyPairSync } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { EgressResponse } from '../../src/egress/egress-client.ts'
import { createOutboundCalls } from '../../src/egress/outbound-calls.ts'
import { createRemoteJwks, type RemoteJwks } from '../../src/egress/remote-jwks.ts'
import { WEAK_KEYS } from '../support/weak-keys.ts'

const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const JWK = publicKey.export({ format: 'jwk' })

const URI = 'https://c.example/keys'
/** docs/oauth.md#keys-of-clients */
const FRESH_MS = 300_000
const MAX_AGE_MS = 3_600_000
const MAX_WAITING = 32
const FIRST_PAUSE_MS = 5000

let keys: RemoteJwks
let fetched: number
/** What the address does. */
let respond: () => Promise<EgressResponse>

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'performance'] })
  fetched = 0
  respond = withKeys('a')
  keys = createRemoteJwks({
    egress: {
      get() {
        fetched++
        return respond()
      },
    },
    outbound: createOutboundCalls({ warn() {} }),
  })
})
afterEach(() => {
  vi.useRealTimers()
})

function withKeys(...kids: string[]): () => Promise<EgressResponse> {
  const body = JSON.stringify({ keys: kids.map((kid) => ({ ...JWK, kid })) })
  return async () => ({ status: 200, body })
}
const dead = async (): Promise<never> => {
  throw new Error('ECONNREFUSED')
}
const hanging = (): Promise<never> => new Promise(() => {})

async function kidsOf(kid?: string): Promise<unknown> {
  return keys.fetch(URI, kid).then(
    (set) => set.map((one) => one['kid']),
    (error: Error) => error.message,
  )
}

it('are left out when they are weak, and the others are used', async () => {
  const weak = Object.entries(WEAK_KEYS).map(([kid, jwk]) => ({ ...jwk, kid }))
  respond = async () => ({
    status: 200,
    body: JSON.stringify({ keys: [...weak, { ...JWK, kid: 'a' }] }),
  })
  expect(await kidsOf('a')).toEqual(['a'])
})

it('are cached, and fetched again for an unknown key id', async () => {
  expect([await kidsOf('a'), await kidsOf(), fetched]).toEqual([['a'], ['a'], 1])
  respond = withKeys('a', 'b')
  // Unknown key ids cannot cause a request each.
  expect([await kidsOf('b'), fetched]).toEqual([['a'], 1])
  vi.advanceTimersByTime(30_000)
  expect([await kidsOf('b'), fetched]).toEqual([['a', 'b'], 2])
})

it.each<[string, () => Promise<EgressResponse>]>([
  ['status 500', async () => ({ status: 500, body: '' })],
  ['text', async () => ({ status: 200, body: 'x' })],
  ['no keys', async () => ({ status: 200, body: '{}' })],
  ['no response', dead],
])('a failure (%s) is remembered, and forgotten after seconds', async (_, failure) => {
  respond = failure
  await expect(keys.fetch(URI, 'a')).rejects.toThrow()
  respond = withKeys('a')
  vi.advanceTimersByTime(FIRST_PAUSE_MS - 1)
  expect([await kidsOf('a'), fetched]).toEqual(['Calls are paused after repeated failures.', 1])
  vi.advanceTimersByTime(1)
  expect([await kidsOf('a'), fetched]).toEqual([['a'], 2])
})

describe('an old set', () => {
  beforeEach(async () => {
    await kidsOf('a')
    vi.advanceTimersByTime(FRESH_MS)
  })

  it('is replaced when it can be', async () => {
    respond = withKeys('b')
    expect(await kidsOf('a')).toEqual(['b'])
  })

  it('serves while the address fails, for an hour', async () => {
    respond = dead
    for (let age = FRESH_MS; age < MAX_AGE_MS; age += FRESH_MS) {
      expect(await kidsOf('a')).toEqual(['a'])
      vi.advanceTimersByTime(FRESH_MS)
    }
    expect(await kidsOf('a')).toBe('ECONNREFUSED')
  })

  it('serves at once when the address has failed and now hangs', async () => {
    respond = dead
    await kidsOf('a')
    respond = hanging
    vi.advanceTimersByTime(FIRST_PAUSE_MS)
    expect([await kidsOf('a'), await kidsOf('a'), fetched]).toEqual([['a'], ['a'], 3])
  })

  it('serves all further requests when too many wait for an address that hangs', async () => {
    respond = hanging
    for (let n = 0; n < MAX_WAITING; n++) void kidsOf('a')
    expect(await kidsOf('a')).toEqual(['a'])
    expect(fetched).toBe(2)
  })
})

it('are fetched once for all requests that wait, and few wait', async () => {
  let finish: (response: EgressResponse) => void = () => {}
  respond = () =>
    new Promise((resolve) => {
      finish = resolve
    })
  const outcomes = Promise.all(Array.from({ length: 1030 }, () => kidsOf('a')))
  await vi.waitFor(() => expect(fetched).toBe(1))
  finish(await withKeys('a')())
  const served = (await outcomes).filter((one) => Array.isArray(one))
  expect([served.length, fetched]).toEqual([MAX_WAITING, 1])
})
