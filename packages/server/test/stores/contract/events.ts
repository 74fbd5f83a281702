/**
 * @module Part of the contract of a store: the outbox and the access log.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AccessLogEntry, NewEvent } from '../../../src/engine/records.ts'
import {
  authorizationOf,
  eventOf,
  grantOf,
  NOW,
  type OpenStore,
  PROMPT,
  requestOf,
  type StoreUnderTest,
  times,
} from '../records.ts'

export function describeEvents(open: OpenStore): void {
  let store: StoreUnderTest
  beforeEach(async () => {
    store = await open()
  })
  afterEach(() => store.close())

  describe('events', () => {
    const LEASE = 60_000
    const claim = (limit = 100) => store.claimEvents(limit, LEASE, [])
    const append = (events: readonly NewEvent[]) =>
      store.revokeIssuedThrough('client', 'c', NOW, events)
    const ids = (events: readonly NewEvent[]): readonly string[] =>
      events.map(({ eventId }) => eventId).sort()

    it('are written together with the change that they report, once', async () => {
      const grant = await store.openGrant(grantOf())
      const changed = eventOf({ eventId: 'changed' })
      expect(await store.replaceGrant({ ...grant, epoch: 1 }, true, { event: changed })).not.toBe(
        false,
      )
      const rejected = eventOf({ eventId: 'rejected' })
      expect(await store.replaceGrant({ ...grant, epoch: 1 }, true, { event: rejected })).toBe(
        false,
      )
      await store.createConsentRequest(requestOf(), PROMPT)
      await store.decideConsent('hash-1', 'granted', { ...grant, epoch: 1 }, { event: rejected })
      const decided = eventOf({ eventId: 'decided' })
      await store.decideConsent('hash-1', 'granted', { ...grant, epoch: 2 }, { event: decided })
      await store.decideConsent('hash-1', 'granted', { ...grant, epoch: 3 }, { event: rejected })
      const authorization = authorizationOf()
      await store.redeemCode(authorization)
      const ended = eventOf({ eventId: 'ended', subject: 'subject-2', scopes: ['a', 'b'] })
      await times(8, () => store.endAuthorization(authorization.authorizationId, NOW, ended))
      await append([eventOf({ eventId: 'revoked-1', subject: '' }), eventOf({ eventId: 'ended' })])
      const { events } = await store.listEvents(1, undefined, 100)
      expect(ids(events)).toEqual(['changed', 'decided', 'ended', 'revoked-1'])
      expect(events.find(({ eventId }) => eventId === 'ended')).toMatchObject(ended)
      expect(await store.findEvent(1, 'ended')).toMatchObject(ended)
      expect(await store.findEvent(2, 'ended')).toBeUndefined()
      expect(await store.findEvent(1, 'rejected')).toBeUndefined()
    })

    it('are claimed by one caller, and for each user in their order', async () => {
      await append([
        eventOf({ eventId: 'a-1', subject: 'a' }),
        eventOf({ eventId: 'a-2', subject: 'a' }),
        eventOf({ eventId: 'b-1', subject: 'b' }),
        eventOf({ eventId: 'other-1', subject: 'a', clientNumber: 2 }),
      ])
      const claimed = (await times(8, () => claim(1))).flat()
      const rest = await claim()
      expect(ids([...claimed, ...rest])).toEqual(['a-1', 'b-1', 'other-1'])
      const first = [...claimed, ...rest].find(({ eventId }) => eventId === 'a-1')
      if (!first) throw new Error('No event was claimed.')
      expect(await claim()).toEqual([])
      await store.recordDelivery(first, { state: 'delivered' })
      expect(ids(await claim())).toEqual(['a-2'])
    })

    it('are claimed again after the lease or a failed attempt, and not for excepted clients', async () => {
      await append([eventOf({ eventId: 'a-1' })])
      expect(await store.claimEvents(1, 0, [1])).toEqual([])
      const [first] = await store.claimEvents(1, 0, [2])
      const [again] = await store.claimEvents(1, LEASE, [])
      expect([first?.attempts, again?.attempts]).toEqual([0, 0])
      if (!first) throw new Error('No event was claimed.')
      const retry = { state: 'pending', retryInMilliseconds: 0 } as const
      await store.recordDelivery(first, { ...retry, isAttempt: true })
      // The outcome of an earlier attempt does not overwrite a later one.
      await store.recordDelivery(first, { state: 'dead' })
      const [second] = await claim()
      expect(second?.attempts).toBe(1)
      if (!second) throw new Error('No event was claimed.')
      await store.recordDelivery(second, { ...retry, isAttempt: false })
      expect((await claim())[0]?.attempts).toBe(1)
    })

    it('in the dead-letter state do not block later events, and can be replayed', async () => {
      await append([eventOf({ eventId: 'a-1' }), eventOf({ eventId: 'a-2' })])
      const [first] = await claim()
      if (!first) throw new Error('No event was claimed.')
      await store.recordDelivery(first, { state: 'dead' })
      expect(ids(await store.listDeadLetters(10))).toEqual(['a-1'])
      expect(ids(await claim())).toEqual(['a-2'])
      expect(await store.replayDeadLetters(2)).toBe(0)
      expect(await store.replayDeadLetters(1)).toBe(1)
      expect((await claim())[0]).toMatchObject({ eventId: 'a-1', attempts: 0 })
    })

    it('for polling clients are listed until the client acknowledges them', async () => {
      await append([eventOf({ eventId: 'a-1' }), eventOf({ eventId: 'a-2' })])
      for (let n = 0; n < 2; n++) {
        const [event] = await claim()
        if (!event) throw new Error('No event was claimed.')
        await store.recordDelivery(event, { state: 'held' })
      }
      expect(await store.listPollableEvents(2, 10)).toEqual([])
      expect(ids(await store.listPollableEvents(1, 10))).toEqual(['a-1', 'a-2'])
      await store.acknowledgeEvents(2, ['a-1'])
      await store.acknowledgeEvents(1, ['a-2', 'unknown'])
      expect(ids(await store.listPollableEvents(1, 10))).toEqual(['a-1'])
      expect(await claim()).toEqual([])
    })

    it('are listed per client, in pages after a cursor', async () => {
      await append(Array.from({ length: 25 }, (_, n) => eventOf({ eventId: `e-${n}` })))
      await append([eventOf({ eventId: 'other', clientNumber: 2 })])
      const seen: string[] = []
      let cursor: string | undefined
      for (let page = 0; page < 4; page++) {
        const listed = await store.listEvents(1, cursor, 10)
        seen.push(...listed.events.map(({ eventId }) => eventId))
        cursor = listed.cursor
      }
      expect(seen).toEqual(Array.from({ length: 25 }, (_, n) => `e-${n}`))
      await append([eventOf({ eventId: 'later' })])
      expect(ids((await store.listEvents(1, cursor, 10)).events)).toEqual(['later'])
    })
  })

  describe('the access log', () => {
    const entryOf = (more: Partial<AccessLogEntry> = {}): AccessLogEntry => ({
      grantId: 1,
      accessedAt: NOW,
      entryId: 1,
      api: 'cards',
      fields: ['cards[].brand'],
      count: 2,
      ...more,
    })

    it('lists the entries of a grant, latest first, and writes each once', async () => {
      const entries = [
        entryOf(),
        entryOf({ entryId: 2, api: 'inquiryUserInfo', fields: ['userId', 'avatar'] }),
        entryOf({ entryId: 3, accessedAt: NOW + 5, fields: ['*'], count: 1 }),
        entryOf({ entryId: 4, grantId: 2 }),
      ]
      await times(4, () => store.appendAccessLog(entries))
      expect(await store.listAccessLog(1, NOW + 10, 10)).toEqual([
        { accessedAt: NOW + 5, api: 'cards', fields: ['*'], count: 1 },
        { accessedAt: NOW, api: 'cards', fields: ['cards[].brand'], count: 2 },
        { accessedAt: NOW, api: 'inquiryUserInfo', fields: ['userId', 'avatar'], count: 2 },
      ])
      expect(await store.listAccessLog(1, NOW + 5, 1)).toHaveLength(1)
    })

    it('deletes entries after the retention time', async () => {
      await store.appendAccessLog([entryOf(), entryOf({ entryId: 2, accessedAt: NOW + 5 })])
      expect(await store.dropExpired(NOW, 10)).toBe(0)
      expect(await store.dropExpired(NOW, 10, NOW + 5)).toBe(1)
      expect(await store.listAccessLog(1, NOW + 10, 10)).toHaveLength(1)
    })
  })
}
