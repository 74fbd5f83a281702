/**
 * @module Measures the time until a withdrawal on one node is in force on another. Variants: with the database's push notification,
 * without it, and for a scope that requires strong consistency.
 */
import { DIALECTS, WALLET_PATHS } from '@assent/protocol'
import pg from 'pg'
import { Pool } from 'undici'
import { quantile } from './closed-loop.ts'
import type { Request } from './http-client.ts'
import { createSigners, presence, type Signers } from './scenarios.ts'
import { APP_ID, installAssent, type Server, startNode, USERS } from './servers.ts'
import { openBenchStore } from './stores.ts'

const WITHDRAWALS = 1000
const PARALLEL = 8
const CUT_INTERVAL_MS = 20

type Reply = Record<string, string> & { readonly result: { readonly resultStatus: string } }
type Send = (request: Request) => Promise<Reply>
type Nodes = { readonly signers: Signers; readonly one: Send; readonly other: Send }

type Variant = { readonly name: string; readonly scope: string; readonly isCut: boolean }

const VARIANTS: readonly Variant[] = [
  { name: 'push', scope: 'auth_base', isCut: false },
  { name: 'push interrupted', scope: 'auth_base', isCut: true },
  { name: 'sensitive scope (strong consistency)', scope: 'USER_GENDER', isCut: false },
]

export async function measureRevocation(): Promise<void> {
  const store = await openBenchStore('postgres')
  const installation = installAssent(store.url)
  const servers = [await startNode(installation), await startNode(installation)] as const
  const [one, other] = servers.map(createSend) as [Send, Send]
  const nodes = { signers: createSigners(installation), one, other }
  try {
    console.log(
      `\n${WITHDRAWALS} × issue, use, withdraw on one node, use on the other; ms from the reply to the rejection\n`,
    )
    console.log(
      '| variant | p50 | p99 | max | accepted after the reply |\n|---|---:|---:|---:|---:|',
    )
    for (const variant of VARIANTS) {
      const cut = variant.isCut ? cutPush(store.url) : undefined
      print(variant, await withdrawMany(nodes, variant))
      await cut?.stop()
    }
  } finally {
    await Promise.all(servers.map((server) => server.stop()))
    installation.remove()
    await store.stop()
  }
}

/** The time until the token was rejected, and how many uses were accepted until then. */
type Withdrawal = { readonly milliseconds: number; readonly accepted: number }

async function withdrawMany(nodes: Nodes, variant: Variant): Promise<readonly Withdrawal[]> {
  const withdrawals: Withdrawal[] = []
  let next = 0
  await Promise.all(
    Array.from({ length: PARALLEL }, async (_, caller) => {
      for (; next < WITHDRAWALS; ) {
        next++
        withdrawals.push(await withdrawOnce(nodes, variant.scope, `user-${caller % USERS}`))
      }
    }),
  )
  return withdrawals
}

async function withdrawOnce(nodes: Nodes, scope: string, userId: string): Promise<Withdrawal> {
  const { signers, one, other } = nodes
  const { paths } = DIALECTS.v1
  const authCode = await codeFor(nodes, scope, userId)
  const { accessToken } = await one(
    signers.ofMerchant(paths.applyToken[0], { grantType: 'AUTHORIZATION_CODE', authCode }),
  )
  const use = signers.ofMerchant(paths.inquiryUserInfo[0], { accessToken })
  if (!isSuccess(await other(use))) throw new Error('A new token was rejected.')
  await one(signers.ofWallet(WALLET_PATHS.revoke, { userId, appId: APP_ID }))
  const withdrawnAt = performance.now()
  for (let accepted = 0; ; accepted++) {
    if (!isSuccess(await other(use))) {
      return { milliseconds: performance.now() - withdrawnAt, accepted }
    }
  }
}

async function codeFor({ signers, one }: Nodes, scope: string, userId: string): Promise<string> {
  const request = { appId: APP_ID, userId, scopes: [scope], context: presence() }
  const consulted = await one(signers.ofWallet(WALLET_PATHS.consult, request))
  const { authCode, consentRequestId, sheetHash } = consulted
  if (authCode) return authCode
  const decision = { consentRequestId, sheetHash, userId, granted: [scope] }
  const decided = await one(signers.ofWallet(WALLET_PATHS.decide, decision))
  return decided['authCode'] ?? ''
}

function isSuccess(reply: Reply): boolean {
  return reply.result.resultStatus === 'S'
}

function createSend({ url }: Server): Send {
  const pool = new Pool(url, { connections: PARALLEL })
  return async ({ path, headers, body }) => {
    const response = await pool.request({ path, method: 'POST', headers, body })
    return (await response.body.json()) as Reply
  }
}

/** Repeatedly terminates the LISTEN connections of the nodes. */
function cutPush(url: string): { stop(): Promise<void> } {
  const pool = new pg.Pool({ connectionString: url, max: 1 })
  const timer = setInterval(() => {
    pool
      .query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")
      .catch(() => {})
  }, CUT_INTERVAL_MS)
  return {
    stop: () => {
      clearInterval(timer)
      return pool.end()
    },
  }
}

function print({ name }: Variant, withdrawals: readonly Withdrawal[]): void {
  const times = withdrawals.map(({ milliseconds }) => milliseconds).sort((a, b) => a - b)
  const accepted = withdrawals.reduce((sum, one) => sum + one.accepted, 0)
  const cells = [quantile(times, 0.5), quantile(times, 0.99), times.at(-1) ?? 0]
  console.log(`| ${name} | ${cells.map((ms) => ms.toFixed(1)).join(' | ')} | ${accepted} |`)
}
