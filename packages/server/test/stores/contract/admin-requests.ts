/**
 * @module Part of the contract of a store: requests of administrators that must not happen twice.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ADMIN_REQUEST_LEASE_SECONDS } from '../../../src/engine/store/admin-requests.ts'
import { NOW, type OpenStore, PARALLEL, type StoreUnderTest, times } from '../records.ts'

const REQUEST = { idHash: 'key-1', requestHash: 'hash-1', claimedAt: NOW, expiresAt: NOW + 86_400 }

export function describeAdminRequests(open: OpenStore): void {
  let store: StoreUnderTest
  beforeEach(async () => {
    store = await open()
  })
  afterEach(() => store.close())

  const claim = (at = NOW, requestHash = 'hash-1') =>
    store.claimAdminRequest({ ...REQUEST, requestHash, claimedAt: at, expiresAt: at + 86_400 })

  describe('requests of administrators', () => {
    it('are claimed once, and have their reply for a day', async () => {
      expect(await claim()).toBeUndefined()
      expect(await claim(NOW + 1, 'hash-2')).toEqual(REQUEST)
      await store.completeAdminRequest('key-1', '{"status":201}')
      expect(await claim(NOW + 86_399)).toEqual({ ...REQUEST, reply: '{"status":201}' })
      expect(await claim(NOW + 86_400, 'hash-2')).toBeUndefined()
      expect(await claim(NOW + 86_401)).toMatchObject({ requestHash: 'hash-2' })
    })

    it('are free again when they have failed, or their node has stopped', async () => {
      await claim()
      await store.releaseAdminRequest('key-1')
      expect(await claim(NOW + 1)).toBeUndefined()
      expect(await claim(NOW + ADMIN_REQUEST_LEASE_SECONDS)).toBeDefined()
      expect(await claim(NOW + 1 + ADMIN_REQUEST_LEASE_SECONDS)).toBeUndefined()
    })

    it('keep a reply that was stored', async () => {
      await claim()
      await store.completeAdminRequest('key-1', '{}')
      await store.releaseAdminRequest('key-1')
      expect(await claim(NOW + 9)).toMatchObject({ reply: '{}' })
    })

    it('are claimed by one of many callers', async () => {
      const claims = await times(PARALLEL, () => claim())
      expect(claims.filter((one) => one === undefined)).toHaveLength(1)
    })

    it('are deleted when they have expired', async () => {
      await claim()
      expect(await store.dropExpired(NOW + 86_399, 10)).toBe(0)
      expect(await store.dropExpired(NOW + 86_400, 10)).toBe(1)
    })
  })
}
