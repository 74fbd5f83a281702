/**
 * @module Part of the contract of a store: authorizations, the grant state of credentials, and the revocation log.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RevocationPage } from '../../../src/engine/store/revocation-log.ts'
import {
  authorizationOf,
  grantOf,
  hexId,
  NOW,
  type OpenStore,
  PARALLEL,
  type StoreUnderTest,
  times,
} from '../records.ts'

export function describeAuthorizations(open: OpenStore): void {
  let store: StoreUnderTest
  beforeEach(async () => {
    store = await open()
  })
  afterEach(() => store.close())

  describe('authorizations', () => {
    it('are created once per code: of 64 concurrent calls, one succeeds and the others get its record', async () => {
      const earlier = await times(PARALLEL, (index) =>
        store.redeemCode(authorizationOf({ redeemedAt: NOW + index })),
      )
      expect(earlier.filter((found) => found === undefined)).toHaveLength(1)
      const winner = earlier.indexOf(undefined)
      for (const found of earlier)
        if (found && found !== 'repeated') expect(found.redeemedAt).toBe(NOW + winner)
      expect(await store.readAuthorization(authorizationOf().authorizationId)).toEqual(
        authorizationOf({ redeemedAt: NOW + winner }),
      )
    })

    it('are rotated once per generation: of 64 concurrent calls, one succeeds', async () => {
      const { authorizationId } = authorizationOf()
      await store.redeemCode(authorizationOf())
      const rotated = await times(PARALLEL, () => store.rotateRefresh(authorizationId, 0, NOW + 5))
      expect(rotated.filter(Boolean)).toEqual([
        authorizationOf({ generation: 1, rotatedAt: NOW + 5 }),
      ])
      expect((await store.readAuthorization(authorizationId))?.generation).toBe(1)
    })

    it('are never rotated after their end, in any order of concurrent calls', async () => {
      for (let round = 0; round < 50; round++) {
        const authorizationId = hexId(NOW, round)
        await store.redeemCode(authorizationOf({ authorizationId }))
        const [rotated] = await Promise.all([
          store.rotateRefresh(authorizationId, 0, NOW),
          store.endAuthorization(authorizationId, NOW),
          store.rotateRefresh(authorizationId, 1, NOW),
        ])
        const after = await store.readAuthorization(authorizationId)
        expect(after?.endedAt).toBe(NOW)
        expect(
          await store.rotateRefresh(authorizationId, after?.generation ?? 0, NOW),
        ).toBeUndefined()
        if (!rotated || rotated === 'repeated') expect(after?.generation).toBe(0)
      }
    })

    it('are never rotated after they have expired', async () => {
      const { authorizationId, expiresAt } = authorizationOf()
      await store.redeemCode(authorizationOf())
      expect(await store.rotateRefresh(authorizationId, 0, expiresAt)).toBeUndefined()
      expect(await store.rotateRefresh(authorizationId, 0, expiresAt - 1)).toBeDefined()
    })

    const ONCE = { idHash: 'request-1', expiresAt: NOW + 60 }

    it('are created and rotated once per signed request, which is recorded with them', async () => {
      const { authorizationId } = authorizationOf()
      const redeemed = await times(PARALLEL, () => store.redeemCode(authorizationOf(), ONCE))
      expect(redeemed.filter((found) => found === undefined)).toHaveLength(1)
      expect(redeemed.filter((found) => found === 'repeated')).toHaveLength(PARALLEL - 1)
      const refresh = { ...ONCE, idHash: 'request-2' }
      const rotated = await times(PARALLEL, (index) =>
        store.rotateRefresh(authorizationId, index % 2, NOW, refresh),
      )
      expect(rotated.filter((found) => found === 'repeated')).toHaveLength(PARALLEL - 1)
      expect(await store.recordRequest(authorizationId, refresh)).toBe(false)
    })

    it('are rotated by one of several signed requests, and all are recorded', async () => {
      const { authorizationId } = authorizationOf()
      await store.redeemCode(authorizationOf())
      const requestOf = (index: number) => ({ ...ONCE, idHash: `request-${index}` })
      const rotate = () =>
        times(PARALLEL, (index) => store.rotateRefresh(authorizationId, 0, NOW, requestOf(index)))
      const rotated = await rotate()
      expect(rotated.filter((found) => found !== undefined)).toEqual([
        authorizationOf({ generation: 1 }),
      ])
      expect(await rotate()).toEqual(Array.from({ length: PARALLEL }, () => 'repeated'))
    })

    it('are unchanged by a request that was recorded without an effect', async () => {
      const { authorizationId } = authorizationOf()
      expect(await store.redeemCode(authorizationOf())).toBeUndefined()
      expect(await store.redeemCode(authorizationOf(), ONCE)).toEqual(authorizationOf())
      expect(await store.rotateRefresh(authorizationId, 0, NOW, ONCE)).toBe('repeated')
      expect((await store.readAuthorization(authorizationId))?.generation).toBe(0)
    })

    it('keep the records of requests apart, and until they expire', async () => {
      const { authorizationId } = authorizationOf()
      const recorded = await times(PARALLEL, () => store.recordRequest(authorizationId, ONCE))
      expect(recorded.filter(Boolean)).toHaveLength(1)
      expect(await store.recordRequest(hexId(NOW, 5), ONCE)).toBe(true)
      expect(await store.dropExpired(NOW + 59, 10)).toBe(0)
      expect(await store.dropExpired(NOW + 60, 10)).toBe(2)
      expect(await store.recordRequest(authorizationId, ONCE)).toBe(true)
    })

    it('are ended once, with one entry in the revocation log', async () => {
      const { authorizationId } = authorizationOf()
      await store.redeemCode(authorizationOf())
      const sequences = await times(PARALLEL, (index) =>
        store.endAuthorization(authorizationId, NOW + index),
      )
      expect(sequences.filter((sequence) => sequence > 0)).toHaveLength(1)
      expect(await store.endAuthorization(hexId(NOW, 99), NOW)).toBe(0)
      const { entries } = await store.readRevocations(undefined)
      expect(entries).toMatchObject([{ kind: 'authorization', authorizationId }])
    })
  })

  describe('the grant state', () => {
    it('consists of the grant, the authorization and the revocations by time', async () => {
      const clientNumber = await store.internClient('client')
      const grant = await store.openGrant(grantOf({ clientNumber }))
      const authorization = authorizationOf()
      expect(await store.readGrantState(1, authorization.authorizationId)).toBeUndefined()
      expect(await store.readGrantState(grant.grantId, authorization.authorizationId)).toEqual({
        grant,
        authorization: undefined,
        revokedThrough: 0,
      })
      await store.redeemCode(authorization)
      expect(
        (await store.readGrantState(grant.grantId, authorization.authorizationId))?.authorization,
      ).toEqual(authorization)
    })

    it.each([
      { kind: 'client', id: 'client', other: 'clien' },
      { kind: 'miniProgram', id: 'app', other: 'app2' },
      { kind: 'grantCredentials', id: String(grantOf().grantId), other: '7' },
    ] as const)('has the latest revocation by $kind', async ({ kind, id, other }) => {
      const clientNumber = await store.internClient('client')
      const { grantId } = await store.openGrant(grantOf({ clientNumber }))
      const revokedThrough = async (): Promise<number | undefined> =>
        (await store.readGrantState(grantId, hexId(NOW, 1)))?.revokedThrough
      await store.revokeIssuedThrough(kind, other, NOW)
      expect(await revokedThrough()).toBe(0)
      const first = await store.revokeIssuedThrough(kind, id, NOW + 1)
      const second = await store.revokeIssuedThrough(kind, id, NOW)
      expect(second).toBeGreaterThan(first)
      expect(await revokedThrough()).toBe(NOW + 1)
    })
  })

  describe('the revocation log', () => {
    it('returns the entries after a cursor', async () => {
      const write = (from: number) =>
        times(10, (index) => store.revokeIssuedThrough('client', `c-${from + index}`, NOW))
      const first = await write(0)
      const all = await store.readRevocations(undefined)
      expect(numbersOf(all)).toEqual([...first].sort((a, b) => a - b))
      const second = await write(10)
      const rest = await store.readRevocations(all.cursor)
      expect(numbersOf(rest)).toEqual(expect.arrayContaining(second))
      expect(numbersOf(await store.readRevocations(rest.cursor))).not.toEqual(
        expect.arrayContaining(first),
      )
    })
  })
}

function numbersOf({ entries }: RevocationPage): readonly number[] {
  return entries.map(({ sequence }) => sequence).sort((a, b) => a - b)
}
