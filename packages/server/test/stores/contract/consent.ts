/**
 * @module Part of the contract of a store: consent requests, active prompts, guardian requests and privacy links.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ConsentRequest, GuardianRequest } from '../../../src/engine/records.ts'
import {
  grantOf,
  NOW,
  type OpenStore,
  PARALLEL,
  PROMPT,
  requestOf,
  type StoreUnderTest,
  times,
} from '../records.ts'

export function describeConsent(open: OpenStore): void {
  let store: StoreUnderTest
  beforeEach(async () => {
    store = await open()
  })
  afterEach(() => store.close())

  describe('consent requests', () => {
    it('are read as they were written', async () => {
      const full = requestOf({
        codeChallenge: 'b',
        redirect: { uri: 'https://a.example', state: 's' },
        pageInstance: 'page',
        guardianId: 'guardian',
      })
      await store.createConsentRequest(full, PROMPT)
      expect(await store.readConsentRequest(full.idHash)).toEqual(full)
      expect(await store.readConsentRequest('unknown')).toBeUndefined()
    })

    it('are opened by one page: of 64 concurrent pages one is recorded, and only it is replaced', async () => {
      await store.createConsentRequest(requestOf(), PROMPT)
      const opened = await times(PARALLEL, (index) =>
        store.openPrompt('hash-1', undefined, `page-${index}`),
      )
      expect(opened.filter(Boolean)).toHaveLength(1)
      const { openerHash } = (await store.readConsentRequest('hash-1')) ?? {}
      expect(openerHash).toBe(`page-${opened.indexOf(true)}`)
      expect(await store.openPrompt('hash-1', 'another', 'next')).toBe(false)
      expect(await store.openPrompt('unknown', undefined, 'next')).toBe(false)
      expect(await store.openPrompt('hash-1', openerHash, 'next')).toBe(true)
      const completed = await store.completeConsent('hash-1', NOW)
      expect(completed?.openerHash).toBe('next')
      expect(await store.openPrompt('hash-1', 'next', 'late')).toBe(false)
    })

    it('are decided once: 64 concurrent decisions give one outcome and one change of the grant', async () => {
      const grant = await store.openGrant(grantOf())
      await store.createConsentRequest(requestOf(), PROMPT)
      const outcomes = await times(PARALLEL, (index) => {
        const isGranted = index % 2 === 0
        const granted = isGranted ? { a: { grantedAt: NOW, since: 1 } } : {}
        return store.decideConsent('hash-1', isGranted ? 'granted' : 'declined', {
          ...grant,
          epoch: 1,
          granted,
        })
      })
      expect(outcomes.filter((outcome) => outcome === 'decided')).toHaveLength(1)
      expect(outcomes.filter((outcome) => outcome === 'used')).toHaveLength(PARALLEL - 1)
      const request = await store.readConsentRequest('hash-1')
      const stored = await store.findGrant(grant.user, grant.appId)
      expect(stored?.epoch).toBe(1)
      expect(Object.keys(stored?.granted ?? {})).toEqual(
        request?.outcome === 'granted' ? ['a'] : [],
      )
    })

    it('change neither the request nor the grant if the grant has changed meanwhile', async () => {
      const grant = await store.openGrant(grantOf())
      await store.createConsentRequest(requestOf(), PROMPT)
      await store.replaceGrant({ ...grant, epoch: 1 }, false)
      expect(await store.decideConsent('hash-1', 'granted', { ...grant, epoch: 1 })).toBe(
        'conflict',
      )
      expect((await store.readConsentRequest('hash-1'))?.outcome).toBeUndefined()
      expect(await store.decideConsent('hash-1', 'granted', { ...grant, epoch: 2 })).toBe('decided')
    })

    it('are completed once, and cannot be decided after completion', async () => {
      await store.createConsentRequest(requestOf(), PROMPT)
      const completed = await times(PARALLEL, () => store.completeConsent('hash-1', NOW))
      expect(completed.filter(Boolean)).toHaveLength(1)
      expect(completed.find(Boolean)).toEqual({ ...requestOf(), completedAt: NOW })
      expect(await store.decideConsent('hash-1', 'dismissed', undefined)).toBe('used')
      expect(await store.completeConsent('unknown', NOW)).toBeUndefined()
    })
  })

  describe('active prompts', () => {
    const open = (idHash: string, more: Partial<ConsentRequest> = {}, at = NOW) =>
      store.createConsentRequest(requestOf({ idHash, ...more }), { openSince: at - 60, at })

    it('are limited to one per user: of 64 concurrent requests, one succeeds', async () => {
      const opened = await times(PARALLEL, (index) => open(`hash-${index}`))
      expect(opened.filter(Boolean)).toHaveLength(1)
      const kept = await times(PARALLEL, (index) => store.readConsentRequest(`hash-${index}`))
      expect(kept.map(Boolean)).toEqual(opened)
      expect(await open('other', { user: { walletId: 'w', userId: 'another' } })).toBe(true)
    })

    it('end when the request is decided, completed or has timed out', async () => {
      expect(await open('first')).toBe(true)
      expect(await open('blocked', { appId: 'other' })).toBe(false)
      await store.decideConsent('first', 'dismissed', undefined)
      expect(await open('second')).toBe(true)
      await store.completeConsent('second', NOW)
      expect(await open('third')).toBe(true)
      expect(await open('blocked', { appId: 'other' }, NOW + 59)).toBe(false)
      expect(await open('fourth', { appId: 'other' }, NOW + 60)).toBe(true)
    })

    it('are replaced by a request of the same mini program, and then cannot be decided', async () => {
      const grant = await store.openGrant(grantOf())
      expect(await open('first', { pageInstance: 'page' })).toBe(true)
      expect(await open('second', { pageInstance: 'reloaded page' })).toBe(true)
      expect((await store.readConsentRequest('first'))?.outcome).toBe('dismissed')
      expect(await store.decideConsent('first', 'granted', { ...grant, epoch: 1 })).toBe('used')
      expect(await open('third', { pageInstance: 'reloaded page' }, NOW + 1)).toBe(true)
      expect(await open('blocked', { appId: 'other' }, NOW + 1)).toBe(false)
      expect(await store.decideConsent('second', 'granted', { ...grant, epoch: 1 })).toBe('used')
      expect(await store.decideConsent('third', 'granted', { ...grant, epoch: 1 })).toBe('decided')
    })

    it('are limited to one when a page requests consent twice at once', async () => {
      for (const pageInstance of [undefined, 'page']) {
        const user = { walletId: 'w', userId: `user of ${pageInstance}` }
        const more = { user, ...(pageInstance && { pageInstance }) }
        expect(await open(`${pageInstance}-1`, more)).toBe(true)
        expect(await open(`${pageInstance}-2`, more)).toBe(false)
        expect((await store.readConsentRequest(`${pageInstance}-1`))?.outcome).toBeUndefined()
      }
    })

    it('keep the decision of a request that was decided before another one replaces it', async () => {
      expect(await open('first')).toBe(true)
      const grant = await store.openGrant(grantOf())
      await store.decideConsent('first', 'declined', { ...grant, epoch: 1 })
      const decided = await store.readConsentRequest('first')
      expect(await open('second')).toBe(true)
      expect(await store.readConsentRequest('first')).toEqual(decided)
    })

    it('of two children with one guardian do not replace each other', async () => {
      const ofChild = (userId: string) => ({
        user: { walletId: 'w', userId },
        guardianId: 'parent',
      })
      expect(await open('of-one', ofChild('one'))).toBe(true)
      expect(await open('of-other', ofChild('other'))).toBe(false)
    })

    it('belong to the guardian if a guardian decides', async () => {
      expect(await open('of-child', { guardianId: 'parent' })).toBe(true)
      expect(await open('of-user')).toBe(true)
      expect(await open('second', { user: { walletId: 'w', userId: 'parent' } })).toBe(false)
    })
  })

  describe('guardian requests', () => {
    const guardianRequest = (more: Partial<GuardianRequest> = {}): GuardianRequest => ({
      user: { walletId: 'w', userId: 'child' },
      guardianId: 'parent',
      appId: 'app',
      scopes: [{ scope: 'a', required: true }],
      requestedAt: NOW,
      ...more,
    })

    it('are listed for the guardian, one per user and mini program, until they are deleted', async () => {
      const parent = { walletId: 'w', userId: 'parent' }
      await store.createGuardianRequest(guardianRequest())
      await store.createGuardianRequest(guardianRequest({ appId: 'other', requestedAt: NOW + 1 }))
      const latest = guardianRequest({ scopes: [{ scope: 'b' }], requestedAt: NOW + 2 })
      await store.createGuardianRequest(latest)
      const listed = await store.listGuardianRequests(parent)
      expect(listed.map(({ appId }) => appId)).toEqual(['other', 'app'])
      expect(listed[1]).toEqual(latest)
      expect(await store.listGuardianRequests({ ...parent, walletId: 'v' })).toEqual([])
      await store.deleteGuardianRequest(latest.user, 'app')
      expect(await store.listGuardianRequests(parent)).toHaveLength(1)
    })
  })

  describe('privacy links', () => {
    it('are consumed once, before they expire', async () => {
      const link = { user: { walletId: 'w', userId: 'u' }, locale: 'ar', expiresAt: NOW + 60 }
      await store.createPrivacyLink('link', link)
      await store.createPrivacyLink('expired', { user: link.user, expiresAt: NOW })
      const consumed = await times(PARALLEL, () => store.consumePrivacyLink('link', NOW))
      expect(consumed.filter(Boolean)).toEqual([link])
      expect(await store.consumePrivacyLink('expired', NOW)).toBeUndefined()
      expect(await store.consumePrivacyLink('unknown', NOW)).toBeUndefined()
      expect(await store.dropExpired(NOW, 100)).toBe(1)
    })
  })
}
