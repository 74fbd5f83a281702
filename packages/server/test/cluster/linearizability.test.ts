/**
 * @module Codes, refresh tokens, decisions and withdrawals are linearizable over three nodes, while nodes and the database are killed.
 * Therefore no acknowledged write is lost, and no write is applied in part.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Cluster, type Node, startCluster } from '../support/cluster.ts'
import { type Call, isLinearizable, type Model } from '../support/linearizability.ts'
import { createResilientCaller } from '../support/resilient-calls.ts'
import {
  APP_ID,
  type JsonReply,
  presentContext,
  WALLET_ID,
  WALLET_SIGNING,
} from '../support/server.ts'

const SEEDS = 14
const OPERATIONS = 2000
const CALLERS = 4
const CALLS_PER_OBJECT = 5
/** Each object receives `CALLERS * CALLS_PER_OBJECT` operations. */
const OBJECTS = OPERATIONS / (CALLERS * CALLS_PER_OBJECT)
const PARALLEL_OBJECTS = 10
const KILL_INTERVAL_MS = 700
/** Replaying a code revokes its tokens after 10 s, which the model does not cover, so a history ends earlier. */
const OBJECT_SECONDS = 8
const MAX_RECOVERY_SECONDS = 30

/** The result of a call that changed nothing, so that the history does not contain it. */
const NO_EFFECT = 'no effect'

const USERS = Array.from({ length: PARALLEL_OBJECTS }, (_, n) => ({
  walletId: WALLET_ID,
  userId: `user-${n}`,
  status: 'ACTIVE',
  nickName: `User ${n}`,
}))

let cluster: Cluster
beforeAll(async () => {
  cluster = await startCluster(3, USERS)
})
afterAll(() => cluster.close())

type Random = (below: number) => number
type History = { readonly isPossible: boolean; readonly events: readonly object[] }

/** xorshift32. The same seed yields the same calls. */
function createRandom(seed: number): Random {
  let state = seed * 2654435761 + 1
  return (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
}

const { call: send, failures } = createResilientCaller()

const TOKEN = '/v1/authorizations/applyToken'
const CANCEL = '/v1/authorizations/cancelToken'
const QUERY = '/ams/api/v1/authorizations/query'

// A login: its code, the chain of its refresh tokens, and its cancellation.

type LoginInput =
  | { readonly do: 'redeem' | 'cancel' | 'query' }
  | { readonly do: 'refresh'; readonly generation: number }
type LoginOutput = string
type LoginState = { readonly generation: number; readonly ended: boolean }

const login: Model<LoginState, LoginInput, LoginOutput> = {
  initial: { generation: -1, ended: false },
  next(state, input, output) {
    const [expected, ...after] = loginStep(state, input)
    if (output === undefined) return [state, ...after]
    return expected === output ? after : []
  },
}

/** @returns the reply, and the states that are possible after it */
function loginStep(
  state: LoginState,
  input: LoginInput,
): readonly [LoginOutput, ...(readonly LoginState[])] {
  switch (input.do) {
    case 'redeem':
      if (state.generation >= 0) return ['USED_CODE', state]
      return ['SUCCESS', { ...state, generation: 0 }]
    case 'cancel':
      return ['SUCCESS', { ...state, ended: true }]
    case 'query':
      return [state.ended ? 'REVOKED' : 'ACTIVE', state]
    case 'refresh': {
      if (state.ended) return ['INVALID_REFRESH_TOKEN', state]
      const successor = input.generation + 1
      if (state.generation === input.generation || state.generation === successor) {
        return ['SUCCESS', { ...state, generation: successor }]
      }
      // A request that was signed before the last refresh is late, not a theft. The model does not know when it was signed.
      return ['USED_REFRESH_TOKEN', { ...state, ended: true }, state]
    }
  }
}

/** Concurrent callers redeem one code, and use the tokens that they receive. */
async function recordLoginHistory(
  userId: string,
  random: Random,
  nodes: readonly Node[],
): Promise<History> {
  const events: Call<LoginInput, LoginOutput>[] = []
  const node = (): Node => nodes[random(nodes.length)] as Node
  const startedAt = performance.now()
  const request = { appId: APP_ID, userId, scopes: 'auth_base' }
  const consulted = await send(node(), '/wallet/v1/consult', request, WALLET_SIGNING)
  const authCode: string | undefined = consulted?.['authCode']
  if (authCode === undefined) return { isPossible: true, events }
  const refreshTokens: string[] = []
  let accessToken: string | undefined

  function choose(): LoginInput {
    const dice = random(10)
    if (accessToken === undefined || dice === 0) return { do: 'redeem' }
    if (dice === 1) return { do: 'cancel' }
    if (dice <= 3) return { do: 'query' }
    // Usually the newest refresh token, sometimes one that was already used.
    const generation = Math.max(0, refreshTokens.length - 1 - (random(6) === 0 ? random(3) : 0))
    return { do: 'refresh', generation }
  }

  function perform(input: LoginInput): Promise<JsonReply | undefined> {
    switch (input.do) {
      case 'redeem':
        return send(node(), TOKEN, { grantType: 'AUTHORIZATION_CODE', authCode })
      case 'cancel':
        return send(node(), CANCEL, { accessToken })
      case 'query':
        return send(node(), QUERY, { accessToken })
      case 'refresh':
        return send(node(), TOKEN, {
          grantType: 'REFRESH_TOKEN',
          refreshToken: refreshTokens[input.generation],
        })
    }
  }

  async function call(): Promise<void> {
    const input = choose()
    const calledAt = performance.now()
    const reply = await perform(input)
    const repliedAt = reply ? performance.now() : Number.POSITIVE_INFINITY
    const output = reply?.['tokenStatusType'] ?? reply?.result.resultCode
    events.push({ input, calledAt, repliedAt, output })
    const isIssued = (input.do === 'redeem' || input.do === 'refresh') && output === 'SUCCESS'
    if (!isIssued || !reply) return
    accessToken ??= reply['accessToken']
    const generation = input.do === 'refresh' ? input.generation + 1 : 0
    // Every node returns the same successor of a refresh token.
    refreshTokens[generation] ??= reply['refreshToken']
    expect(reply['refreshToken']).toBe(refreshTokens[generation])
  }

  async function caller(): Promise<void> {
    for (let n = 0; n < CALLS_PER_OBJECT; n++) {
      if (performance.now() - startedAt > OBJECT_SECONDS * 1000) return
      await call()
    }
  }

  await Promise.all(Array.from({ length: CALLERS }, caller))
  return { isPossible: isLinearizable(login, events), events }
}

// A grant: the last decision or withdrawal determines its state.

type GrantInput = { readonly do: 'allow' | 'withdraw' | 'read' }
type GrantOutput = boolean

const grant: Model<boolean, GrantInput, GrantOutput> = {
  initial: false,
  next(state, { do: verb }, output) {
    if (verb === 'read') return output === undefined || output === state ? [state] : []
    const after = verb === 'allow'
    return output === undefined ? [state, after] : [after]
  },
}

async function recordGrantHistory(
  userId: string,
  random: Random,
  nodes: readonly Node[],
): Promise<History> {
  const events: Call<GrantInput, GrantOutput>[] = []
  const node = (): Node => nodes[random(nodes.length)] as Node
  const wallet = (operation: string, body: object): Promise<JsonReply | undefined> =>
    send(node(), `/wallet/v1/${operation}`, { userId, ...body }, WALLET_SIGNING)

  async function record(
    verb: GrantInput['do'],
    act: () => Promise<GrantOutput | undefined | typeof NO_EFFECT>,
  ): Promise<void> {
    const calledAt = performance.now()
    const output = await act()
    if (output === NO_EFFECT) return
    const repliedAt = output === undefined ? Number.POSITIVE_INFINITY : performance.now()
    events.push({ input: { do: verb }, calledAt, repliedAt, output })
  }

  async function allow(): Promise<void> {
    const consulted = await wallet('consult', {
      appId: APP_ID,
      scopes: 'auth_user',
      context: presentContext(node().clock),
    })
    if (consulted?.['status'] !== 'CONSENT_REQUIRED') return
    const { consentRequestId, sheetHash } = consulted
    await record('allow', async () => {
      const decided = await wallet('decide', {
        consentRequestId,
        sheetHash,
        granted: ['auth_user'],
      })
      // Another caller has consulted since, and its prompt replaced this one.
      if (decided?.result.resultCode === 'CONSENT_REQUEST_USED') return NO_EFFECT
      if (decided) expect(decided.result.resultCode).toBe('SUCCESS')
      return decided && true
    })
  }

  async function caller(): Promise<void> {
    for (let n = 0; n < CALLS_PER_OBJECT; n++) {
      const dice = random(3)
      if (dice === 0) await allow()
      if (dice === 1) {
        await record('withdraw', async () => {
          const revoked = await wallet('revoke', { appId: APP_ID })
          return revoked && true
        })
      }
      await record('read', async () => {
        const settings = await wallet('settings', { appId: APP_ID })
        return settings && settings['authSetting'].auth_user === true
      })
    }
  }

  // The model starts without a grant. A call of the previous history may still have created one.
  while (!(await wallet('revoke', { appId: APP_ID }))) await sleep(50)
  await Promise.all(Array.from({ length: CALLERS }, caller))
  return { isPossible: isLinearizable(grant, events), events }
}

/** Calls `kill` at regular intervals until `stop`, which returns the number of kills. */
function startKilling(kill: () => Promise<void>): { stop(): Promise<number> } {
  let isStopped = false
  let kills = 0
  let failure: unknown
  const killing = (async () => {
    while (!isStopped) {
      await sleep(KILL_INTERVAL_MS)
      const startedAt = performance.now()
      await kill()
      kills++
      expect(performance.now() - startedAt).toBeLessThan(MAX_RECOVERY_SECONDS * 1000)
    }
  })().catch((error: unknown) => {
    failure = error
  })
  return {
    async stop() {
      isStopped = true
      await killing
      if (failure) throw failure
      return kills
    },
  }
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}

async function inParallel<T>(count: number, run: (index: number) => Promise<T>): Promise<T[]> {
  const results: T[] = []
  let next = 0
  async function worker(worker: number): Promise<void> {
    for (; next++ < count; ) results.push(await run(worker))
  }
  await Promise.all(Array.from({ length: PARALLEL_OBJECTS }, (_, index) => worker(index)))
  return results
}

describe('histories on three nodes are linearizable', () => {
  let kills = 0

  it.each([
    { victim: 'nodes', objects: 'logins', seeds: SEEDS / 2 },
    { victim: 'database servers', objects: 'logins', seeds: SEEDS / 2 },
    { victim: 'nodes', objects: 'grants', seeds: 2 },
    { victim: 'database servers', objects: 'grants', seeds: 2 },
  ] as const)(
    'of $objects, while $victim are killed ($seeds seeds)',
    async ({ victim, objects, seeds }) => {
      const recordHistory = objects === 'logins' ? recordLoginHistory : recordGrantHistory
      for (let seed = 1; seed <= seeds; seed++) {
        const random = createRandom(seed + (victim === 'nodes' ? 0 : SEEDS))
        const killing = startKilling(() =>
          victim === 'nodes'
            ? (cluster.nodes[random(cluster.nodes.length)] as Node).crash()
            : cluster.crashDatabase(),
        )
        const histories = await inParallel(OBJECTS, (worker) =>
          recordHistory(`user-${worker}`, random, cluster.nodes),
        )
        kills += await killing.stop()
        for (const { isPossible, events } of histories) {
          expect(isPossible, events.map((event) => JSON.stringify(event)).join('\n')).toBe(true)
        }
      }
    },
    600_000,
  )

  it('contain calls that SIGKILL interrupted', () => {
    console.info(
      `${kills} kills; ${failures.unavailable} replies with status 503, ${failures.disconnected} interrupted calls`,
    )
    expect(kills).toBeGreaterThanOrEqual(50)
    expect(failures.disconnected).toBeGreaterThan(0)
  })
})

describe(isLinearizable, () => {
  const at = (calledAt: number, repliedAt: number) => ({ calledAt, repliedAt })
  const read = (output: boolean) => ({ input: { do: 'read' } as const, output })
  const allow = { input: { do: 'allow' } as const, output: true }
  it.each([
    {
      name: 'a read after the write',
      events: [
        { ...allow, ...at(0, 1) },
        { ...read(true), ...at(2, 3) },
      ],
      expected: true,
    },
    {
      name: 'a lost write',
      events: [
        { ...allow, ...at(0, 1) },
        { ...read(false), ...at(2, 3) },
      ],
      expected: false,
    },
    {
      name: 'a read during the write',
      events: [
        { ...allow, ...at(0, 5) },
        { ...read(false), ...at(2, 3) },
      ],
      expected: true,
    },
    {
      name: 'a write that is visible and then lost',
      events: [
        { ...allow, ...at(0, 9) },
        { ...read(true), ...at(1, 2) },
        { ...read(false), ...at(3, 4) },
      ],
      expected: false,
    },
    {
      name: 'an unacknowledged write that took effect late',
      events: [
        { ...allow, output: undefined, ...at(0, Number.POSITIVE_INFINITY) },
        { ...read(false), ...at(1, 2) },
        { ...read(true), ...at(3, 4) },
      ],
      expected: true,
    },
  ])('returns $expected for $name', ({ events, expected }) => {
    expect(isLinearizable(grant, events)).toBe(expected)
  })
})
