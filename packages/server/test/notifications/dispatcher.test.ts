/**
 * @module The dispatcher: recipients that do not respond, order, dead letters, polled events, acknowledgments, and nodes that stop.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { NewEvent } from '../../src/engine/records.ts'
import type { OAuthClient } from '../../src/engine/registry.ts'
import type { ClaimLimits } from '../../src/engine/store/outbox.ts'
import { type Dispatcher, startDispatcher } from '../../src/notifications/dispatcher.ts'
import { openSqliteStore } from '../../src/stores/sqlite/store.ts'
import type { StoreHandle } from '../../src/stores/store-handle.ts'
import { registeredClientOf } from '../stores/records.ts'
import { TEST_INTEGRITY } from '../support/integrity.ts'
import { clientOf } from '../support/registry.ts'

const SUCCESS = '{"result":{"resultStatus":"S"}}'
const ANY: ClaimLimits = { total: 1, perRecipient: new Map(), perOtherRecipient: 1 }

type Response = { readonly status: number; readonly body: string }
type Post = (url: string, body: string) => Promise<Response>

function oauthClient(clientId: string): OAuthClient {
  const backchannelLogoutUri = `https://${clientId}.example/logout`
  return { ...registeredClientOf().client, clientId, backchannelLogoutUri }
}

/** Answers only when the test ends. */
const never = (): Promise<Response> => new Promise(() => {})
const accept = async (): Promise<Response> => ({ status: 200, body: SUCCESS })

describe(startDispatcher, () => {
  let store: StoreHandle
  let dispatchers: Dispatcher[]
  let tokens = 0
  beforeEach(() => {
    store = openSqliteStore(':memory:', { integrity: TEST_INTEGRITY })
    dispatchers = []
  })
  afterEach(async () => {
    // A request that never ends must not hold up the end of the test.
    await Promise.race([Promise.all(dispatchers.map((one) => one.stop())), delay(100)])
    await store.close()
  })

  function start(post: Post, oauthClients: readonly OAuthClient[] = []): Dispatcher {
    const dispatcher = startDispatcher({
      outbox: store,
      webhookClient: {
        post: (url, _headers, body, timeout = 5000) =>
          Promise.race([
            post(url, body),
            new Promise<never>((_, reject) => setTimeout(reject, timeout, new Error('timeout'))),
          ]),
      },
      encodings: store,
      signer: {
        sign: async () => ({ keyVersion: 1, base64: 'c2ln' }),
        signEvent: async () => 'set',
      },
      client: (number) =>
        number === 8
          ? undefined
          : {
              ...clientOf(`client-${number}`, number),
              ...(number !== 9 && {
                notify: { url: `https://client-${number}.example/`, format: 'assent' },
              }),
            },
      oauthClient: async (clientId) => oauthClients.find((one) => one.clientId === clientId),
      oauthClientsOf: async () => oauthClients,
      sign: async (_type, claims) => JSON.stringify(claims),
      randomText: () => `token-${tokens++}`,
      clock: () => 1_800_000_000,
      log: { warn: () => {} },
    })
    dispatchers.push(dispatcher)
    return dispatcher
  }

  async function appendEvents(count: number, more: Partial<NewEvent> = {}): Promise<void> {
    const events = Array.from(
      { length: count },
      (_, n): NewEvent => ({
        eventId: `${more.clientNumber ?? 1}-${n}`,
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

  it('is not delayed by many recipients that do not respond', async () => {
    const posted: string[] = []
    start((url) => {
      posted.push(url)
      return url.includes('client-2.') ? accept() : never()
    })
    for (let number = 10; number < 50; number++) await appendEvents(40, { clientNumber: number })
    const postedTo = (host: string) => posted.filter((url) => url.includes(host)).length
    await expect.poll(() => posted.length, { timeout: 5000 }).toBeGreaterThanOrEqual(100)
    await appendEvents(50, { clientNumber: 2 })
    await expect.poll(() => postedTo('client-2.'), { timeout: 5000 }).toBe(50)
    expect(postedTo('client-10.')).toBeLessThanOrEqual(8)
  })

  it.each([
    ['a logout URI', 'first.example', ['client-1.example', 'second.example']],
    ['the webhook', 'client-1.example', ['first.example', 'second.example']],
  ])('tells all others everything in order while %s fails', async (_, failingHost, healthy) => {
    const told = new Map<string, string[]>()
    start(
      async (url, body) => {
        const { host } = new URL(url)
        if (host === failingHost) return { status: 500, body: '' }
        told.set(host, [...(told.get(host) ?? []), eventIdOf(body)])
        return { status: 200, body: SUCCESS }
      },
      [oauthClient('first'), oauthClient('second')],
    )
    const expected = Array.from({ length: 5 }, (_, n) => `e-${n}`)
    for (const eventId of expected) await appendEvents(1, { eventId, subject: 'one' })
    const everything = new Map(healthy.map((host) => [host, expected]))
    await expect.poll(() => told, { timeout: 5000 }).toEqual(everything)
  })

  it('makes a delivery a dead letter after the last attempt, and sends it again after a replay', async () => {
    await appendEvents(1, { clientNumber: 3 })
    const [event] = await store.listUndistributed(1)
    if (!event) throw new Error('The event was not written.')
    await store.distributeEvents([{ event, recipients: ['merchant/3'] }])
    // All attempts except the last one.
    for (let attempt = 0; attempt < 17; attempt++) {
      const [delivery] = await store.claimDeliveries(ANY, 0)
      if (!delivery) throw new Error('The delivery was not claimed.')
      const retry = { state: 'pending', isAttempt: true, retryInMilliseconds: 0 } as const
      await store.recordDelivery(delivery, retry)
    }
    let isAvailable = false
    const { statistics } = start(async () => ({ status: isAvailable ? 200 : 500, body: SUCCESS }))
    const deadLetters = async () => (await store.listDeadLetters(10)).map(({ eventId }) => eventId)
    await expect.poll(deadLetters).toEqual(['3-0'])
    expect(statistics.merchant).toMatchObject({ delivered: 0, failed: 1, dead: 1 })
    isAvailable = true
    expect(await store.replayDeadLetters({})).toBe(1)
    await expect.poll(() => statistics.merchant.delivered).toBe(1)
    expect(await deadLetters()).toEqual([])
    expect(statistics.oauthClient).toEqual({ delivered: 0, failed: 0, dead: 0 })
  })

  it('sends nothing to a client without notifications, and lists the event for polling', async () => {
    let posted = 0
    start(() => {
      posted++
      return accept()
    })
    await appendEvents(1, { clientNumber: 9 })
    await expect.poll(() => store.listUndistributed(1)).toEqual([])
    expect(posted).toBe(0)
    expect(await store.claimDeliveries(ANY, 0)).toEqual([])
    expect((await store.listEvents(9, undefined, 10)).events).toHaveLength(1)
  })

  it('keeps the events of a client that this node does not know', async () => {
    const { statistics } = start(accept)
    await appendEvents(1, { clientNumber: 8 })
    await expect.poll(() => statistics.merchant.failed).toBeGreaterThanOrEqual(1)
    expect(statistics.merchant.delivered).toBe(0)
  })

  it('sends logout tokens with a new jti each time, so that a client may refuse a repeated one', async () => {
    const seen = new Set<string>()
    const events = new Set<string>()
    let lost = 0
    const { statistics } = start(
      async (url, body) => {
        if (!url.includes('strict.')) return accept()
        const { jti, txn } = JSON.parse(new URLSearchParams(body).get('logout_token') ?? '{}')
        if (seen.has(jti)) return { status: 400, body: '' }
        seen.add(jti)
        events.add(txn)
        if (lost++ < 2) throw new Error('The response is lost.')
        return { status: 200, body: '' }
      },
      [oauthClient('strict')],
    )
    await appendEvents(1)
    await expect.poll(() => statistics.oauthClient.delivered, { timeout: 5000 }).toBe(1)
    expect(statistics.oauthClient).toMatchObject({ failed: 2, dead: 0 })
    expect([...events]).toEqual(['1-0'])
  })

  it('delivers each event once with two dispatchers, and in order', async () => {
    const told: string[] = []
    const post: Post = async (_, body) => {
      told.push(JSON.parse(body).eventId)
      return accept()
    }
    start(post)
    start(post)
    const ids: string[] = []
    for (let n = 0; n < 40; n++) {
      ids.push(`e-${n}`)
      await appendEvents(1, { eventId: `e-${n}`, subject: 'one' })
    }
    for (const one of dispatchers) one.wake()
    await expect.poll(() => told.length, { timeout: 8000 }).toBe(40)
    expect(told).toEqual(ids)
  })

  it('delivers what a node had claimed when it was killed', async () => {
    await appendEvents(2, { subject: 'one' })
    const events = await store.listUndistributed(10)
    await store.distributeEvents(events.map((event) => ({ event, recipients: ['merchant/1'] })))
    expect(await store.claimDeliveries(ANY, 300)).toHaveLength(1)
    const told: string[] = []
    start((_, body) => {
      told.push(JSON.parse(body).eventId)
      return accept()
    })
    await expect.poll(() => told, { timeout: 5000 }).toEqual(['1-0', '1-1'])
  })

  it.each([
    ['another result status', { status: 200, body: '{"result":{"resultStatus":"F"}}' }],
    ['no result', { status: 200, body: '{}' }],
    ['a body that is not JSON', { status: 200, body: 'ok' }],
    ['another HTTP status', { status: 204, body: SUCCESS }],
    ['a redirect', { status: 302, body: SUCCESS }],
  ])('counts as a failed attempt: %s', async (_, response) => {
    const { statistics } = start(async () => response)
    await appendEvents(1, { clientNumber: 4 })
    await expect.poll(() => statistics.merchant.failed).toBeGreaterThanOrEqual(1)
    expect(statistics.merchant.delivered).toBe(0)
  })

  it.each([
    [200, 'delivered'],
    [204, 'delivered'],
    [202, 'failed'],
    [302, 'failed'],
    [400, 'failed'],
    [501, 'failed'],
    [504, 'failed'],
  ] as const)('counts the response %i to a logout token as %s', async (status, outcome) => {
    const { statistics } = start(
      async (url) => (url.includes('web.') ? { status, body: '' } : accept()),
      [oauthClient('web')],
    )
    await appendEvents(1)
    await expect.poll(() => statistics.oauthClient[outcome]).toBeGreaterThanOrEqual(1)
    const other = outcome === 'failed' ? 'delivered' : 'failed'
    expect(statistics.oauthClient[other]).toBe(0)
  })
})

/** Of a notification, or of a logout token. */
function eventIdOf(body: string): string {
  const token = new URLSearchParams(body).get('logout_token')
  return token === null ? JSON.parse(body).eventId : JSON.parse(token).txn
}

function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
