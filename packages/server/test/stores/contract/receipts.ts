/**
 * @module Part of the contract of a store: receipts, their chains, and the erasure of users.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { NewReceipt } from '../../../src/engine/receipt-records.ts'
import {
  grantOf,
  NOW,
  type OpenStore,
  PROMPT,
  requestOf,
  type StoreUnderTest,
  times,
} from '../records.ts'

export function describeReceipts(open: OpenStore): void {
  let store: StoreUnderTest
  beforeEach(async () => {
    store = await open()
  })
  afterEach(() => store.close())

  describe('receipts', () => {
    const receipt = (more: Partial<NewReceipt> = {}): NewReceipt => ({
      receiptId: 'r-1',
      walletId: 'w',
      grantId: grantOf().grantId,
      createdAt: NOW,
      event: 'granted',
      document: 'a.b.c',
      ...more,
    })
    const idsOf = (list: readonly { receiptId: string }[]): readonly string[] =>
      list.map(({ receiptId }) => receiptId)

    it('are written together with the decision, or not at all', async () => {
      const grant = await store.openGrant(grantOf())
      await store.createConsentRequest(requestOf(), PROMPT)
      const decide = (epoch: number, receiptId: string) =>
        store.decideConsent(
          'hash-1',
          'granted',
          { ...grant, epoch },
          { receipt: receipt({ receiptId }) },
        )
      expect(await decide(2, 'conflict')).toBe('conflict')
      expect(await decide(1, 'decided')).toBe('decided')
      expect(await decide(2, 'used')).toBe('used')
      const replaced = {
        receipt: receipt({ receiptId: 'later', createdAt: NOW + 1, event: 'withdrawn' }),
      }
      await store.replaceGrant({ ...grant, epoch: 2 }, true, replaced)
      const rejected = { receipt: receipt({ receiptId: 'rejected' }) }
      expect(await store.replaceGrant({ ...grant, epoch: 2 }, true, rejected)).toBe(false)
      const listed = await store.listReceipts([grant.grantId], 10)
      expect(idsOf(listed)).toEqual(['later', 'decided'])
      expect(listed[1]).toEqual({
        receiptId: 'decided',
        grantId: grant.grantId,
        createdAt: NOW,
        event: 'granted',
        document: 'a.b.c',
      })
      expect(await store.listReceipts([grant.grantId], 1)).toHaveLength(1)
      expect(await store.listReceipts([1], 10)).toEqual([])
      expect(await store.readReceipt('decided')).toEqual(listed[1])
      expect(await store.readReceipt('rejected')).toBeUndefined()
    })

    it('are appended to the chain once, also by concurrent calls', async () => {
      const grant = await store.openGrant(grantOf())
      for (let epoch = 1; epoch <= 3; epoch++) {
        const written = receipt({ receiptId: `r-${epoch}`, createdAt: NOW + epoch })
        await store.replaceGrant({ ...grant, epoch }, false, { receipt: written })
      }
      const unchained = await store.listUnchained(10)
      expect(idsOf(unchained)).toEqual(['r-1', 'r-2', 'r-3'])
      expect(await store.readChainHead('w')).toBeUndefined()
      const links = unchained.map(({ receiptId }, index) => ({
        receiptId,
        sequence: index + 1,
        hash: `h-${index + 1}`,
      }))
      const start = { sequence: 0, hash: '' }
      const appended = await times(8, () => store.appendToChain('w', start, links))
      expect(appended.filter(Boolean)).toHaveLength(1)
      expect(await store.listUnchained(10)).toEqual([])
      expect(await store.readChainHead('w')).toEqual({ sequence: 3, hash: 'h-3' })
      expect(await store.listChainHeads()).toEqual([{ walletId: 'w', sequence: 3, hash: 'h-3' }])
      const chain = await store.readChain('w', 1, 10)
      expect(chain.map(({ sequence, hash }) => [sequence, hash])).toEqual([
        [2, 'h-2'],
        [3, 'h-3'],
      ])
      expect(chain[0]?.document).toBe('a.b.c')
    })

    it('have one key per user, also with concurrent calls', async () => {
      const user = { walletId: 'w', userId: 'u' }
      expect(await store.readUserKey(user)).toBeUndefined()
      const keys = await times(8, (index) =>
        store.findOrCreateUserKey(user, Buffer.from([index, 0, 255])),
      )
      expect(new Set(keys.map((key) => Buffer.from(key).toString('hex'))).size).toBe(1)
      expect(Buffer.from((await store.readUserKey(user)) ?? [])).toEqual(Buffer.from(keys[0] ?? []))
    })
  })

  describe('erasure', () => {
    it('deletes every row that names the user, and no row of other users', async () => {
      const kept = { walletId: 'w', userId: 'kept' }
      const erased = { walletId: 'w', userId: 'erased' }
      for (const [index, user] of [kept, erased].entries()) {
        const grant = grantOf({ user, grantId: 10 + index, subject: `s-${index}` })
        await store.openGrant(grant)
        await store.createConsentRequest(requestOf({ idHash: `h-${index}`, user }), PROMPT)
        await store.createPrivacyLink(`l-${index}`, { user, expiresAt: NOW + 60 })
        await store.createGuardianRequest({
          user,
          guardianId: 'p',
          appId: 'a',
          scopes: [],
          requestedAt: NOW,
        })
        await store.findOrCreateUserKey(user, Buffer.from([1]))
        await store.revokeIssuedThrough('grantCredentials', String(grant.grantId), NOW)
        const access = { grantId: grant.grantId, api: 'x', fields: [], accessedAt: NOW, count: 1 }
        await store.appendAccessLog([{ ...access, entryId: index }])
      }
      await store.eraseUser(erased)
      expect(await store.listGrants(erased)).toEqual([])
      expect(await store.readUserKey(erased)).toBeUndefined()
      expect(await store.readConsentRequest('h-1')).toBeUndefined()
      expect(await store.consumePrivacyLink('l-1', NOW)).toBeUndefined()
      expect(await store.listAccessLog(11, NOW + 1, 10)).toEqual([])
      expect(await store.readDeletion(1, erased)).toBeUndefined()
      const { entries } = await store.readRevocations(undefined)
      expect(JSON.stringify(entries)).not.toContain('w/erased')
      expect(entries.filter(({ kind }) => kind === 'erasure')).toHaveLength(1)
      expect(await store.listGrants(kept)).toHaveLength(1)
      expect(await store.readConsentRequest('h-0')).toBeDefined()
      expect(await store.listAccessLog(10, NOW + 1, 10)).toHaveLength(1)
      const guardianRequests = await store.listGuardianRequests({ walletId: 'w', userId: 'p' })
      expect(guardianRequests.map(({ user }) => user.userId)).toEqual(['kept'])
      // A user who returns gets a new pairwise user id.
      const returned = await store.openGrant(
        grantOf({ user: erased, grantId: 12, subject: 's-new' }),
      )
      expect(returned.subject).toBe('s-new')
      // A restored backup contains the user again.
      const pseudonyms = entries.flatMap((one) => (one.kind === 'erasure' ? one.id : []))
      await store.eraseAgain(['unknown', ...pseudonyms])
      const again = (await store.readRevocations(undefined)).entries.slice(entries.length)
      expect(again.map((one) => one.kind === 'erasure' && one.id)).toEqual([
        'unknown',
        ...pseudonyms,
      ])
      expect(await store.listGrants(erased)).toEqual([])
      expect(await store.listGrants(kept)).toHaveLength(1)
    })
  })
}
