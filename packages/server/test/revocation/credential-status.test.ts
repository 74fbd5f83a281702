/**
 * @module Credential status: when a node uses its caches, when it reads the store, and when it rejects a credential.
 */
import { describe, expect, it, vi } from 'vitest'
import type { AccessTokenClaims } from '../../src/engine/ports/credentials.ts'
import type { Grant } from '../../src/engine/records.ts'
import {
  type GrantState,
  REVOCATION_WINDOW_SECONDS,
} from '../../src/engine/store/revocation-log.ts'
import { StoreUnavailableError } from '../../src/engine/store/store.ts'
import { createCredentialStatusReader } from '../../src/revocation/credential-status.ts'
import { createGrantCache } from '../../src/revocation/grant-cache.ts'
import { subscribeToRevocations } from '../../src/revocation/log-subscriber.ts'
import {
  createRevocationCache,
  type RevocationCache,
} from '../../src/revocation/revocation-cache.ts'
import { authorizationOf, grantOf } from '../stores/records.ts'

const NOW = 1_800_000_000
const CLIENT = { clientId: 'client' }
const WEAK = { strong: false, minSequence: 0 }
const authorization = authorizationOf()

function claimsOf(more: Partial<AccessTokenClaims> = {}): AccessTokenClaims {
  const { authorizationId, grantId, epoch, scopeSet } = authorization
  return {
    authorizationId,
    grantId,
    epoch,
    scopeSet,
    clientNumber: 1,
    issuedAt: NOW,
    expiresAt: NOW + 3600,
    ...more,
  }
}

/** A node whose store and lag the test controls. */
function createNode(grant: Grant = grantOf({ epoch: 3 })) {
  const world = {
    state: { grant, authorization, revokedThrough: 0 } as GrantState | undefined,
    reads: 0,
    lag: 0,
    isDown: false,
    seen: new Set<number>(),
  }
  const revocations: RevocationCache = createRevocationCache()
  revocations.advance(NOW)
  const store = {
    async readGrantState() {
      world.reads++
      if (world.isDown) throw new StoreUnavailableError('down')
      return world.state
    },
  }
  const log = {
    revocations,
    hasSeen: (sequence: number) => world.seen.has(sequence),
    lagSeconds: () => world.lag,
  }
  const reader = createCredentialStatusReader(store, log, createGrantCache())
  const readStatus = (claims = claimsOf(), consistency = WEAK) =>
    reader.read(claims, CLIENT, consistency)
  return { world, revocations, readStatus }
}

describe(createCredentialStatusReader, () => {
  it('reads the store once for the tokens of a grant', async () => {
    const { world, readStatus } = createNode()
    for (let n = 0; n < 100; n++) {
      expect(await readStatus()).toEqual({
        grant: world.state?.grant,
        ended: false,
        revokedThrough: 0,
      })
    }
    expect(world.reads).toBe(1)
  })

  it.each([
    {
      name: 'a withdrawal',
      entry: { kind: 'grant', grantId: authorization.grantId, epoch: 4 },
      row: {
        state: { grant: grantOf({ epoch: 4 }), authorization, revokedThrough: 0 },
      },
      found: { grant: { epoch: 4 } },
    },
    {
      name: 'an ended authorization',
      entry: { kind: 'authorization', authorizationId: authorization.authorizationId },
      row: {},
      found: { ended: true },
    },
    {
      name: 'a revoked client',
      entry: { kind: 'client', id: 'client', revokedThrough: NOW },
      row: {},
      found: { revokedThrough: NOW },
    },
    {
      name: 'a revoked mini program',
      entry: { kind: 'miniProgram', id: 'app', revokedThrough: NOW },
      row: {},
      found: { revokedThrough: NOW },
    },
    {
      name: 'revoked credentials of the grant',
      entry: { kind: 'grantCredentials', id: String(authorization.grantId), revokedThrough: NOW },
      row: {},
      found: { revokedThrough: NOW },
    },
  ] as const)('applies $name as soon as its entry is received', async ({ entry, row, found }) => {
    const { world, revocations, readStatus } = createNode()
    await readStatus()
    Object.assign(world, row)
    revocations.add(entry, NOW)
    expect(await readStatus()).toMatchObject(found)
  })

  it('reads the store again when a revocation arrives during a read', async () => {
    const { world, revocations, readStatus } = createNode()
    const earlierRead = readStatus()
    revocations.add({ kind: 'grant', grantId: authorization.grantId, epoch: 4 }, NOW)
    await earlierRead
    world.state = {
      grant: grantOf({ epoch: 4 }),
      authorization,
      revokedThrough: 0,
    }
    expect(await readStatus()).toMatchObject({ grant: { epoch: 4 } })
  })

  it('reads the store for a token with a later epoch than the cached grant', async () => {
    const { world, readStatus } = createNode()
    await readStatus()
    world.state = { grant: grantOf({ epoch: 5 }), authorization, revokedThrough: 0 }
    expect(await readStatus(claimsOf({ epoch: 5 }))).toMatchObject({ grant: { epoch: 5 } })
    expect(world.reads).toBe(2)
  })

  it('reads the store once a minute for a token that is older than the window of the cache', async () => {
    const now = performance.now()
    const clock = vi.spyOn(performance, 'now').mockReturnValue(now)
    try {
      const { world, revocations, readStatus } = createNode()
      const old = claimsOf({ issuedAt: NOW - REVOCATION_WINDOW_SECONDS - 1 })
      await readStatus(old)
      await readStatus(old)
      expect(world.reads).toBe(1)
      clock.mockReturnValue(now + 61_000)
      // The cache reads the clock once a millisecond.
      await new Promise((resolve) => setTimeout(resolve, 5))
      world.state = { grant: grantOf({ epoch: 3 }), authorization, revokedThrough: NOW }
      expect(await readStatus(old)).toMatchObject({ revokedThrough: NOW })
      expect(world.reads).toBe(2)
      revocations.add({ kind: 'authorization', authorizationId: old.authorizationId }, NOW)
      expect(await readStatus(old)).toMatchObject({ ended: true })
    } finally {
      clock.mockRestore()
    }
  })

  it('reads the store for strong consistency, and for a minimum sequence that was not received', async () => {
    const { world, readStatus } = createNode()
    await readStatus()
    world.state = { grant: grantOf({ epoch: 3 }), authorization: undefined, revokedThrough: 0 }
    expect(await readStatus()).toMatchObject({ ended: false })
    expect(await readStatus(claimsOf(), { strong: true, minSequence: 0 })).toMatchObject({
      ended: true,
    })
    expect(await readStatus(claimsOf(), { strong: false, minSequence: 7 })).toMatchObject({
      ended: true,
    })
    world.seen.add(7)
    expect(await readStatus(claimsOf(), { strong: false, minSequence: 7 })).toMatchObject({
      ended: false,
    })
  })
})

describe('a node whose revocation log is lagging', () => {
  it.each([
    { lag: 1.9, isDown: true, strong: false, outcome: 'cache' },
    { lag: 2.1, isDown: false, strong: false, outcome: 'store' },
    { lag: 2.1, isDown: true, strong: false, outcome: 'cache' },
    { lag: 29.9, isDown: true, strong: false, outcome: 'cache' },
    { lag: 30.1, isDown: true, strong: false, outcome: 'unavailable' },
    { lag: 30.1, isDown: false, strong: false, outcome: 'store' },
    { lag: 0, isDown: true, strong: true, outcome: 'unavailable' },
    { lag: 2.1, isDown: true, strong: true, outcome: 'unavailable' },
  ])(
    'by $lag s, store down $isDown, strong $strong: $outcome',
    async ({ outcome, strong, ...world }) => {
      const node = createNode()
      const { readStatus } = node
      await readStatus()
      Object.assign(node.world, world)
      node.world.state = {
        grant: grantOf({ epoch: 3 }),
        authorization: undefined,
        revokedThrough: 0,
      }
      const actual = await readStatus(claimsOf(), { strong, minSequence: 0 }).then(
        (status) => (status?.ended ? 'store' : 'cache'),
        (error: unknown) => (error instanceof StoreUnavailableError ? 'unavailable' : error),
      )
      expect(actual).toBe(outcome)
    },
  )

  it('rejects a token that is not cached while the store is down', async () => {
    const { world, readStatus } = createNode()
    Object.assign(world, { lag: 2.1, isDown: true })
    await expect(readStatus()).rejects.toBeInstanceOf(StoreUnavailableError)
  })
})

describe(createRevocationCache, () => {
  it('drops revocations that are older than its window, and returns the time since when it is complete', () => {
    const cache = createRevocationCache()
    cache.advance(NOW)
    cache.add({ kind: 'authorization', authorizationId: 'a' }, NOW)
    cache.add({ kind: 'authorization', authorizationId: 'b' }, NOW + 10)
    cache.advance(NOW + REVOCATION_WINDOW_SECONDS + 5)
    expect([cache.hasEnded('a'), cache.hasEnded('b')]).toEqual([false, true])
    expect(cache.completeSince()).toBeGreaterThan(NOW + 5)
  })

  it('keeps the latest epoch, regardless of the order of arrival', () => {
    const cache = createRevocationCache()
    for (const epoch of [3, 7, 5]) cache.add({ kind: 'grant', grantId: 1, epoch }, NOW)
    expect(cache.epochOf(1)).toBe(7)
  })
})

describe(subscribeToRevocations, () => {
  it('reads on each signal and at regular intervals, and reports failures, which increase the lag', async () => {
    let signal = (): void => {}
    let reads = 0
    let isDown = false
    const errors: unknown[] = []
    const subscriber = await subscribeToRevocations(
      {
        async readRevocations(cursor) {
          reads++
          if (isDown) throw new StoreUnavailableError('down')
          const revocation = { kind: 'grant', grantId: 1, epoch: reads } as const
          return {
            entries: [{ ...revocation, sequence: reads, createdAt: NOW }],
            cursor: `${cursor ?? ''}.`,
            storeTime: (NOW + reads) * 1000,
          }
        },
        watch: (listener) => {
          signal = listener
          return { stop: async () => {} }
        },
      },
      (error) => errors.push(error),
    )
    expect(subscriber.hasSeen(1)).toBe(true)
    expect(subscriber.hasSeen(2)).toBe(false)
    signal()
    await vi.waitFor(() => expect(subscriber.hasSeen(2)).toBe(true), { interval: 1 })
    await vi.waitFor(() => expect(subscriber.sequence()).toBeGreaterThan(3))
    expect(subscriber.now()).toBeGreaterThanOrEqual(NOW + 3)
    isDown = true
    await vi.waitFor(() => expect(errors.length).toBeGreaterThan(1))
    expect(subscriber.lagSeconds()).toBeGreaterThan(0.2)
    isDown = false
    await vi.waitFor(() => expect(subscriber.lagSeconds()).toBeLessThan(0.2))
    await subscriber.stop()
  })
})
