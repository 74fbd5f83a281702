/**
 * @module Measures the time from a withdrawal until the gateway of another node rejects the token, and until the merchant's webhook
 * receives the event. The receiver of the webhook fails, hangs, responds late and restarts.
 */
import { createPublicKey, randomInt } from 'node:crypto'
import { readFileSync } from 'node:fs'
import {
  createServer,
  type Server as HttpServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import { join } from 'node:path'
import { createNotificationReceiver, type Notification } from '@assent/merchant'
import { DIALECTS, WALLET_PATHS } from '@assent/protocol'
import { Pool } from 'undici'
import { quantile } from './closed-loop.ts'
import type { Request } from './http-client.ts'
import { table } from './results.ts'
import { createSigners, presence, type Signers } from './scenarios.ts'
import { APP_ID, CLIENT_ID, freePort, installAssent, startNode, startScript } from './servers.ts'
import { openBenchStore } from './stores.ts'

const WITHDRAWALS = 500
const PARALLEL = 8
const SIGNED = '/v1/bench/signed'
const RESTARTS = 5
const DOWN_TIME_MS = 300
const LATE_RESPONSE_MS = 300

type Reply = Record<string, string> & { readonly result: { readonly resultStatus: string } }
type Send = (request: Request) => Promise<Reply>

export async function measureWithdrawal(): Promise<void> {
  const store = await openBenchStore('postgres')
  const upstream = await startScript('./upstream-server.js')
  const port = await freePort()
  const installation = installAssent(
    store.url,
    {
      notifications: { allowPrivateAddresses: true },
      apis: [
        {
          name: 'items',
          paths: [SIGNED],
          upstream: `${upstream.url}/items`,
          scopes: ['auth_user'],
          fields: { auth_user: ['items[].brand'] },
        },
      ],
    },
    { notifyUrl: `http://127.0.0.1:${port}/assent` },
  )
  const servers = [await startNode(installation), await startNode(installation)] as const
  const receiver = await startReceiver(port, join(installation.folder, 'keys', 'reply-1.pem'))
  const [one, other] = servers.map(({ url }) => createSend(url)) as [Send, Send]
  const nodes = { signers: createSigners(installation), one, other }
  const rejected: number[] = []
  const notified: number[] = []
  let started = 0
  try {
    await Promise.all(
      Array.from({ length: PARALLEL }, async (_, caller) => {
        for (; started < WITHDRAWALS; ) {
          started++
          if (started % (WITHDRAWALS / RESTARTS) === 0) void receiver.restart()
          const { customerId, accessToken } = await grant(nodes, `user-${caller}`)
          const use = nodes.signers.ofMerchant(SIGNED, { accessToken })
          if (!isSuccess(await other(use))) throw new Error('A new token was rejected.')
          const received = receiver.next(customerId)
          await one(
            nodes.signers.ofWallet(WALLET_PATHS.revoke, {
              userId: `user-${caller}`,
              appId: APP_ID,
            }),
          )
          const withdrawnAt = performance.now()
          while (isSuccess(await other(use)));
          rejected.push(performance.now() - withdrawnAt)
          notified.push((await received) - withdrawnAt)
        }
      }),
    )
    // Wait for deliveries that a failure delayed.
    await receiver.waitForEvents(2 * WITHDRAWALS)
    const { deliveries, events, isIdentical } = receiver.counts()
    const row = (name: string, times: readonly number[]): readonly string[] => {
      const sorted = [...times].sort((a, b) => a - b)
      const values = [quantile(sorted, 0.5), quantile(sorted, 0.99), sorted.at(-1) ?? 0]
      return [name, ...values.map((value) => value.toFixed(0))]
    }
    console.log(
      `\n${WITHDRAWALS} withdrawals on one node; ms from the reply. The webhook responds with an error to 10 %, late to 5 %, never to 2 %, and restarts ${RESTARTS} times\n`,
    )
    console.log(
      table(
        ['until', 'p50', 'p99', 'max'],
        [
          row('the gateway of another node rejects', rejected),
          row("the merchant's webhook received the event", notified),
        ],
      ),
    )
    console.log(
      `\n${deliveries} deliveries of ${events} events (${2 * WITHDRAWALS} were written); repeated deliveries were ${isIdentical ? 'identical, byte for byte' : 'NOT identical'}`,
    )
  } finally {
    await Promise.all(servers.map((server) => server.stop()))
    await upstream.stop()
    await receiver.stop()
    installation.remove()
    await store.stop()
  }
}

async function grant(
  { signers, one }: { readonly signers: Signers; readonly one: Send },
  userId: string,
): Promise<{ readonly customerId: string; readonly accessToken: string }> {
  const request = { appId: APP_ID, userId, scopes: ['auth_user'], context: presence() }
  const { consentRequestId, sheetHash } = await one(signers.ofWallet(WALLET_PATHS.consult, request))
  const decision = { consentRequestId, sheetHash, userId, granted: ['auth_user'] }
  const { authCode } = await one(signers.ofWallet(WALLET_PATHS.decide, decision))
  const [path] = DIALECTS.v1.paths.applyToken
  const tokens = await one(signers.ofMerchant(path, { grantType: 'AUTHORIZATION_CODE', authCode }))
  return { customerId: tokens['customerId'] ?? '', accessToken: tokens['accessToken'] ?? '' }
}

function isSuccess({ result }: Reply): boolean {
  return result.resultStatus === 'S'
}

function createSend(url: string): Send {
  const pool = new Pool(url, { connections: PARALLEL })
  return async ({ path, headers, body }) => {
    const response = await pool.request({ path, method: 'POST', headers, body })
    return (await response.body.json()) as Reply
  }
}

type Receiver = {
  /** @returns when the next withdrawal of this customer is first delivered */
  next(customerId: string): Promise<number>
  restart(): Promise<void>
  /** Waits until this many events were processed. */
  waitForEvents(events: number): Promise<void>
  counts(): { readonly deliveries: number; readonly events: number; readonly isIdentical: boolean }
  stop(): Promise<void>
}

async function startReceiver(port: number, signingKey: string): Promise<Receiver> {
  const pending = new Map<string, (at: number) => void>()
  const bodies = new Map<string, string>()
  const processed = new Set<string>()
  let deliveries = 0
  let isIdentical = true
  const { receive } = createNotificationReceiver({
    platformKeys: createPublicKey(readFileSync(signingKey)),
    clientId: CLIENT_ID,
    onEvent: ({ eventId }) => void processed.add(eventId),
  })

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks)
    const { eventId, eventType, userId = '' } = JSON.parse(body.toString()) as Notification
    deliveries++
    isIdentical &&= (bodies.get(eventId) ?? body.toString()) === body.toString()
    if (eventType === 'AUTHORIZATION_WITHDRAWN' && !bodies.has(eventId)) {
      pending.get(userId)?.(performance.now())
      pending.delete(userId)
    }
    bodies.set(eventId, body.toString())
    const percentile = randomInt(100)
    if (percentile < 10) return void response.writeHead(500).end()
    if (percentile < 12) return
    if (percentile < 17) await new Promise((resolve) => setTimeout(resolve, LATE_RESPONSE_MS))
    const reply = await receive({ path: request.url ?? '', headers: request.headers, body })
    response.writeHead(reply.status).end(reply.body)
  }

  let server: HttpServer | undefined
  async function listen(): Promise<void> {
    const next = createServer((request, response) => {
      handle(request, response).catch(() => response.destroy())
    })
    await new Promise<void>((resolve) => next.listen(port, '127.0.0.1', resolve))
    server = next
  }
  async function stop(): Promise<void> {
    const stopping = server
    server = undefined
    stopping?.closeAllConnections()
    await new Promise((resolve) => stopping?.close(resolve) ?? resolve(undefined))
  }

  await listen()
  return {
    next: (customerId) => new Promise((resolve) => pending.set(customerId, resolve)),
    async restart() {
      await stop()
      await new Promise((resolve) => setTimeout(resolve, DOWN_TIME_MS))
      await listen()
    },
    async waitForEvents(events) {
      const until = Date.now() + 120_000
      while (processed.size < events && Date.now() < until)
        await new Promise((resolve) => setTimeout(resolve, 100))
    },
    counts: () => ({ deliveries, events: processed.size, isIdentical }),
    stop,
  }
}
