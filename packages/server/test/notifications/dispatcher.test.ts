/**
 * @module Where notifications do not go, what is given up, and what does not hold up the rest.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createEgressClient } from '../../src/egress/egress-client.ts'
import type { NewEvent } from '../../src/engine/records.ts'
import { type Dispatcher, startDispatcher } from '../../src/notifications/dispatcher.ts'
import { openSqliteStore } from '../../src/stores/sqlite/store.ts'
import type { StoreHandle } from '../../src/stores/store-handle.ts'
import { clientOf } from '../support/registry.ts'

const SUCCESS = '{"result":{"resultStatus":"S"}}'

describe(createEgressClient, () => {
  it.each([
    'https://127.0.0.1/',
    'https://localhost/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:7f00:1]/',
    'https://10.1.2.3/',
    'https://172.16.0.1/',
    'https://192.168.1.1/',
    'https://169.254.169.254/latest/meta-data',
    'https://100.64.0.1/',
    'https://0.0.0.0/',
    'https://[fd00::1]/',
    'https://[fe80::1]/',
    'https://[64:ff9b::7f00:1]/',
    'https://[2002:7f00:1::]/',
    'https://224.0.0.1/',
    'https://255.255.255.255/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://0177.0.0.1/',
    'https://127.1/',
    'https://127.255.255.254/',
    'https://0/',
    'https://0.1.2.3/',
    'https://10.0.0.1./',
    'https://172.31.255.255/',
    'https://192.0.0.1/',
    'https://192.0.2.1/',
    'https://198.18.0.1/',
    'https://198.51.100.1/',
    'https://203.0.113.1/',
    'https://240.0.0.1/',
    'https://100.100.100.200/latest/meta-data',
    'https://0xa9fea9fe/',
    'https://2852039166/',
    'https://[::]/',
    'https://[fd00:ec2::254]/',
    'https://[ff02::1]/',
    'https://[2001:db8::1]/',
    'https://[::ffff:169.254.169.254]/',
    'https://[::ffff:a00:1]/',
  ])('goes to public addresses only, not to %s', async (url) => {
    const sender = createEgressClient({ allowPrivate: false })
    await expect(sender.post(url, {}, '{}')).rejects.toThrow(/public/)
    await sender.close()
  })

  it('follows nothing, and reads no more than it has to', async () => {
    const server = createServer((request, response) => {
      if (request.url === '/long') response.end('x'.repeat(100_000))
      else response.writeHead(307, { location: '/long' }).end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const sender = createEgressClient({ allowPrivate: true })
    expect((await sender.post(`${url}/`, {}, '{}')).status).toBe(307)
    await expect(sender.post(`${url}/long`, {}, '{}')).rejects.toThrow('too long')
    await sender.close()
    server.closeAllConnections()
    server.close()
  })
})

describe(startDispatcher, () => {
  let store: StoreHandle
  let deliverer: Dispatcher | undefined
  beforeEach(() => {
    store = openSqliteStore(':memory:')
  })
  afterEach(async () => {
    await deliverer?.stop()
    await store.close()
  })

  function start(post: (url: string) => Promise<{ status: number; body: string }>): void {
    deliverer = startDispatcher({
      outbox: store,
      egress: { post },
      signer: { keyVersion: 1, sign: async () => 'c2ln', signEvent: async () => 'set' },
      client: (number) => ({
        ...clientOf(`client-${number}`, number),
        ...(number !== 9 && {
          notify: { url: `https://client-${number}.example/`, format: 'assent' },
        }),
      }),
      logouts: {
        egress: { post },
        clientsOf: () => [],
        sign: async () => '',
        clock: () => 1_800_000_000,
      },
      clock: () => 1_800_000_000,
      log: { warn: () => {} },
    })
  }

  async function tell(count: number, more: Partial<NewEvent>): Promise<void> {
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

  it('is not held up by a client that hangs', async () => {
    const posted: string[] = []
    start((url) => {
      posted.push(url)
      return url.includes('client-1.')
        ? new Promise((resolve) => setTimeout(resolve, 4000, { status: 504, body: '' }))
        : Promise.resolve({ status: 200, body: SUCCESS })
    })
    await tell(200, { clientNumber: 1 })
    await expect.poll(() => posted.length, { timeout: 5000 }).toBeGreaterThanOrEqual(16)
    await tell(50, { clientNumber: 2 })
    const ofSecond = () => posted.filter((url) => url.includes('client-2.')).length
    await expect.poll(ofSecond, { timeout: 3000 }).toBe(50)
    expect(posted.length - ofSecond()).toBe(16)
  })

  it('gives an event up after its last try; said so, it is sent again', async () => {
    await tell(1, { clientNumber: 3 })
    // All tries but the last have been made.
    for (let attempt = 0; attempt < 17; attempt++) {
      const [event] = await store.claimEvents(1, 0, [])
      if (!event) throw new Error('not claimed')
      const retry = { state: 'pending', isAttempt: true, retryInMilliseconds: 0 } as const
      await store.recordDelivery(event, retry)
    }
    let isWell = false
    start(async () => ({ status: isWell ? 200 : 500, body: SUCCESS }))
    const dead = async () => (await store.listDeadLetters(10)).map(({ eventId }) => eventId)
    await expect.poll(dead).toEqual(['3-0'])
    expect(deliverer?.statistics).toMatchObject({ delivered: 0, failed: 1, dead: 1 })
    isWell = true
    expect(await store.replayDeadLetters(undefined)).toBe(1)
    await expect.poll(() => deliverer?.statistics.delivered).toBe(1)
    expect(await dead()).toEqual([])
  })

  it('has nothing to send where a client wants nothing; it is listed all the same', async () => {
    let posted = 0
    start(async () => {
      posted++
      return { status: 200, body: SUCCESS }
    })
    await tell(1, { clientNumber: 9 })
    await expect.poll(() => deliverer?.statistics.delivered).toBe(1)
    expect(posted).toBe(0)
    expect((await store.listEvents(9, undefined, 10)).events).toHaveLength(1)
  })

  it.each([
    ['another result', { status: 200, body: '{"result":{"resultStatus":"F"}}' }],
    ['no result', { status: 200, body: '{}' }],
    ['no JSON', { status: 200, body: 'ok' }],
    ['another status', { status: 204, body: SUCCESS }],
    ['a redirect', { status: 302, body: SUCCESS }],
  ])('takes nothing else for an acknowledgement: %s', async (_, answer) => {
    start(async () => answer)
    await tell(1, { clientNumber: 4 })
    await expect.poll(() => deliverer?.statistics.failed).toBeGreaterThanOrEqual(1)
    expect(deliverer?.statistics.delivered).toBe(0)
  })
})
