/**
 * @module What a node says about a token without asking the store: when it may, when it must ask, and when it must not answer.
 */
import { describe, expect, it, vi } from 'vitest'
import {
  type AccessTokenClaims,
  type GrantState,
  REVOCATION_WINDOW_SECONDS,
  StoreUnavailableError,
} from '../../src/engine/ports.ts'
import type { Grant } from '../../src/engine/records.ts'
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
const NEAR = { strong: false, minSequence: 0 }
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

/** A node whose store and lag are the test's to change. */
function node(grant: Grant = grantOf({ epoch: 3 })) {
  const world = {
    standing: { grant, authorization, revokedThrough: 0 } as GrantState | undefined,
    reads: 0,
    lag: 0,
    isDown: false,
    known: new Set<number>(),
  }
  const revocations: RevocationCache = createRevocationCache()
  revocations.advance(NOW)
  const store = {
    async readGrantState() {
      world.reads++
      if (world.isDown) throw new StoreUnavailableError('down')
      return world.standing
    },
  }
  const log = {
    revocations,
    hasSeen: (sequence: number) => world.known.has(sequence),
    lagSeconds: () => world.lag,
  }
  const standings = createCredentialStatusReader(store, log, createGrantCache())
  const find = (claims = claimsOf(), freshness = NEAR) => standings.read(claims, CLIENT, freshness)
  return { world, revocations, find }
}

describe('a token is judged', () => {
  it('without a read, once its grant is known', async () => {
    const { world, find } = node()
    for (let n = 0; n < 100; n++) {
      expect(await find()).toEqual({
        grant: world.standing?.grant,
        ended: false,
        revokedThrough: 0,
      })
    }
    expect(world.reads).toBe(1)
  })

  it.each([
    {
      name: 'a withdrawal',
      line: { kind: 'grant', grantId: authorization.grantId, epoch: 4 },
      row: {
        standing: { grant: grantOf({ epoch: 4 }), authorization, revokedThrough: 0 },
      },
      found: { grant: { epoch: 4 } },
    },
    {
      name: 'an ended authorization',
      line: { kind: 'authorization', authorizationId: authorization.authorizationId },
      row: {},
      found: { ended: true },
    },
    {
      name: 'a voided client',
      line: { kind: 'client', id: 'client', revokedThrough: NOW },
      row: {},
      found: { revokedThrough: NOW },
    },
    {
      name: 'a voided mini program',
      line: { kind: 'miniProgram', id: 'app', revokedThrough: NOW },
      row: {},
      found: { revokedThrough: NOW },
    },
    {
      name: 'a voided user',
      line: { kind: 'user', id: 'w/u', revokedThrough: NOW },
      row: {},
      found: { revokedThrough: NOW },
    },
  ] as const)('by $name as soon as its line is heard', async ({ line, row, found }) => {
    const { world, revocations, find } = node()
    await find()
    Object.assign(world, row)
    revocations.add(line, NOW)
    expect(await find()).toMatchObject(found)
  })

  it('by the row, when its line is heard while the row is on its way', async () => {
    const { world, revocations, find } = node()
    const late = find()
    revocations.add({ kind: 'grant', grantId: authorization.grantId, epoch: 4 }, NOW)
    await late
    world.standing = {
      grant: grantOf({ epoch: 4 }),
      authorization,
      revokedThrough: 0,
    }
    expect(await find()).toMatchObject({ grant: { epoch: 4 } })
  })

  it('by the row, when it is of a later epoch than the grant that is known', async () => {
    const { world, find } = node()
    await find()
    world.standing = { grant: grantOf({ epoch: 5 }), authorization, revokedThrough: 0 }
    expect(await find(claimsOf({ epoch: 5 }))).toMatchObject({ grant: { epoch: 5 } })
    expect(world.reads).toBe(2)
  })

  it('by its row once a minute, when it is older than the log that is kept', async () => {
    const now = performance.now()
    const clock = vi.spyOn(performance, 'now').mockReturnValue(now)
    try {
      const { world, revocations, find } = node()
      const old = claimsOf({ issuedAt: NOW - REVOCATION_WINDOW_SECONDS - 1 })
      await find(old)
      await find(old)
      expect(world.reads).toBe(1)
      clock.mockReturnValue(now + 61_000)
      // The cache looks at the clock once a millisecond.
      await new Promise((resolve) => setTimeout(resolve, 5))
      world.standing = { grant: grantOf({ epoch: 3 }), authorization, revokedThrough: NOW }
      expect(await find(old)).toMatchObject({ revokedThrough: NOW })
      expect(world.reads).toBe(2)
      revocations.add({ kind: 'authorization', authorizationId: old.authorizationId }, NOW)
      expect(await find(old)).toMatchObject({ ended: true })
    } finally {
      clock.mockRestore()
    }
  })

  it('as of now, when that is asked: strictly, or at least as a line that was not heard', async () => {
    const { world, find } = node()
    await find()
    world.standing = { grant: grantOf({ epoch: 3 }), authorization: undefined, revokedThrough: 0 }
    expect(await find()).toMatchObject({ ended: false })
    expect(await find(claimsOf(), { strong: true, minSequence: 0 })).toMatchObject({ ended: true })
    expect(await find(claimsOf(), { strong: false, minSequence: 7 })).toMatchObject({ ended: true })
    world.known.add(7)
    expect(await find(claimsOf(), { strong: false, minSequence: 7 })).toMatchObject({
      ended: false,
    })
  })
})

describe('a node that hears nothing', () => {
  it.each([
    { lag: 1.9, isDown: true, strong: false, answer: 'known' },
    { lag: 2.1, isDown: false, strong: false, answer: 'row' },
    { lag: 2.1, isDown: true, strong: false, answer: 'known' },
    { lag: 29.9, isDown: true, strong: false, answer: 'known' },
    { lag: 30.1, isDown: true, strong: false, answer: 'unavailable' },
    { lag: 30.1, isDown: false, strong: false, answer: 'row' },
    { lag: 0, isDown: true, strong: true, answer: 'unavailable' },
    { lag: 2.1, isDown: true, strong: true, answer: 'unavailable' },
  ])(
    'for $lag s, store down $isDown, strong $strong: $answer',
    async ({ answer, strong, ...state }) => {
      const { world, find } = node()
      await find()
      Object.assign(world, state)
      world.standing = { grant: grantOf({ epoch: 3 }), authorization: undefined, revokedThrough: 0 }
      const outcome = await find(claimsOf(), { strong, minSequence: 0 }).then(
        (standing) => (standing?.ended ? 'row' : 'known'),
        (error: unknown) => (error instanceof StoreUnavailableError ? 'unavailable' : error),
      )
      expect(outcome).toBe(answer)
    },
  )

  it('says nothing about a token that it has not seen before', async () => {
    const { world, find } = node()
    Object.assign(world, { lag: 2.1, isDown: true })
    await expect(find()).rejects.toBeInstanceOf(StoreUnavailableError)
  })
})

describe(createRevocationCache, () => {
  it('forgets what is older than its window, and says from when it is complete', () => {
    const map = createRevocationCache()
    map.advance(NOW)
    map.add({ kind: 'authorization', authorizationId: 'a' }, NOW)
    map.add({ kind: 'authorization', authorizationId: 'b' }, NOW + 10)
    map.advance(NOW + REVOCATION_WINDOW_SECONDS + 5)
    expect([map.hasEnded('a'), map.hasEnded('b')]).toEqual([false, true])
    expect(map.completeSince()).toBeGreaterThan(NOW + 5)
  })

  it('keeps the latest epoch, in whatever order they come', () => {
    const map = createRevocationCache()
    for (const epoch of [3, 7, 5]) map.add({ kind: 'grant', grantId: 1, epoch }, NOW)
    expect(map.epochOf(1)).toBe(7)
  })
})

describe(subscribeToRevocations, () => {
  it('reads at once when it is told, and in any case soon; a failure is reported and raises the lag', async () => {
    let changed = (): void => {}
    let reads = 0
    let isDown = false
    const errors: unknown[] = []
    const follower = await subscribeToRevocations(
      {
        async readRevocations(cursor) {
          reads++
          if (isDown) throw new StoreUnavailableError('down')
          const line = { kind: 'grant', grantId: 1, epoch: reads } as const
          return {
            entries: [{ ...line, sequence: reads, createdAt: NOW }],
            cursor: `${cursor ?? ''}.`,
            storeTime: (NOW + reads) * 1000,
          }
        },
        watch: (listener) => {
          changed = listener
          return { stop: async () => {} }
        },
      },
      (error) => errors.push(error),
    )
    expect(follower.hasSeen(1)).toBe(true)
    expect(follower.hasSeen(2)).toBe(false)
    changed()
    await vi.waitFor(() => expect(follower.hasSeen(2)).toBe(true), { interval: 1 })
    await vi.waitFor(() => expect(follower.sequence()).toBeGreaterThan(3))
    expect(follower.now()).toBeGreaterThanOrEqual(NOW + 3)
    isDown = true
    await vi.waitFor(() => expect(errors.length).toBeGreaterThan(1))
    expect(follower.lagSeconds()).toBeGreaterThan(0.2)
    isDown = false
    await vi.waitFor(() => expect(follower.lagSeconds()).toBeLessThan(0.2))
    await follower.stop()
  })
})
