/**
 * @module Signed requests are executed once: 1,000 byte-identical repetitions of each operation on three nodes, one of which is killed,
 * have one effect. Repeated reads write nothing.
 * @see docs/merchant-api.md#repeated-requests
 */
import { WALLET_PATHS, type WalletOperation } from '@assent/protocol'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Cluster, type Node, startCluster } from '../support/cluster.ts'
import {
  APP_ID,
  codeFor,
  consultFor,
  type JsonReply,
  presentContext,
  redeem,
  type Signing,
  send,
  signedHeaders,
  testConfig,
  USER_ID,
  USERS,
  WALLET_SIGNING,
  walletCall,
} from '../support/server.ts'
import { startUpstream, type Upstream } from '../support/upstream.ts'

const REPETITIONS = 1000
const CALLERS = 30
const APPLY = '/v1/authorizations/applyToken'
const PAY = '/v1/payments/pay'
const SCOPES = ['auth_base']

let cluster: Cluster
let upstream: Upstream
let database: pg.Client
beforeAll(async () => {
  upstream = await startUpstream()
  const config = testConfig()
  const pay = {
    name: 'pay',
    paths: [PAY],
    upstream: `${upstream.url}/pay`,
    scopes: ['auth_base'],
    requiresRequestId: true,
  }
  cluster = await startCluster(3, USERS, [], { ...config, apis: [...(config.apis ?? []), pay] })
  database = new pg.Client({ connectionString: cluster.database.url('postgres') })
  await database.connect()
})
afterAll(async () => {
  await database.end()
  await cluster.close()
  upstream.close()
})

function node(index: number): Node {
  return cluster.nodes[index % cluster.nodes.length] as Node
}

type Captured = (at: Node) => Promise<JsonReply | undefined>

/** A request as it was sent, which anybody who has seen it can send again. */
function capture(path: string, body: object, signing: Signing = {}): Captured {
  const text = JSON.stringify(body)
  const headers = signedHeaders(node(0).clock, path, text, signing)
  return async (at) => {
    const reply = await send(at, path, headers, text).catch(() => undefined)
    return reply?.status === 200 ? (JSON.parse(reply.body) as JsonReply) : undefined
  }
}

function captureWallet(operation: WalletOperation, body: object): Captured {
  return capture(WALLET_PATHS[operation], { userId: USER_ID, ...body }, WALLET_SIGNING)
}

let kills = 0
beforeEach(() => {
  upstream.arrived.length = 0
})

/** Sends the request to all nodes until it was answered often enough, while one of them is killed and started again. */
async function repeat(request: Captured): Promise<readonly JsonReply[]> {
  const replies: JsonReply[] = []
  let sent = 0
  const crash = new Promise((resolve) => setTimeout(resolve, 100)).then(() => node(++kills).crash())
  const caller = async (): Promise<void> => {
    while (replies.length < REPETITIONS) {
      const reply = await request(node(sent++))
      if (reply) replies.push(reply)
      // A node that is down answers at once.
      else await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  await Promise.all([crash, ...Array.from({ length: CALLERS }, caller)])
  return replies
}

function codesOf(replies: readonly JsonReply[]): readonly string[] {
  return [...new Set(replies.map(({ result }) => result.resultCode))].sort()
}

function successes(replies: readonly JsonReply[]): readonly JsonReply[] {
  return replies.filter(({ result }) => result.resultCode === 'SUCCESS')
}

async function count(statement: string): Promise<number> {
  const { rows } = await database.query<{ n: string }>(`SELECT (${statement}) AS n`)
  return Number(rows[0]?.n)
}

const EPOCHS = 'SELECT sum(epoch) FROM grants'
const rowsOf = (table: string): string => `SELECT count(*) FROM ${table}`

/** The requests whose effect is a row or a change of one. Without a kill, the effect is there once; a killed request may have none. */
const WRITES = [
  {
    name: 'revoke',
    effect: EPOCHS,
    request: async () => captureWallet('revoke', { appId: APP_ID }),
    repeated: 'REQUEST_REPEATED',
  },
  {
    name: 'clearDenials',
    effect: EPOCHS,
    async request() {
      await decideOn(['USER_NAME'], [])
      return captureWallet('clearDenials', { appId: APP_ID })
    },
    repeated: 'REQUEST_REPEATED',
  },
  {
    name: 'decide',
    effect: rowsOf('receipts'),
    async request() {
      const { consentRequestId, sheetHash } = await consultFor(node(0), ['USER_EMAIL'])
      return captureWallet('decide', { consentRequestId, sheetHash, granted: ['USER_EMAIL'] })
    },
    repeated: 'CONSENT_REQUEST_USED',
  },
  {
    name: 'applyToken with a code',
    effect: rowsOf('authorizations'),
    async request() {
      const authCode = await codeFor(node(0), SCOPES)
      return capture(APPLY, { grantType: 'AUTHORIZATION_CODE', authCode })
    },
    repeated: 'REQUEST_REPEATED',
  },
] as const

async function decideOn(scopes: readonly string[], granted: readonly string[]): Promise<void> {
  const { consentRequestId, sheetHash } = await consultFor(node(0), scopes)
  await walletCall(node(0), 'decide', { consentRequestId, userId: USER_ID, sheetHash, granted })
}

describe(`${REPETITIONS} equal requests on three nodes, one of which is killed`, {
  timeout: 600_000,
}, () => {
  it.each(WRITES)('change something once: $name', async ({ effect, request, repeated }) => {
    await codeFor(node(0), SCOPES)
    const captured = await request()
    const before = await count(effect)
    const replies = await repeat(captured)
    expect(successes(replies).length).toBeLessThanOrEqual(1)
    expect((await count(effect)) - before).toBeLessThanOrEqual(1)
    expect((await count(effect)) - before).toBeGreaterThanOrEqual(successes(replies).length)
    expect(codesOf(replies).filter((code) => code !== 'SUCCESS')).toEqual([repeated])
  })

  it('issue one code: consult', async () => {
    const body = { appId: APP_ID, scopes: 'auth_base', context: presentContext(node(0).clock) }
    const replies = await repeat(captureWallet('consult', body))
    expect(successes(replies).length).toBeLessThanOrEqual(1)
    expect(codesOf(replies).filter((code) => code !== 'SUCCESS')).toEqual(['REQUEST_REPEATED'])
  })

  it('open one page: createPrivacyLink', async () => {
    const replies = await repeat(captureWallet('createPrivacyLink', {}))
    expect(successes(replies).length).toBeLessThanOrEqual(1)
    expect(codesOf(replies).filter((code) => code !== 'SUCCESS')).toEqual(['REQUEST_REPEATED'])
  })

  it('prepare one request: prepare', async () => {
    const body = { appId: APP_ID, scopes: 'auth_base' }
    const replies = await repeat(capture('/v1/authorizations/prepare', body))
    expect(successes(replies).length).toBeLessThanOrEqual(1)
    expect(codesOf(replies).filter((code) => code !== 'SUCCESS')).toEqual(['REQUEST_REPEATED'])
  })

  it('rotate a refresh token once, and all get its successor', async () => {
    const { refreshToken } = await redeem(node(0), await codeFor(node(0), SCOPES))
    const generations = 'SELECT sum(generation) FROM authorizations'
    const before = await count(generations)
    const replies = await repeat(capture(APPLY, { grantType: 'REFRESH_TOKEN', refreshToken }))
    expect((await count(generations)) - before).toBe(1)
    expect(codesOf(replies)).toEqual(['SUCCESS'])
    expect(new Set(replies.map((reply) => reply['refreshToken'])).size).toBe(1)
  })

  it('end an authorization once: cancelToken', async () => {
    const { accessToken } = await redeem(node(0), await codeFor(node(0), SCOPES))
    const ends = `SELECT count(*) FROM revocations WHERE kind = 'authorization'`
    const before = await count(ends)
    const replies = await repeat(capture('/v1/authorizations/cancelToken', { accessToken }))
    expect((await count(ends)) - before).toBe(1)
    expect(codesOf(replies)).toEqual(['SUCCESS'])
  })

  it('call the upstream of a payment at most once', async () => {
    const { accessToken } = await redeem(node(0), await codeFor(node(0), SCOPES))
    const replies = await repeat(capture(PAY, { accessToken, requestId: 'pay-1' }))
    expect(upstream.arrived.length).toBeLessThanOrEqual(1)
    expect(upstream.arrived.length).toBeGreaterThanOrEqual(successes(replies).length)
    expect(codesOf(replies).filter((code) => code !== 'SUCCESS')).toEqual(['REQUEST_REPEATED'])
  })

  it('that read are answered each time, and write no row', async () => {
    const { accessToken } = await redeem(node(0), await codeFor(node(0), SCOPES))
    const rows = `SELECT (${rowsOf('consumed_tokens')}) + (${rowsOf('executed_requests')})
      + (${rowsOf('authorizations')}) + (${rowsOf('revocations')}) + (${rowsOf('events')}) + (${EPOCHS})`
    const before = await count(rows)
    for (const read of [
      capture('/v1/users/inquiryUserInfo', { accessToken }),
      capture('/v1/authorizations/query', { accessToken }),
      captureWallet('grants', {}),
      captureWallet('settings', { appId: APP_ID }),
    ]) {
      expect(codesOf(await repeat(read))).toEqual(['SUCCESS'])
    }
    // Cleanup may delete rows meanwhile.
    expect(await count(rows)).toBeLessThanOrEqual(before)
  })
})
