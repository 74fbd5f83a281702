/**
 * @module Database failover under load, with the configuration of `deploy/ha`. No acknowledged write is lost, clients receive only
 * results or 503 with Retry-After, and service recovers within 30 s.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  freePort,
  type Installation,
  install,
  type ServeProcess,
  serve,
} from '../support/command.ts'
import { type HaDatabase, startHaDatabase } from '../support/ha-database.ts'
import { createResilientCaller } from '../support/resilient-calls.ts'
import { sampleSize } from '../support/sample-size.ts'
import {
  APP_ID,
  type JsonReply,
  presentContext,
  testConfig,
  WALLET_ID,
  WALLET_SIGNING,
} from '../support/server.ts'

const FAILOVERS = ['server', 'server', 'node', 'server', 'server', 'node'] as const
const ROUNDS = sampleSize(2)
const CALLERS = 8
/** The user who grants and withdraws. All others log in. */
const DECIDING_USER = CALLERS - 1
const MAX_RECOVERY_SECONDS = 30
const LOAD_BEFORE_KILL_MS = 2000
const PAUSE_MS = 20

const TOKEN = '/v1/authorizations/applyToken'
const CANCEL = '/v1/authorizations/cancelToken'
const QUERY = '/ams/api/v1/authorizations/query'
const USERS = Array.from({ length: CALLERS }, (_, n) => ({
  walletId: WALLET_ID,
  userId: `user-${n}`,
  status: 'ACTIVE',
  nickName: `User ${n}`,
}))

/** A login in its last acknowledged state. */
type Login = {
  readonly accessToken: string
  readonly refreshToken: string
  readonly ended: boolean
}

let database: HaDatabase
let installation: Installation
let nodes: ServeProcess[] = []
const { call, failures } = createResilientCaller()
const logins: Login[] = []
/** Whether the deciding user has granted the scope; `undefined` while a call is unacknowledged. */
let isGranted: boolean | undefined = false

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

let callCount = 0
/** Calls the nodes in turn. */
function callAny(path: string, body: object, ofWallet = false): Promise<JsonReply | undefined> {
  const node = nodes[callCount++ % nodes.length] as ServeProcess
  return call(node, path, body, ofWallet ? WALLET_SIGNING : undefined)
}

/** Records a login when all its calls were acknowledged. */
async function login(userId: string, isEnded: boolean): Promise<void> {
  const request = { appId: APP_ID, userId, scopes: 'auth_base' }
  const authCode = (await callAny('/wallet/v1/consult', request, true))?.['authCode']
  if (authCode === undefined) return
  const redeemed = await callAny(TOKEN, { grantType: 'AUTHORIZATION_CODE', authCode })
  if (!redeemed) return
  expect(redeemed.result.resultCode).toBe('SUCCESS')
  const { refreshToken: first } = redeemed
  const refreshed = await callAny(TOKEN, { grantType: 'REFRESH_TOKEN', refreshToken: first })
  if (!refreshed) return
  expect(refreshed.result.resultCode).toBe('SUCCESS')
  const { accessToken, refreshToken } = refreshed
  if (isEnded && !(await callAny(CANCEL, { accessToken }))) return
  logins.push({ accessToken, refreshToken, ended: isEnded })
}

async function changeGrant(): Promise<void> {
  const userId = `user-${DECIDING_USER}`
  if (isGranted !== false) {
    isGranted = undefined
    const revoked = await callAny('/wallet/v1/revoke', { userId, appId: APP_ID }, true)
    if (revoked) isGranted = false
    return
  }
  const request = {
    appId: APP_ID,
    userId,
    scopes: 'auth_user',
    context: presentContext((nodes[0] as ServeProcess).clock),
  }
  const consulted = await callAny('/wallet/v1/consult', request, true)
  if (consulted?.['status'] !== 'CONSENT_REQUIRED') return
  const { consentRequestId, sheetHash } = consulted
  isGranted = undefined
  const decision = { userId, consentRequestId, sheetHash, granted: ['auth_user'] }
  if (await callAny('/wallet/v1/decide', decision, true)) isGranted = true
}

/** All users log in or decide repeatedly until `stop`. */
function startLoad(): { stop(): Promise<void> } {
  let isStopped = false
  async function caller(user: number): Promise<void> {
    for (let n = 0; !isStopped; n++) {
      // A withdrawal revokes the user's logins, so the deciding user does not log in.
      if (user === DECIDING_USER) await changeGrant()
      else await login(`user-${user}`, n % 3 === 0)
      await sleep(PAUSE_MS)
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

/** @returns the seconds until a login succeeds on every node */
async function waitForService(): Promise<number> {
  const startedAt = performance.now()
  for (const node of nodes) {
    for (;;) {
      const request = { appId: APP_ID, userId: 'user-0', scopes: 'auth_base' }
      const authCode = (await call(node, '/wallet/v1/consult', request, WALLET_SIGNING))?.[
        'authCode'
      ]
      const code = { grantType: 'AUTHORIZATION_CODE', authCode }
      if (authCode !== undefined && (await call(node, TOKEN, code))) break
    }
  }
  return (performance.now() - startedAt) / 1000
}

/** @returns the differences between the current and the acknowledged state */
async function findLosses(acknowledged: readonly Login[]): Promise<readonly string[]> {
  const problems: string[] = []
  const remaining = [...acknowledged]
  async function worker(): Promise<void> {
    for (let one = remaining.pop(); one; one = remaining.pop()) {
      const queried = await callAny(QUERY, { accessToken: one.accessToken })
      if (!queried) remaining.push(one)
      else if (queried['tokenStatusType'] !== (one.ended ? 'REVOKED' : 'ACTIVE'))
        problems.push(`${one.ended ? 'ended' : 'redeemed'}: ${JSON.stringify(queried.result)}`)
      else if (queried['refreshToken'] !== one.refreshToken) problems.push('a refresh was lost')
    }
  }
  await Promise.all(Array.from({ length: CALLERS }, worker))
  return problems
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}

describe('failover of the primary under load', () => {
  it('loses no acknowledged write and recovers within 30 s', async () => {
    const seconds: number[] = []
    let checkedGrants = 0
    for (const victim of Array.from({ length: ROUNDS }, () => FAILOVERS).flat()) {
      const load = startLoad()
      await sleep(LOAD_BEFORE_KILL_MS)
      const primary = (await database.primary()) as string
      if (victim === 'server') database.killServer(primary)
      else database.killNode(primary)
      seconds.push(await waitForService())
      await load.stop()
      expect(await database.primary()).not.toBe(primary)
      if (victim === 'node') database.startNode(primary)
      await database.healthy()
      expect(await findLosses(logins.slice(-1000))).toEqual([])
      const settings = await callAny(
        '/wallet/v1/settings',
        { userId: `user-${DECIDING_USER}`, appId: APP_ID },
        true,
      )
      if (isGranted !== undefined) {
        checkedGrants++
        expect(settings?.['authSetting'].auth_user === true).toBe(isGranted)
      }
    }
    const known = logins.length
    expect(await findLosses(logins)).toEqual([])
    console.info(
      `${seconds.length} failovers, service recovered after ${seconds.map((s) => s.toFixed(1)).join(', ')} s; ` +
        `${known} acknowledged logins checked; ${failures.unavailable} replies with status 503, ${failures.disconnected} interrupted calls`,
    )
    expect(Math.max(...seconds)).toBeLessThan(MAX_RECOVERY_SECONDS)
    expect(known).toBeGreaterThan(seconds.length)
    expect(checkedGrants).toBeGreaterThan(0)
    expect(failures.unavailable).toBeGreaterThan(0)
    expect(failures.disconnected).toBe(0)
  }, 900_000)
})
