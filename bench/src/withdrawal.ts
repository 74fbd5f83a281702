/**
 * @module A withdrawal in the wallet, as the merchant notices it: how soon the gateway of another node refuses, and how soon the webhook
 * has come, while its receiver fails, hangs, answers late and restarts.
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
import type { Request } from './caller.ts'
import { createSigners, presence, type Signers } from './cases.ts'
import { quantile } from './load.ts'
import { table } from './results.ts'
import {
  APP_ID,
  CLIENT_ID,
  freePort,
  installAssent,
  startNode,
  startPlainServer,
} from './servers.ts'
import { openBenchStore } from './stores.ts'

const WITHDRAWALS = 500
const AT_A_TIME = 8
const SIGNED = '/v1/bench/signed'
const RESTARTS = 5
const DOWN_MILLISECONDS = 300
const LATE_MILLISECONDS = 300

type Reply = Record<string, string> & { readonly result: { readonly resultStatus: string } }
type Send = (request: Request) => Promise<Reply>

export async function measureWithdrawal(): Promise<void> {
  const store = await openBenchStore('postgres')
  const upstream = await startPlainServer('./upstream-route.js')
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
  const [one, other] = servers.map(({ url }) => sender(url)) as [Send, Send]
  const nodes = { signers: createSigners(installation), one, other }
  const refused: number[] = []
  const told: number[] = []
  let begun = 0
  try {
    await Promise.all(
      Array.from({ length: AT_A_TIME }, async (_, caller) => {
        for (; begun < WITHDRAWALS; ) {
          begun++
          if (begun % (WITHDRAWALS / RESTARTS) === 0) void receiver.restart()
          const { customerId, accessToken } = await grant(nodes, `user-${caller}`)
          const use = nodes.signers.ofMerchant(SIGNED, { accessToken })
          if (!isDone(await other(use))) throw new Error('a new token was refused')
          const hasCome = receiver.next(customerId)
          await one(
            nodes.signers.ofWallet(WALLET_PATHS.revoke, {
              userId: `user-${caller}`,
              appId: APP_ID,
            }),
          )
          const withdrawnAt = performance.now()
          while (isDone(await other(use)));
          refused.push(performance.now() - withdrawnAt)
          told.push((await hasCome) - withdrawnAt)
        }
      }),
    )
    // What a failure has delayed comes after all.
    await receiver.settled(2 * WITHDRAWALS)
    const { came, acted, same } = receiver.counts()
    const row = (name: string, times: readonly number[]): readonly string[] => {
      const sorted = [...times].sort((a, b) => a - b)
      const values = [quantile(sorted, 0.5), quantile(sorted, 0.99), sorted.at(-1) ?? 0]
      return [name, ...values.map((value) => value.toFixed(0))]
    }
    console.log(
      `\n${WITHDRAWALS} withdrawals on one node; ms from the reply. Of the webhook's answers 10 % are errors, 5 % late, 2 % never come, and it restarts ${RESTARTS} times\n`,
    )
    console.log(
      table(
        ['until', 'p50', 'p99', 'max'],
        [
          row('the gateway of another node refuses', refused),
          row("the merchant's webhook has come", told),
        ],
      ),
    )
    console.log(
      `\n${came} deliveries of ${acted} events (${2 * WITHDRAWALS} were written); those that came again were ${same ? 'the same, byte for byte' : 'NOT the same'}`,
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
  const asked = { appId: APP_ID, userId, scopes: ['auth_user'], context: presence() }
  const { consentRequestId, sheetHash } = await one(signers.ofWallet(WALLET_PATHS.consult, asked))
  const answer = { consentRequestId, sheetHash, userId, granted: ['auth_user'] }
  const { authCode } = await one(signers.ofWallet(WALLET_PATHS.decide, answer))
  const [path] = DIALECTS.v1.paths.applyToken
  const tokens = await one(signers.ofMerchant(path, { grantType: 'AUTHORIZATION_CODE', authCode }))
  return { customerId: tokens['customerId'] ?? '', accessToken: tokens['accessToken'] ?? '' }
}

function isDone({ result }: Reply): boolean {
  return result.resultStatus === 'S'
}

function sender(url: string): Send {
  const pool = new Pool(url, { connections: AT_A_TIME })
  return async ({ path, headers, body }) => {
    const response = await pool.request({ path, method: 'POST', headers, body })
    return (await response.body.json()) as Reply
  }
}

type Receiver = {
  /** When the next withdrawal of this customer first comes. */
  next(customerId: string): Promise<number>
  restart(): Promise<void>
  /** Resolves when so many events were acted on. */
  settled(events: number): Promise<void>
  counts(): { readonly came: number; readonly acted: number; readonly same: boolean }
  stop(): Promise<void>
}

async function startReceiver(port: number, signingKey: string): Promise<Receiver> {
  const waiting = new Map<string, (at: number) => void>()
  const bodies = new Map<string, string>()
  const acted = new Set<string>()
  let came = 0
  let same = true
  const { receive } = createNotificationReceiver({
    platformPublicKey: createPublicKey(readFileSync(signingKey)),
    clientId: CLIENT_ID,
    onEvent: ({ eventId }) => void acted.add(eventId),
  })

  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks)
    const { eventId, eventType, userId = '' } = JSON.parse(body.toString()) as Notification
    came++
    same &&= (bodies.get(eventId) ?? body.toString()) === body.toString()
    if (eventType === 'AUTHORIZATION_WITHDRAWN' && !bodies.has(eventId)) {
      waiting.get(userId)?.(performance.now())
      waiting.delete(userId)
    }
    bodies.set(eventId, body.toString())
    const mood = randomInt(100)
    if (mood < 10) return void response.writeHead(500).end()
    if (mood < 12) return
    if (mood < 17) await new Promise((resolve) => setTimeout(resolve, LATE_MILLISECONDS))
    const answer = await receive({ path: request.url ?? '', headers: request.headers, body })
    response.writeHead(answer.status).end(answer.body)
  }

  let server: HttpServer | undefined
  async function listen(): Promise<void> {
    const next = createServer((request, response) => {
      take(request, response).catch(() => response.destroy())
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
    next: (customerId) => new Promise((resolve) => waiting.set(customerId, resolve)),
    async restart() {
      await stop()
      await new Promise((resolve) => setTimeout(resolve, DOWN_MILLISECONDS))
      await listen()
    },
    async settled(events) {
      const until = Date.now() + 120_000
      while (acted.size < events && Date.now() < until)
        await new Promise((resolve) => setTimeout(resolve, 100))
    },
    counts: () => ({ came, acted: acted.size, same }),
    stop,
  }
}
