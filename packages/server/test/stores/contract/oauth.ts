/**
 * @module Part of the contract of a store: the replay cache, registered clients, signature encodings, and the expiry of rows.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  actionOf,
  authorizationOf,
  hexId,
  NOW,
  type OpenStore,
  PARALLEL,
  PROMPT,
  platformKeyOf,
  registeredClientOf,
  requestOf,
  type StoreUnderTest,
  times,
} from '../records.ts'

export function describeOAuth(open: OpenStore): void {
  let store: StoreUnderTest
  beforeEach(async () => {
    store = await open()
  })
  afterEach(() => store.close())

  describe('the replay cache', () => {
    it('accepts an id once, also from concurrent calls, until the id expires', async () => {
      const consumed = await times(PARALLEL, () => store.consumeOnce('id-1', NOW + 60))
      expect(consumed.filter(Boolean)).toHaveLength(1)
      expect(await store.consumeOnce('id-1', NOW + 60)).toBe(false)
      expect(await store.consumeOnce('id-2', NOW + 60)).toBe(true)
      expect([await store.isConsumed('id-1'), await store.isConsumed('id-3')]).toEqual([
        true,
        false,
      ])
      expect(await store.dropExpired(NOW + 59, 10)).toBe(0)
      expect(await store.dropExpired(NOW + 60, 10)).toBe(2)
      expect(await store.isConsumed('id-1')).toBe(false)
    })
  })

  describe('registered clients', () => {
    it('are read as they were written, replaced once per version, and deleted', async () => {
      const first = registeredClientOf()
      expect(await store.readRegisteredClient('dc_1')).toBeUndefined()
      expect(await store.replaceRegisteredClient(first)).toBe(true)
      expect(await store.replaceRegisteredClient(first)).toBe(false)
      expect(await store.readRegisteredClient('dc_1')).toEqual(first)
      const changed = await times(PARALLEL, (index) =>
        store.replaceRegisteredClient(
          registeredClientOf({ version: 2, tokenHash: `hash-${index}` }),
        ),
      )
      expect(changed.filter(Boolean)).toHaveLength(1)
      expect((await store.readRegisteredClient('dc_1'))?.version).toBe(2)
      await store.dropRegisteredClient('dc_1')
      expect(await store.readRegisteredClient('dc_1')).toBeUndefined()
    })

    it('are listed for a mini program when they have a logout URI', async () => {
      const { client } = registeredClientOf()
      const backchannelLogoutUri = 'https://shop.example/logout'
      const told = { ...client, clientId: 'dc_told', backchannelLogoutUri }
      for (const one of [client, told, { ...told, clientId: 'dc_other', appId: 'other' }])
        await store.replaceRegisteredClient(registeredClientOf({ client: one }))
      expect(await store.listLogoutClients('app')).toEqual([told])
      expect(await store.listLogoutClients('unknown')).toEqual([])
    })
  })

  describe('the keys of the platform', () => {
    it('are added once per version, get their time once, and are listed with the clock', async () => {
      expect((await store.readPlatformKeys()).records).toEqual([])
      const added = await times(PARALLEL, (index) =>
        store.addPlatformKey(platformKeyOf({ sealed: Buffer.from(`sealed-${index}`) })),
      )
      expect(added.filter(Boolean)).toHaveLength(1)
      const timed = platformKeyOf({ activeFrom: NOW, sealed: Buffer.from('timed') })
      const activated = await times(PARALLEL, () => store.activatePlatformKey(timed))
      expect(activated.filter(Boolean)).toHaveLength(1)
      expect(await store.activatePlatformKey({ ...timed, version: 2 })).toBe(false)
      await store.addPlatformKey(platformKeyOf({ version: 2 }))
      const { records, storeTime } = await store.readPlatformKeys()
      const read = records.map((one) => ({ ...one, sealed: Buffer.from(one.sealed) }))
      expect(read).toEqual([timed, platformKeyOf({ version: 2 })])
      expect(Math.abs(storeTime - Date.now())).toBeLessThan(60_000)
    })

    it('leave their version behind when they are deleted', async () => {
      await store.addPlatformKey(platformKeyOf())
      expect(await store.dropPlatformKey('master', 2)).toBe(false)
      expect(await store.dropPlatformKey('master', 1)).toBe(true)
      expect(await store.dropPlatformKey('master', 1)).toBe(false)
      expect(await store.addPlatformKey(platformKeyOf())).toBe(false)
      const { records } = await store.readPlatformKeys()
      expect(records.map(({ sealed }) => sealed.length)).toEqual([0])
    })
  })

  describe('the signature encoding of a client', () => {
    it('is the last one that was recorded, for each client', async () => {
      const [first, second] = [await store.internClient('c1'), await store.internClient('c2')]
      expect(await store.readSignatureEncoding(first)).toBeUndefined()
      for (const encoding of ['percent', 'base64', 'base64'] as const)
        await store.recordSignatureEncoding(first, encoding)
      await store.recordSignatureEncoding(second, 'base64url')
      expect(await store.readSignatureEncoding(first)).toBe('base64')
      expect(await store.readSignatureEncoding(second)).toBe('base64url')
      expect(await store.readSignatureEncoding(999)).toBeUndefined()
    })
  })

  describe('actions of operators', () => {
    it('are listed in their order, and a suspension ends once', async () => {
      const [first, other, revoked] = [
        actionOf(),
        actionOf({ id: 'action-2', keyVersion: 2, startedAt: NOW + 1 }),
        actionOf({ id: 'action-3', action: 'revoke', startedAt: NOW + 2 }),
      ]
      for (const one of [revoked, other, first]) await store.recordOperatorAction(one)
      expect(await store.listOperatorActions()).toEqual([first, other, revoked])
      const ended = await times(PARALLEL, () => store.endSuspensions(first, 'bo', NOW + 9))
      expect(ended.filter((count) => count === 1)).toHaveLength(1)
      expect(await store.listOperatorActions()).toEqual([
        { ...first, endedAt: NOW + 9, endedBy: 'bo' },
        other,
        revoked,
      ])
    })
  })

  describe('expiry', () => {
    it('deletes expired rows and no others', async () => {
      const total = 250
      await times(total, (index) =>
        store.redeemCode(
          authorizationOf({
            authorizationId: hexId(NOW + index, index),
            expiresAt: NOW + (index % 2 === 0 ? 10 : 1000),
          }),
        ),
      )
      await times(4, (index) =>
        store.createConsentRequest(
          requestOf({
            idHash: `h-${index}`,
            user: { walletId: 'w', userId: `u-${index}` },
            expiresAt: NOW + (index % 2) * 1000,
          }),
          PROMPT,
        ),
      )
      let dropped = 0
      for (let round = 0; round < 20; round++) dropped += await store.dropExpired(NOW + 10, 50)
      expect(dropped).toBe(total / 2 + 2)
      expect(await store.readAuthorization(hexId(NOW, 0))).toBeUndefined()
      expect(await store.readAuthorization(hexId(NOW + 1, 1))).toBeDefined()
      expect(await store.readConsentRequest('h-0')).toBeUndefined()
      expect(await store.readConsentRequest('h-1')).toBeDefined()
    })
  })
}
