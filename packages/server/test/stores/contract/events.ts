/**
 * @module Part of the contract of a store: the outbox and the access log.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AccessLogEntry, NewEvent, Recipient } from '../../../src/engine/records.ts'
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
    const limits = (total: number, rooms: readonly (readonly [Recipient, number])[] = []) => ({
      total,
      perRecipient: new Map(rooms),
      perOtherRecipient: 100,
    })
    const claim = (total = 100) => store.claimDeliveries(limits(total), LEASE)
    const claimOne = async () => {
      const [delivery] = await claim(1)
      if (!delivery) throw new Error('No delivery was claimed.')
      return delivery
    }
    const retry = { state: 'pending', isAttempt: true, retryInMilliseconds: 0 } as const
    /** Every new event gets these recipients. Default: its merchant. */
    async function distribute(recipients?: readonly Recipient[]): Promise<void> {
      const events = await store.listUndistributed(1000)
      await store.distributeEvents(
        events.map((event) => ({
          event,
          recipients: recipients ?? [`merchant/${event.clientNumber}`],
        })),
      )
    }
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

    it('are distributed once, also by several callers', async () => {
      await append(
        Array.from({ length: 20 }, (_, n) => eventOf({ eventId: `e-${n}`, subject: `s-${n}` })),
      )
      const listed = await store.listUndistributed(100)
      expect(listed.map(({ eventId }) => eventId)).toEqual(
        Array.from({ length: 20 }, (_, n) => `e-${n}`),
      )
      expect(await store.listUndistributed(3)).toHaveLength(3)
      const recipients = ['merchant/1', 'oauthClient/a'] as const
      await times(8, (n) =>
        store.distributeEvents(
          (n % 2 === 0 ? listed : [...listed].reverse()).map((event) => ({ event, recipients })),
        ),
      )
      expect(await store.listUndistributed(100)).toEqual([])
      expect(await claim()).toHaveLength(40)
      await append([eventOf({ eventId: 'for-nobody' })])
      await distribute([])
      expect(await store.listUndistributed(100)).toEqual([])
      expect(await claim()).toEqual([])
    })

    it('of a logout are written once, and are no events of the merchant', async () => {
      const event = eventOf({ eventId: 'logout-1', type: 'USER_LOGGED_OUT' })
      await times(8, () => store.appendEvent(event))
      expect(await store.listUndistributed(10)).toMatchObject([event])
      expect((await store.listEvents(1, undefined, 10)).events).toEqual([])
      expect(await store.findEvent(1, 'logout-1')).toBeUndefined()
    })

    it('are claimed by one caller, and for each user in their order', async () => {
      await append([
        eventOf({ eventId: 'a-1', subject: 'a' }),
        eventOf({ eventId: 'a-2', subject: 'a' }),
        eventOf({ eventId: 'b-1', subject: 'b' }),
        eventOf({ eventId: 'other-1', subject: 'a', clientNumber: 2 }),
      ])
      await distribute()
      const claimed = (await times(8, () => claim(1))).flat()
      const rest = await claim()
      expect(ids([...claimed, ...rest])).toEqual(['a-1', 'b-1', 'other-1'])
      const first = [...claimed, ...rest].find(({ eventId }) => eventId === 'a-1')
      if (!first) throw new Error('No delivery was claimed.')
      expect(first).toMatchObject({
        recipient: 'merchant/1',
        attempts: 0,
        type: 'AUTHORIZATION_WITHDRAWN',
      })
      expect(await claim()).toEqual([])
      await store.recordDelivery(first, { state: 'delivered' })
      expect(ids(await claim())).toEqual(['a-2'])
    })

    it('are claimed again after the lease or a failed attempt, and not for recipients without room', async () => {
      await append([eventOf({ eventId: 'a-1' })])
      await distribute()
      expect(await store.claimDeliveries(limits(1, [['merchant/1', 0]]), 0)).toEqual([])
      const [first] = await store.claimDeliveries(limits(1, [['merchant/2', 0]]), 0)
      const [again] = await store.claimDeliveries(limits(1), LEASE)
      expect([first?.attempts, again?.attempts]).toEqual([0, 0])
      if (!first) throw new Error('No delivery was claimed.')
      await store.recordDelivery(first, retry)
      // The outcome of an earlier attempt does not overwrite a later one.
      await store.recordDelivery(first, { state: 'dead' })
      await store.recordDelivery(first, { state: 'delivered' })
      const second = await claimOne()
      expect(second.attempts).toBe(1)
      await store.recordDelivery(second, { ...retry, isAttempt: false })
      expect((await claim())[0]?.attempts).toBe(1)
    })

    it('reach each recipient on their own: one that fails delays no other', async () => {
      await append([eventOf({ eventId: 'a-1' }), eventOf({ eventId: 'a-2' })])
      await distribute(['merchant/1', 'oauthClient/up', 'oauthClient/down'])
      const record = async (state: 'delivered' | 'down') => {
        for (const delivery of await claim()) {
          const isDown = delivery.recipient === 'oauthClient/down'
          if (isDown) await store.recordDelivery(delivery, { ...retry, retryInMilliseconds: LEASE })
          else if (state === 'delivered') await store.recordDelivery(delivery, { state })
        }
      }
      await record('delivered')
      const second = await claim()
      expect(second.map(({ recipient, eventId }) => [recipient, eventId]).sort()).toEqual([
        ['merchant/1', 'a-2'],
        ['oauthClient/up', 'a-2'],
      ])
      for (const delivery of second) await store.recordDelivery(delivery, { state: 'delivered' })
      expect(await claim()).toEqual([])
    })

    it('are claimed for every recipient, however many wait for another one', async () => {
      const many = Array.from({ length: 300 }, (_, n) =>
        eventOf({ eventId: `e-${n}`, subject: `s-${n}` }),
      )
      await append(many)
      await distribute(['oauthClient/down'])
      await append([eventOf({ eventId: 'late', subject: 'late' })])
      await distribute(['merchant/1', 'oauthClient/up'])
      const few = { total: 8, perRecipient: new Map(), perOtherRecipient: 4 }
      const claimed = await store.claimDeliveries(few, LEASE)
      const recipients = claimed.map(({ recipient }) => recipient).sort()
      expect(recipients).toEqual([
        'merchant/1',
        ...Array.from({ length: 4 }, () => 'oauthClient/down'),
        'oauthClient/up',
      ])
    })

    it('wait with an earlier event of their user, and are due when it ends', async () => {
      await append([eventOf({ eventId: 'a-1' }), eventOf({ eventId: 'a-2' })])
      await distribute()
      const first = await claimOne()
      await store.recordDelivery(first, { ...retry, retryInMilliseconds: LEASE })
      await append([eventOf({ eventId: 'a-3' })])
      await distribute()
      expect(await claim()).toEqual([])
      const again = { ...first, attempts: 1 }
      await store.recordDelivery(again, { state: 'dead' })
      expect(ids(await claim())).toEqual(['a-2'])
    })

    it('in the dead-letter state do not block later events, and can be replayed', async () => {
      await append([eventOf({ eventId: 'a-1' }), eventOf({ eventId: 'a-2' })])
      await distribute(['merchant/1', 'oauthClient/a'])
      for (const delivery of await claim()) await store.recordDelivery(delivery, { state: 'dead' })
      const dead = await store.listDeadLetters(10)
      expect(dead.map(({ eventId, recipient }) => [eventId, recipient]).sort()).toEqual([
        ['a-1', 'merchant/1'],
        ['a-1', 'oauthClient/a'],
      ])
      expect(ids(await claim())).toEqual(['a-2', 'a-2'])
      expect(await store.replayDeadLetters({ clientNumber: 2 })).toBe(0)
      expect(await store.replayDeadLetters({ recipient: 'oauthClient/b' })).toBe(0)
      expect(await store.replayDeadLetters({ clientNumber: 1, recipient: 'oauthClient/a' })).toBe(1)
      expect(await claim()).toMatchObject([
        { eventId: 'a-1', recipient: 'oauthClient/a', attempts: 0 },
      ])
      expect(await store.replayDeadLetters({})).toBe(1)
      expect(await claim()).toMatchObject([
        { eventId: 'a-1', recipient: 'merchant/1', attempts: 0 },
      ])
    })

    it('for polling clients are listed until the client acknowledges them', async () => {
      await append([eventOf({ eventId: 'a-1' }), eventOf({ eventId: 'a-2' })])
      await distribute(['merchant/1', 'oauthClient/a'])
      for (let n = 0; n < 2; n++)
        for (const delivery of await claim())
          await store.recordDelivery(delivery, {
            state: delivery.recipient === 'merchant/1' ? 'held' : 'delivered',
          })
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
