/**
 * @module Two nodes on three database nodes as `deploy/ha` sets them up, under load, while primaries are killed: nothing that was
 * acknowledged is lost, callers read nothing but results and 503 with Retry-After, and service is back within 30 s.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort, type Installation, install, type Served, serve } from '../support/command.ts'
import { type HaDatabase, startHaDatabase } from '../support/ha.ts'
import { createAsking } from '../support/resilient-calls.ts'
import {
  APP_ID,
  type JsonReply,
  presentContext,
  testConfig,
  WALLET_ID,
  WALLET_SIGNING,
} from '../support/server.ts'

const FAILOVERS = ['server', 'server', 'node', 'server', 'server', 'node'] as const
const ROUNDS = 2
const CALLERS = 8
const ANSWERING = CALLERS - 1
const SERVICE_IS_BACK_SECONDS = 30
const LOAD_BEFORE_MILLISECONDS = 2000
const PAUSE_MILLISECONDS = 20

const TOKEN = '/v1/authorizations/applyToken'
const CANCEL = '/v1/authorizations/cancelToken'
const QUERY = '/ams/api/v1/authorizations/query'
const USERS = Array.from({ length: CALLERS }, (_, n) => ({
  walletId: WALLET_ID,
  userId: `user-${n}`,
  status: 'ACTIVE',
  nickName: `User ${n}`,
}))

/** A login as its answers left it. */
type Login = {
  readonly accessToken: string
  readonly refreshToken: string
  readonly ended: boolean
}

let database: HaDatabase
let installation: Installation
let nodes: Served[] = []
const { ask, tally } = createAsking()
const logins: Login[] = []
/** What the user who answers was told last; `undefined`: nobody knows. */
let answer: boolean | undefined = false

beforeAll(async () => {
  database = await startHaDatabase()
  await database.healthy()
  const config = { ...testConfig(), store: database.url, logLevel: 'fatal' } as const
  installation = install(config, USERS)
  nodes = [await serve(installation, await freePort()), await serve(installation, await freePort())]
}, 180_000)
afterAll(async () => {
  for (const { child, ended } of nodes) {
    child.kill('SIGTERM')
    await ended
  }
  installation?.remove()
  await database?.stop()
}, 60_000)

let turn = 0
/** To each node in turn. */
function askAny(path: string, body: object, ofWallet = false): Promise<JsonReply | undefined> {
  const node = nodes[turn++ % nodes.length] as Served
  return ask(node, path, body, ofWallet ? WALLET_SIGNING : undefined)
}

/** Recorded when every answer came; what was left open proves nothing. */
async function login(userId: string, isEnded: boolean): Promise<void> {
  const asked = { appId: APP_ID, userId, scopes: 'auth_base' }
  const authCode = (await askAny('/wallet/v1/consult', asked, true))?.['authCode']
  if (authCode === undefined) return
  const redeemed = await askAny(TOKEN, { grantType: 'AUTHORIZATION_CODE', authCode })
  if (!redeemed) return
  expect(redeemed.result.resultCode).toBe('SUCCESS')
  const { refreshToken: first } = redeemed
  const refreshed = await askAny(TOKEN, { grantType: 'REFRESH_TOKEN', refreshToken: first })
  if (!refreshed) return
  expect(refreshed.result.resultCode).toBe('SUCCESS')
  const { accessToken, refreshToken } = refreshed
  if (isEnded && !(await askAny(CANCEL, { accessToken }))) return
  logins.push({ accessToken, refreshToken, ended: isEnded })
}

async function changeAnswer(): Promise<void> {
  const userId = `user-${ANSWERING}`
  if (answer !== false) {
    answer = undefined
    const revoked = await askAny('/wallet/v1/revoke', { userId, appId: APP_ID }, true)
    if (revoked) answer = false
    return
  }
  const question = {
    appId: APP_ID,
    userId,
    scopes: 'auth_user',
    context: presentContext((nodes[0] as Served).clock),
  }
  const consulted = await askAny('/wallet/v1/consult', question, true)
  if (consulted?.['status'] !== 'CONSENT_REQUIRED') return
  const { consentRequestId, sheetHash } = consulted
  answer = undefined
  const decision = { userId, consentRequestId, sheetHash, granted: ['auth_user'] }
  if (await askAny('/wallet/v1/decide', decision, true)) answer = true
}

/** Everybody logs in or answers, again and again, until it is told to stop. */
function startLoad(): { stop(): Promise<void> } {
  let isStopped = false
  async function caller(user: number): Promise<void> {
    for (let n = 0; !isStopped; n++) {
      // Withdrawing takes the logins of the same user with it: so one user only answers.
      if (user === ANSWERING) await changeAnswer()
      else await login(`user-${user}`, n % 3 === 0)
      await sleep(PAUSE_MILLISECONDS)
    }
  }
  const callers = Promise.all(USERS.map((_, user) => caller(user)))
  return {
    async stop() {
      isStopped = true
      await callers
    },
  }
}

/** Resolves with the seconds until a login goes through on every node. */
async function secondsToService(): Promise<number> {
  const startedAt = performance.now()
  for (const node of nodes) {
    for (;;) {
      const asked = { appId: APP_ID, userId: 'user-0', scopes: 'auth_base' }
      const authCode = (await ask(node, '/wallet/v1/consult', asked, WALLET_SIGNING))?.['authCode']
      const code = { grantType: 'AUTHORIZATION_CODE', authCode }
      if (authCode !== undefined && (await ask(node, TOKEN, code))) break
    }
  }
  return (performance.now() - startedAt) / 1000
}

/** @returns what is not as it was acknowledged */
async function lost(acknowledged: readonly Login[]): Promise<readonly string[]> {
  const problems: string[] = []
  const left = [...acknowledged]
  async function worker(): Promise<void> {
    for (let one = left.pop(); one; one = left.pop()) {
      const queried = await askAny(QUERY, { accessToken: one.accessToken })
      if (!queried) left.push(one)
      else if (queried['tokenStatusType'] !== (one.ended ? 'REVOKED' : 'ACTIVE'))
        problems.push(`${one.ended ? 'ended' : 'redeemed'}: ${JSON.stringify(queried.result)}`)
      else if (queried['refreshToken'] !== one.refreshToken) problems.push('a refresh')
    }
  }
  await Promise.all(Array.from({ length: CALLERS }, worker))
  return problems
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}

describe('primaries die under load', () => {
  it('nothing acknowledged is lost, and service is back within 30 s', async () => {
    const seconds: number[] = []
    let answersKnown = 0
    for (const victim of Array.from({ length: ROUNDS }, () => FAILOVERS).flat()) {
      const load = startLoad()
      await sleep(LOAD_BEFORE_MILLISECONDS)
      const primary = (await database.primary()) as string
      if (victim === 'server') database.killServer(primary)
      else database.killNode(primary)
      seconds.push(await secondsToService())
      await load.stop()
      expect(await database.primary()).not.toBe(primary)
      if (victim === 'node') database.startNode(primary)
      await database.healthy()
      expect(await lost(logins.slice(-1000))).toEqual([])
      const settings = await askAny(
        '/wallet/v1/settings',
        { userId: `user-${ANSWERING}`, appId: APP_ID },
        true,
      )
      if (answer !== undefined) {
        answersKnown++
        expect(settings?.['authSetting'].auth_user === true).toBe(answer)
      }
    }
    const known = logins.length
    expect(await lost(logins)).toEqual([])
    console.info(
      `${seconds.length} failovers, service back after ${seconds.map((s) => s.toFixed(1)).join(', ')} s; ` +
        `${known} logins acknowledged and found again; ${tally.refused} answers were 503, ${tally.broken} calls were cut off`,
    )
    expect(seconds.length).toBeGreaterThanOrEqual(10)
    expect(Math.max(...seconds)).toBeLessThan(SERVICE_IS_BACK_SECONDS)
    expect(known).toBeGreaterThan(1000)
    expect(answersKnown).toBeGreaterThan(0)
    expect(tally.refused).toBeGreaterThan(0)
    expect(tally.broken).toBe(0)
  }, 900_000)
})
