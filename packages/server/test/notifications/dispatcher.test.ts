/**
 * @module The dispatcher: clients that do not respond, dead letters, polled events and acknowledgments.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { NewEvent } from '../../src/engine/records.ts'
import { type Dispatcher, startDispatcher } from '../../src/notifications/dispatcher.ts'
import { openSqliteStore } from '../../src/stores/sqlite/store.ts'
import type { StoreHandle } from '../../src/stores/store-handle.ts'
import { clientOf } from '../support/registry.ts'

const SUCCESS = '{"result":{"resultStatus":"S"}}'

describe(startDispatcher, () => {
  let store: StoreHandle
  let dispatcher: Dispatcher | undefined
  beforeEach(() => {
    store = openSqliteStore(':memory:')
  })
  afterEach(async () => {
    await dispatcher?.stop()
    await store.close()
  })

  function start(post: (url: string) => Promise<{ status: number; body: string }>): void {
    dispatcher = startDispatcher({
      outbox: store,
      webhookClient: { post },
      encodings: store,
      signer: {
        sign: async () => ({ keyVersion: 1, base64: 'c2ln' }),
        signEvent: async () => 'set',
      },
      client: (number) => ({
        ...clientOf(`client-${number}`, number),
        ...(number !== 9 && {
          notify: { url: `https://client-${number}.example/`, format: 'assent' },
        }),
      }),
      logouts: {
        webhookClient: { post },
        clientsOf: () => [],
        sign: async () => '',
        clock: () => 1_800_000_000,
      },
      clock: () => 1_800_000_000,
      log: { warn: () => {} },
    })
  }

  async function appendEvents(count: number, more: Partial<NewEvent>): Promise<void> {
    const events = Array.from(
      { length: count },
      (_, n): NewEvent => ({
        eventId: `${more.clientNumber}-${n}`,
        clientNumber: 1,
        subject: `subject-${n}`,
        appId: 'app',
        type: 'AUTHORIZATION_WITHDRAWN',
        scopes: [],
        reason: 'USER',
        ...more,
      }),
    )
    await store.revokeIssuedThrough('client', 'x', 0, events)
  }

  it('is not delayed by a client that does not respond', async () => {
    const posted: string[] = []
    start((url) => {
      posted.push(url)
      return url.includes('client-1.')
        ? new Promise((resolve) => setTimeout(resolve, 4000, { status: 504, body: '' }))
        : Promise.resolve({ status: 200, body: SUCCESS })
    })
    await appendEvents(200, { clientNumber: 1 })
    await expect.poll(() => posted.length, { timeout: 5000 }).toBeGreaterThanOrEqual(16)
    await appendEvents(50, { clientNumber: 2 })
    const postedToSecond = () => posted.filter((url) => url.includes('client-2.')).length
    await expect.poll(postedToSecond, { timeout: 3000 }).toBe(50)
    expect(posted.length - postedToSecond()).toBe(16)
  })

  it('makes an event a dead letter after the last attempt, and sends it again after a replay', async () => {
    await appendEvents(1, { clientNumber: 3 })
    // All attempts except the last one.
    for (let attempt = 0; attempt < 17; attempt++) {
      const [event] = await store.claimEvents(1, 0, [])
      if (!event) throw new Error('the event was not claimed')
      const retry = { state: 'pending', isAttempt: true, retryInMilliseconds: 0 } as const
      await store.recordDelivery(event, retry)
    }
    let isAvailable = false
    start(async () => ({ status: isAvailable ? 200 : 500, body: SUCCESS }))
    const deadLetters = async () => (await store.listDeadLetters(10)).map(({ eventId }) => eventId)
    await expect.poll(deadLetters).toEqual(['3-0'])
    expect(dispatcher?.statistics).toMatchObject({ delivered: 0, failed: 1, dead: 1 })
    isAvailable = true
    expect(await store.replayDeadLetters(undefined)).toBe(1)
    await expect.poll(() => dispatcher?.statistics.delivered).toBe(1)
    expect(await deadLetters()).toEqual([])
  })

  it('sends nothing to a client without notifications, and lists the event for polling', async () => {
    let posted = 0
    start(async () => {
      posted++
      return { status: 200, body: SUCCESS }
    })
    await appendEvents(1, { clientNumber: 9 })
    await expect.poll(() => dispatcher?.statistics.delivered).toBe(1)
    expect(posted).toBe(0)
    expect((await store.listEvents(9, undefined, 10)).events).toHaveLength(1)
  })

  it.each([
    ['another result status', { status: 200, body: '{"result":{"resultStatus":"F"}}' }],
    ['no result', { status: 200, body: '{}' }],
    ['a body that is not JSON', { status: 200, body: 'ok' }],
    ['another HTTP status', { status: 204, body: SUCCESS }],
    ['a redirect', { status: 302, body: SUCCESS }],
  ])('counts as a failed attempt: %s', async (_, response) => {
    start(async () => response)
    await appendEvents(1, { clientNumber: 4 })
    await expect.poll(() => dispatcher?.statistics.failed).toBeGreaterThanOrEqual(1)
    expect(dispatcher?.statistics.delivered).toBe(0)
  })
})
