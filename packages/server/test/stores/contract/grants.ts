/**
 * @module Part of the contract of a store: grants, dictionaries and acknowledgments of deletion.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { grantOf, NOW, type OpenStore, PARALLEL, type StoreUnderTest, times } from '../records.ts'

export function describeGrants(open: OpenStore): void {
  let store: StoreUnderTest
  beforeEach(async () => {
    store = await open()
  })
  afterEach(() => store.close())

  describe('dictionaries', () => {
    it('give a client one number, also to concurrent calls', async () => {
      const numbers = await times(PARALLEL, () => store.internClient('client'))
      expect(new Set(numbers).size).toBe(1)
      expect(await store.internClient('other')).not.toBe(numbers[0])
      expect(await store.readClientId(numbers[0] ?? 0)).toBe('client')
      expect(await store.readClientId(4_000_000)).toBeUndefined()
    })

    it('give a set of scopes one number in any order, and return the scopes by number', async () => {
      const [ab, ba, a] = await Promise.all([
        store.internScopeSet(['a', 'b']),
        store.internScopeSet(['b', 'a']),
        store.internScopeSet(['a']),
      ])
      expect(ab).toBe(ba)
      expect(a).not.toBe(ab)
      expect(await store.readScopeSet(ab)).toEqual(['a', 'b'])
      expect(await store.readScopeSet(4_000_000)).toBeUndefined()
    })
  })

  describe('grants', () => {
    it('are unique per user and mini program, also with concurrent calls', async () => {
      const opened = await times(PARALLEL, (index) =>
        store.openGrant(grantOf({ grantId: index + 1, subject: `s-${index}` })),
      )
      expect(new Set(opened.map(({ grantId }) => grantId)).size).toBe(1)
      expect(new Set(opened.map(({ subject }) => subject)).size).toBe(1)
      expect(await store.findGrant({ walletId: 'w', userId: 'u' }, 'app')).toEqual(opened[0])
    })

    it('have one pairwise user id per user and client', async () => {
      const first = await store.openGrant(grantOf({ grantId: 1, appId: 'a', subject: 's-1' }))
      const second = await store.openGrant(grantOf({ grantId: 2, appId: 'b', subject: 's-2' }))
      const other = await store.openGrant(
        grantOf({ grantId: 3, appId: 'c', clientNumber: 2, subject: 's-3' }),
      )
      expect(second.subject).toBe(first.subject)
      expect(other.subject).toBe('s-3')
      const ofOtherWallet = await store.openGrant(
        grantOf({ grantId: 4, user: { walletId: 'w2', userId: 'u' }, subject: 's-4' }),
      )
      expect(ofOtherWallet.subject).toBe('s-4')
      expect(
        (await store.listGrants({ walletId: 'w', userId: 'u' })).map(({ appId }) => appId).sort(),
      ).toEqual(['a', 'b', 'c'])
    })

    it('are replaced once per epoch, also by concurrent calls', async () => {
      const grant = await store.openGrant(grantOf())
      const replaced = await times(PARALLEL, (index) =>
        store.replaceGrant(
          { ...grant, epoch: 1, granted: { [`s${index}`]: { grantedAt: NOW, since: 1 } } },
          false,
        ),
      )
      expect(replaced.filter(Boolean)).toHaveLength(1)
      const winner = replaced.findIndex(Boolean)
      const stored = await store.findGrant(grant.user, grant.appId)
      expect(stored).toMatchObject({
        epoch: 1,
        granted: { [`s${winner}`]: { grantedAt: NOW, since: 1 } },
      })
    })

    it('are changed together with the entry in the revocation log, or not at all', async () => {
      const grant = await store.openGrant(grantOf())
      const revoked = await store.replaceGrant({ ...grant, epoch: 1 }, true)
      expect(revoked).toMatchObject({ sequence: expect.any(Number) })
      expect(await store.replaceGrant({ ...grant, epoch: 1 }, true)).toBe(false)
      const { entries, storeTime } = await store.readRevocations(undefined)
      expect(entries).toEqual([
        {
          ...(revoked as object),
          createdAt: expect.closeTo(storeTime / 1000, -1),
          kind: 'grant',
          grantId: grant.grantId,
          epoch: 1,
        },
      ])
    })

    it('are replaced once per signed request, which is recorded only with the change', async () => {
      const once = { idHash: 'request-1', expiresAt: NOW + 60 }
      const grant = await store.openGrant(grantOf())
      expect(await store.replaceGrant({ ...grant, epoch: 5 }, true, { once })).toBe(false)
      expect(await store.isConsumed(once.idHash)).toBe(false)
      const replaced = await times(PARALLEL, () =>
        store.replaceGrant({ ...grant, epoch: 1 }, true, { once }),
      )
      expect(replaced.filter(Boolean)).toEqual([{ sequence: expect.any(Number) }])
      expect(await store.replaceGrant({ ...grant, epoch: 2 }, true, { once })).toBe('repeated')
      expect(await store.findGrant(grant.user, grant.appId)).toMatchObject({ epoch: 1 })
      expect((await store.readRevocations(undefined)).entries).toHaveLength(1)
    })

    it('have an epoch without a practical limit', async () => {
      const grant = await store.openGrant(grantOf({ epoch: 2 ** 40 }))
      await store.replaceGrant({ ...grant, epoch: 2 ** 40 + 1 }, true)
      expect(await store.findGrant(grant.user, grant.appId)).toMatchObject({ epoch: 2 ** 40 + 1 })
      const { entries } = await store.readRevocations(undefined)
      expect(entries).toMatchObject([{ epoch: 2 ** 40 + 1 }])
    })

    it('of all users are paged by grant id', async () => {
      for (const grantId of [30, 10, 20]) {
        const user = { walletId: 'w', userId: `u-${grantId}` }
        await store.openGrant(grantOf({ grantId, user, subject: `s-${grantId}` }))
      }
      const page = async (after: number) => {
        const { grants, next } = await store.pageGrants(after, 2)
        return [...grants.map(({ grantId }) => grantId), next]
      }
      expect(await page(-1)).toEqual([10, 20, 20])
      expect(await page(20)).toEqual([30, undefined])
      expect(await page(30)).toEqual([undefined])
    })
  })

  describe('acknowledgments of deletion', () => {
    it('are accepted only from the client that knows the pairwise user id', async () => {
      const { subject, user } = await store.openGrant(grantOf())
      expect(await store.readDeletion(1, user)).toBeUndefined()
      expect(await store.acknowledgeDeletion(2, subject, NOW)).toBe(false)
      expect(await store.acknowledgeDeletion(1, 'unknown', NOW)).toBe(false)
      expect(await store.readDeletion(1, user)).toBeUndefined()
      expect(await store.acknowledgeDeletion(1, subject, NOW)).toBe(true)
      expect(await store.readDeletion(1, user)).toBe(NOW)
      expect(await store.readDeletion(2, user)).toBeUndefined()
    })
  })
}
