/**
 * @module kill -9 at random moments under load: acknowledged changes are durable, and no change is partial.
 */
import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  freePort,
  type Installation,
  install,
  type ServeProcess,
  serve,
} from '../support/command.ts'
import {
  APP_ID,
  inquire,
  type JsonReply,
  presentContext,
  redeem,
  refresh,
  testConfig,
  WALLET_ID,
  walletCall,
} from '../support/server.ts'

const KILLS = 20
const WORKERS = 12
/** Most of it are the starts of the server. */
const MAX_TEST_MS = 300_000

/** The last response that a worker received, and the request that it has sent since. */
type WorkerState = {
  /** Changes after every kill, because the prompt of an unanswered consult stays active for a minute. */
  userId: string
  acknowledged: 'nothing' | 'decided' | 'redeemed' | 'refreshed' | 'revoked'
  pending: 'nothing' | 'decide' | 'redeem' | 'refresh' | 'revoke'
  request?: { consentRequestId: string; sheetHash: string }
  code?: string
  tokens?: JsonReply
  refreshed?: JsonReply
}

function userOf(number: number, round: number): string {
  return `user-${number}-${round}`
}

let installation: Installation
let port: number
const workers: WorkerState[] = Array.from({ length: WORKERS }, (_, n) => ({
  userId: userOf(n, 0),
  acknowledged: 'nothing',
  pending: 'nothing',
}))

beforeAll(async () => {
  const ids = workers.flatMap((_, n) =>
    Array.from({ length: KILLS + 1 }, (_unused, round) => userOf(n, round)),
  )
  const users = ids.map((userId) => ({
    walletId: WALLET_ID,
    userId,
    status: 'ACTIVE',
    nickName: userId,
  }))
  installation = install({ ...testConfig(), logLevel: 'error' }, users)
  port = await freePort()
})
afterAll(() => installation.remove())

const REPLIES_PER_CYCLE = 4
/** About two life cycles of each worker, however fast the machine is. */
const MAX_REPLIES = 2 * WORKERS * REPLIES_PER_CYCLE

let replyCount = 0
let awaited = { count: 0, resolve: () => {} }

function acknowledge(worker: WorkerState, state: Partial<WorkerState>): void {
  Object.assign(worker, state)
  replyCount++
  if (replyCount >= awaited.count) awaited.resolve()
}

function nextReplies(count: number): Promise<void> {
  return new Promise((resolve) => {
    awaited = { count: replyCount + count, resolve }
  })
}

/** Repeats the life cycle of a grant until the server is killed. */
async function repeatLifeCycle(server: ServeProcess, worker: WorkerState): Promise<void> {
  try {
    for (;;) await runLifeCycle(server, worker)
  } catch {
    // The server was killed, so the last request has no response.
  }
}

async function runLifeCycle(server: ServeProcess, worker: WorkerState): Promise<void> {
  const { userId } = worker
  const consulted = await walletCall(server, 'consult', {
    appId: APP_ID,
    userId,
    scopes: 'auth_user',
    context: presentContext(server.clock),
  })
  const { consentRequestId, sheetHash } = consulted
  worker.request = { consentRequestId, sheetHash }
  worker.pending = 'decide'
  const decided = await walletCall(server, 'decide', {
    userId,
    consentRequestId,
    sheetHash,
    granted: ['auth_user'],
  })
  acknowledge(worker, { acknowledged: 'decided', pending: 'redeem', code: decided['authCode'] })
  const tokens = await redeem(server, decided['authCode'])
  acknowledge(worker, { acknowledged: 'redeemed', pending: 'refresh', tokens })
  const refreshed = await refresh(server, tokens['refreshToken'])
  acknowledge(worker, { acknowledged: 'refreshed', pending: 'revoke', refreshed })
  await walletCall(server, 'revoke', { userId, appId: APP_ID })
  acknowledge(worker, { acknowledged: 'revoked', pending: 'nothing' })
}

async function codeOf(reply: Promise<JsonReply>): Promise<string> {
  return (await reply).result.resultCode
}

/** Compares the state of a worker with the restarted server, and leaves the user without a grant. */
async function verify(server: ServeProcess, worker: WorkerState): Promise<void> {
  const { userId, code = '', tokens, refreshed } = worker
  const { authSetting } = await walletCall(server, 'settings', { userId, appId: APP_ID })
  const isGranted = authSetting.auth_user === true
  switch (worker.acknowledged) {
    case 'nothing':
    case 'revoked': {
      if (tokens && worker.acknowledged === 'revoked') {
        expect(await codeOf(inquire(server, refreshed?.['accessToken']))).toBe(
          'INVALID_ACCESS_TOKEN',
        )
        expect(await codeOf(refresh(server, refreshed?.['refreshToken']))).toBe(
          'INVALID_REFRESH_TOKEN',
        )
      }
      if (worker.pending === 'nothing') expect(isGranted).toBe(false)
      // A decision is atomic: without a grant, the consent request is still pending.
      if (worker.pending === 'decide' && !isGranted) {
        expect(
          await codeOf(
            walletCall(server, 'decide', { userId, ...worker.request, granted: ['auth_user'] }),
          ),
        ).toBe('SUCCESS')
      }
      break
    }
    case 'decided':
      expect(isGranted).toBe(true)
      expect(['SUCCESS', 'USED_CODE']).toContain(await codeOf(redeem(server, code)))
      expect(await codeOf(redeem(server, code))).toBe('USED_CODE')
      break
    case 'redeemed':
      expect(isGranted).toBe(true)
      expect(await codeOf(redeem(server, code))).toBe('USED_CODE')
      expect(await codeOf(inquire(server, tokens?.['accessToken']))).toBe('SUCCESS')
      expect(await codeOf(refresh(server, tokens?.['refreshToken']))).toBe('SUCCESS')
      break
    case 'refreshed': {
      const expected = isGranted
        ? ['SUCCESS', 'SUCCESS']
        : ['INVALID_ACCESS_TOKEN', 'INVALID_REFRESH_TOKEN']
      expect(await codeOf(inquire(server, refreshed?.['accessToken']))).toBe(expected[0])
      if (isGranted) {
        const again = await refresh(server, tokens?.['refreshToken'])
        expect(again['refreshToken']).toBe(refreshed?.['refreshToken'])
      }
      expect(await codeOf(refresh(server, refreshed?.['refreshToken']))).toBe(expected[1])
      break
    }
  }
  await walletCall(server, 'revoke', { userId, appId: APP_ID })
  Object.assign(worker, {
    acknowledged: 'nothing',
    pending: 'nothing',
    tokens: undefined,
    refreshed: undefined,
    code: undefined,
  })
}

describe('kill -9', () => {
  it(
    `loses no acknowledged change and leaves no partial one, at ${KILLS} random moments under load`,
    async () => {
      const seen = new Set<string>()
      let server = await serve(installation, port)
      for (let kill = 0; kill < KILLS; kill++) {
        const enough = nextReplies(randomInt(1, MAX_REPLIES))
        const lifeCycles = workers.map((worker) => repeatLifeCycle(server, worker))
        await enough
        await sleep(randomInt(5))
        server.child.kill('SIGKILL')
        await Promise.all(lifeCycles)
        await server.ended
        for (const { acknowledged } of workers) seen.add(acknowledged)
        server = await serve(installation, port)
        for (const [n, worker] of workers.entries()) {
          await verify(server, worker)
          worker.userId = userOf(n, kill + 1)
        }
      }
      // The kills were spread over the whole life cycle. Otherwise the test would prove little.
      expect(seen.size).toBeGreaterThanOrEqual(4)
      server.child.kill('SIGTERM')
      expect((await server.ended).code).toBe(0)
    },
    MAX_TEST_MS,
  )
})
