/**
 * @module kill -9 at random moments under load: what was acknowledged is there, and nothing is half done.
 */
import { randomInt } from 'node:crypto'
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

/** What a worker was last told, and what it has asked since without an answer. */
type AccessLog = {
  /** Another one after every kill: the sheet of a consult that had no answer stays open for a minute. */
  userId: string
  acknowledged: 'nothing' | 'decided' | 'redeemed' | 'refreshed' | 'revoked'
  asked: 'nothing' | 'decide' | 'redeem' | 'refresh' | 'revoke'
  request?: { consentRequestId: string; sheetHash: string }
  code?: string
  tokens?: JsonReply
  refreshed?: JsonReply
}

function userOf(worker: number, round: number): string {
  return `user-${worker}-${round}`
}

let installation: Installation
let port: number
const ledgers: AccessLog[] = Array.from({ length: WORKERS }, (_, n) => ({
  userId: userOf(n, 0),
  acknowledged: 'nothing',
  asked: 'nothing',
}))

beforeAll(async () => {
  const ids = ledgers.flatMap((_, n) =>
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

/** One turn of a user's life after another, until the server is gone. */
async function live(server: ServeProcess, ledger: AccessLog): Promise<void> {
  try {
    for (;;) await turn(server, ledger)
  } catch {
    // The server was killed: what was asked last has no answer.
  }
}

async function turn(server: ServeProcess, ledger: AccessLog): Promise<void> {
  const { userId } = ledger
  const consulted = await walletCall(server, 'consult', {
    appId: APP_ID,
    userId,
    scopes: 'auth_user',
    context: presentContext(server.clock),
  })
  const { consentRequestId, sheetHash } = consulted
  ledger.request = { consentRequestId, sheetHash }
  ledger.asked = 'decide'
  const decided = await walletCall(server, 'decide', {
    userId,
    consentRequestId,
    sheetHash,
    granted: ['auth_user'],
  })
  Object.assign(ledger, { acknowledged: 'decided', asked: 'redeem', code: decided['authCode'] })
  const tokens = await redeem(server, decided['authCode'])
  Object.assign(ledger, { acknowledged: 'redeemed', asked: 'refresh', tokens })
  const refreshed = await refresh(server, tokens['refreshToken'])
  Object.assign(ledger, { acknowledged: 'refreshed', asked: 'revoke', refreshed })
  await walletCall(server, 'revoke', { userId, appId: APP_ID })
  Object.assign(ledger, { acknowledged: 'revoked', asked: 'nothing' })
}

async function codeOf(reply: Promise<JsonReply>): Promise<string> {
  return (await reply).result.resultCode
}

/** Checks one worker's ledger against the server that came back, and leaves the user without a grant. */
async function verify(server: ServeProcess, ledger: AccessLog): Promise<void> {
  const { userId, code = '', tokens, refreshed } = ledger
  const { authSetting } = await walletCall(server, 'settings', { userId, appId: APP_ID })
  const isGranted = authSetting.auth_user === true
  switch (ledger.acknowledged) {
    case 'nothing':
    case 'revoked': {
      if (tokens && ledger.acknowledged === 'revoked') {
        expect(await codeOf(inquire(server, refreshed?.['accessToken']))).toBe(
          'INVALID_ACCESS_TOKEN',
        )
        expect(await codeOf(refresh(server, refreshed?.['refreshToken']))).toBe(
          'INVALID_REFRESH_TOKEN',
        )
      }
      if (ledger.asked === 'nothing') expect(isGranted).toBe(false)
      // Neither half of the decision without the other: no grant means that the request still waits.
      if (ledger.asked === 'decide' && !isGranted) {
        expect(
          await codeOf(
            walletCall(server, 'decide', { userId, ...ledger.request, granted: ['auth_user'] }),
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
      const alive = isGranted
        ? ['SUCCESS', 'SUCCESS']
        : ['INVALID_ACCESS_TOKEN', 'INVALID_REFRESH_TOKEN']
      expect(await codeOf(inquire(server, refreshed?.['accessToken']))).toBe(alive[0])
      if (isGranted) {
        const again = await refresh(server, tokens?.['refreshToken'])
        expect(again['refreshToken']).toBe(refreshed?.['refreshToken'])
      }
      expect(await codeOf(refresh(server, refreshed?.['refreshToken']))).toBe(alive[1])
      break
    }
  }
  await walletCall(server, 'revoke', { userId, appId: APP_ID })
  Object.assign(ledger, {
    acknowledged: 'nothing',
    asked: 'nothing',
    tokens: undefined,
    refreshed: undefined,
    code: undefined,
  })
}

describe('kill -9', () => {
  it(`at ${KILLS} random moments under load`, async () => {
    const seen = new Set<string>()
    let server = await serve(installation, port)
    for (let kill = 0; kill < KILLS; kill++) {
      const lives = ledgers.map((ledger) => live(server, ledger))
      await new Promise((resolve) => setTimeout(resolve, randomInt(60, 360)))
      server.child.kill('SIGKILL')
      await Promise.all(lives)
      await server.ended
      for (const { acknowledged } of ledgers) seen.add(acknowledged)
      server = await serve(installation, port)
      for (const [n, ledger] of ledgers.entries()) {
        await verify(server, ledger)
        ledger.userId = userOf(n, kill + 1)
      }
    }
    // The moments were spread over the whole life, or this has shown little.
    expect(seen.size).toBeGreaterThanOrEqual(4)
    server.child.kill('SIGTERM')
    expect((await server.ended).code).toBe(0)
  })
})
