/**
 * @module How soon a withdrawal is in force everywhere: issued and used on two nodes, withdrawn on one, and then used on the
 * other until it is refused. With the push of the database, with the push cut, and strictly.
 */
import { DIALECTS, WALLET_PATHS } from '@assent/protocol'
import pg from 'pg'
import { Pool } from 'undici'
import type { Request } from './caller.ts'
import { createSigners, presence, type Signers } from './cases.ts'
import { quantile } from './load.ts'
import { APP_ID, installAssent, type Server, startNode, USERS } from './servers.ts'
import { openBenchStore } from './stores.ts'

const WITHDRAWALS = 1000
const AT_A_TIME = 8
const CUT_EVERY_MILLISECONDS = 20

type Reply = Record<string, string> & { readonly result: { readonly resultStatus: string } }
type Send = (request: Request) => Promise<Reply>
type Nodes = { readonly signers: Signers; readonly one: Send; readonly other: Send }

/** One way of asking, with what it may cost. */
type Way = { readonly name: string; readonly scope: string; readonly isCut: boolean }

const WAYS: readonly Way[] = [
  { name: 'push', scope: 'auth_base', isCut: false },
  { name: 'push cut', scope: 'auth_base', isCut: true },
  { name: 'sensitive scope (strict)', scope: 'USER_GENDER', isCut: false },
]

export async function measureRevocation(): Promise<void> {
  const store = await openBenchStore('postgres')
  const installation = installAssent(store.url)
  const servers = [await startNode(installation), await startNode(installation)] as const
  const [one, other] = servers.map(sender) as [Send, Send]
  const nodes = { signers: createSigners(installation), one, other }
  try {
    console.log(
      `\n${WITHDRAWALS} × issue, use, withdraw on one node, use on the other; ms from the reply to the refusal\n`,
    )
    console.log('| way | p50 | p99 | max | accepted after the reply |\n|---|---:|---:|---:|---:|')
    for (const way of WAYS) {
      const cut = way.isCut ? cutPush(store.url) : undefined
      print(way, await withdrawMany(nodes, way))
      await cut?.stop()
    }
  } finally {
    await Promise.all(servers.map((server) => server.stop()))
    installation.remove()
    await store.stop()
  }
}

/** What each withdrawal took, and how many uses were accepted meanwhile. */
type Taken = { readonly milliseconds: number; readonly accepted: number }

async function withdrawMany(nodes: Nodes, way: Way): Promise<readonly Taken[]> {
  const taken: Taken[] = []
  let next = 0
  await Promise.all(
    Array.from({ length: AT_A_TIME }, async (_, caller) => {
      for (; next < WITHDRAWALS; ) {
        next++
        taken.push(await withdrawOnce(nodes, way.scope, `user-${caller % USERS}`))
      }
    }),
  )
  return taken
}

async function withdrawOnce(nodes: Nodes, scope: string, userId: string): Promise<Taken> {
  const { signers, one, other } = nodes
  const { paths } = DIALECTS.v1
  const authCode = await codeFor(nodes, scope, userId)
  const { accessToken } = await one(
    signers.ofMerchant(paths.applyToken[0], { grantType: 'AUTHORIZATION_CODE', authCode }),
  )
  const use = signers.ofMerchant(paths.inquiryUserInfo[0], { accessToken })
  if (!isDone(await other(use))) throw new Error('a new token was refused')
  await one(signers.ofWallet(WALLET_PATHS.revoke, { userId, appId: APP_ID }))
  const withdrawnAt = performance.now()
  for (let accepted = 0; ; accepted++) {
    if (!isDone(await other(use))) {
      return { milliseconds: performance.now() - withdrawnAt, accepted }
    }
  }
}

async function codeFor({ signers, one }: Nodes, scope: string, userId: string): Promise<string> {
  const asked = { appId: APP_ID, userId, scopes: [scope], context: presence() }
  const consulted = await one(signers.ofWallet(WALLET_PATHS.consult, asked))
  const { authCode, consentRequestId, sheetHash } = consulted
  if (authCode) return authCode
  const answer = { consentRequestId, sheetHash, userId, granted: [scope] }
  const decided = await one(signers.ofWallet(WALLET_PATHS.decide, answer))
  return decided['authCode'] ?? ''
}

function isDone(reply: Reply): boolean {
  return reply.result.resultStatus === 'S'
}

function sender({ url }: Server): Send {
  const pool = new Pool(url, { connections: AT_A_TIME })
  return async ({ path, headers, body }) => {
    const response = await pool.request({ path, method: 'POST', headers, body })
    return (await response.body.json()) as Reply
  }
}

/** Ends the connections on which nodes listen, as often as they come back. */
function cutPush(url: string): { stop(): Promise<void> } {
  const pool = new pg.Pool({ connectionString: url, max: 1 })
  const timer = setInterval(() => {
    pool
      .query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")
      .catch(() => {})
  }, CUT_EVERY_MILLISECONDS)
  return {
    stop: () => {
      clearInterval(timer)
      return pool.end()
    },
  }
}

function print({ name }: Way, taken: readonly Taken[]): void {
  const times = taken.map(({ milliseconds }) => milliseconds).sort((a, b) => a - b)
  const accepted = taken.reduce((sum, one) => sum + one.accepted, 0)
  const cells = [quantile(times, 0.5), quantile(times, 0.99), times.at(-1) ?? 0]
  console.log(`| ${name} | ${cells.map((ms) => ms.toFixed(1)).join(' | ')} | ${accepted} |`)
}
