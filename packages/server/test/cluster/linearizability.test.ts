/**
 * @module What callers saw of codes, refresh tokens, decisions and withdrawals over three nodes, while nodes and the database
 * are killed, is what one that answers one after the other could have said: so nothing acknowledged is lost, and nothing is
 * half done (requirements R095, R103).
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Cluster, type Node, startCluster } from '../support/cluster.ts'
import { type Event, isLinearizable, type Model } from '../support/linearizability.ts'
import { createAsking } from '../support/resilient-calls.ts'
import {
  APP_ID,
  type JsonReply,
  presentContext,
  WALLET_ID,
  WALLET_SIGNING,
} from '../support/server.ts'

const SEEDS = 20
const OPERATIONS = 2000
const CALLERS = 4
const CALLS_PER_OBJECT = 5
/** Operations on one object: every caller makes so many. */
const OBJECTS = OPERATIONS / (CALLERS * CALLS_PER_OBJECT)
const PARALLEL_OBJECTS = 10
const KILL_EVERY_MILLISECONDS = 700
/** A valid replay of a code ends it after 10 s: a history ends before. */
const OBJECT_SECONDS = 8
const SERVICE_IS_BACK_SECONDS = 30

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

/** xorshift32: the same seed asks the same questions. */
function randomOf(seed: number): Random {
  let state = seed * 2654435761 + 1
  return (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
}

const { ask, tally } = createAsking()

const TOKEN = '/v1/authorizations/applyToken'
const CANCEL = '/v1/authorizations/cancelToken'
const QUERY = '/ams/api/v1/authorizations/query'

// One login: its code, the chain of its refresh tokens, its end.

type LoginInput =
  | { readonly do: 'redeem' | 'cancel' | 'query' }
  | { readonly do: 'refresh'; readonly generation: number }
type LoginOutput = string
type LoginState = { readonly generation: number; readonly ended: boolean }

const login: Model<LoginState, LoginInput, LoginOutput> = {
  initial: { generation: -1, ended: false },
  next(state, input, output) {
    const [says, after] = loginStep(state, input)
    if (output === undefined) return [state, after]
    return says === output ? [after] : []
  },
}

function loginStep(state: LoginState, input: LoginInput): readonly [LoginOutput, LoginState] {
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
      return ['USED_REFRESH_TOKEN', { ...state, ended: true }]
    }
  }
}

/** Callers that share a code, and what they learn of its tokens. */
async function historyOfLogin(
  userId: string,
  random: Random,
  nodes: readonly Node[],
): Promise<History> {
  const events: Event<LoginInput, LoginOutput>[] = []
  const node = (): Node => nodes[random(nodes.length)] as Node
  const startedAt = performance.now()
  const asked = { appId: APP_ID, userId, scopes: 'auth_base' }
  const consulted = await ask(node(), '/wallet/v1/consult', asked, WALLET_SIGNING)
  const authCode: string | undefined = consulted?.['authCode']
  if (authCode === undefined) return { isPossible: true, events }
  const refreshTokens: string[] = []
  let accessToken: string | undefined

  function choose(): LoginInput {
    const dice = random(10)
    if (accessToken === undefined || dice === 0) return { do: 'redeem' }
    if (dice === 1) return { do: 'cancel' }
    if (dice <= 3) return { do: 'query' }
    // Mostly the newest, sometimes one that is used up.
    const generation = Math.max(0, refreshTokens.length - 1 - (random(6) === 0 ? random(3) : 0))
    return { do: 'refresh', generation }
  }

  function send(input: LoginInput): Promise<JsonReply | undefined> {
    switch (input.do) {
      case 'redeem':
        return ask(node(), TOKEN, { grantType: 'AUTHORIZATION_CODE', authCode })
      case 'cancel':
        return ask(node(), CANCEL, { accessToken })
      case 'query':
        return ask(node(), QUERY, { accessToken })
      case 'refresh':
        return ask(node(), TOKEN, {
          grantType: 'REFRESH_TOKEN',
          refreshToken: refreshTokens[input.generation],
        })
    }
  }

  async function call(): Promise<void> {
    const input = choose()
    const calledAt = performance.now()
    const reply = await send(input)
    const answeredAt = reply ? performance.now() : Number.POSITIVE_INFINITY
    const output = reply?.['tokenStatusType'] ?? reply?.result.resultCode
    events.push({ input, calledAt, answeredAt, output })
    const isIssued = (input.do === 'redeem' || input.do === 'refresh') && output === 'SUCCESS'
    if (!isIssued || !reply) return
    accessToken ??= reply['accessToken']
    const generation = input.do === 'refresh' ? input.generation + 1 : 0
    // The successor of a refresh token is one and the same, whichever node gives it.
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

// One user's answer: what was decided and withdrawn last is what holds.

type AnswerInput = { readonly do: 'allow' | 'withdraw' | 'read' }
type AnswerOutput = boolean

const answer: Model<boolean, AnswerInput, AnswerOutput> = {
  initial: false,
  next(state, { do: verb }, output) {
    if (verb === 'read') return output === undefined || output === state ? [state] : []
    const after = verb === 'allow'
    return output === undefined ? [state, after] : [after]
  },
}

async function historyOfAnswer(
  userId: string,
  random: Random,
  nodes: readonly Node[],
): Promise<History> {
  const events: Event<AnswerInput, AnswerOutput>[] = []
  const node = (): Node => nodes[random(nodes.length)] as Node
  const wallet = (operation: string, body: object): Promise<JsonReply | undefined> =>
    ask(node(), `/wallet/v1/${operation}`, { userId, ...body }, WALLET_SIGNING)

  async function record(
    verb: AnswerInput['do'],
    act: () => Promise<AnswerOutput | undefined>,
  ): Promise<void> {
    const calledAt = performance.now()
    const output = await act()
    const answeredAt = output === undefined ? Number.POSITIVE_INFINITY : performance.now()
    events.push({ input: { do: verb }, calledAt, answeredAt, output })
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

  // Left as the model begins, whatever the last history left unanswered.
  while (!(await wallet('revoke', { appId: APP_ID }))) await sleep(50)
  await Promise.all(Array.from({ length: CALLERS }, caller))
  return { isPossible: isLinearizable(answer, events), events }
}

/** Kills what is named, again and again, until it is told to stop. @returns how often */
function startKilling(kill: () => Promise<void>): { stop(): Promise<number> } {
  let isStopped = false
  let kills = 0
  let failure: unknown
  const killing = (async () => {
    while (!isStopped) {
      await sleep(KILL_EVERY_MILLISECONDS)
      const startedAt = performance.now()
      await kill()
      kills++
      expect(performance.now() - startedAt).toBeLessThan(SERVICE_IS_BACK_SECONDS * 1000)
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

describe('histories over three nodes are linearizable', () => {
  let kills = 0

  it.each([
    { victim: 'nodes', objects: 'logins', seeds: SEEDS / 2 },
    { victim: 'the database', objects: 'logins', seeds: SEEDS / 2 },
    { victim: 'nodes', objects: 'answers', seeds: 2 },
    { victim: 'the database', objects: 'answers', seeds: 2 },
  ] as const)(
    '$objects while $victim die: $seeds seeds',
    async ({ victim, objects, seeds }) => {
      const live = objects === 'logins' ? historyOfLogin : historyOfAnswer
      for (let seed = 1; seed <= seeds; seed++) {
        const random = randomOf(seed + (victim === 'nodes' ? 0 : SEEDS))
        const killing = startKilling(() =>
          victim === 'nodes'
            ? (cluster.nodes[random(cluster.nodes.length)] as Node).crash()
            : cluster.crashDatabase(),
        )
        const histories = await inParallel(OBJECTS, (worker) =>
          live(`user-${worker}`, random, cluster.nodes),
        )
        kills += await killing.stop()
        for (const { isPossible, events } of histories) {
          expect(isPossible, events.map((event) => JSON.stringify(event)).join('\n')).toBe(true)
        }
      }
    },
    600_000,
  )

  it('was looked at while it was killed', () => {
    console.info(
      `${kills} kills; ${tally.refused} answers were 503 with Retry-After, ${tally.broken} calls were cut off`,
    )
    expect(kills).toBeGreaterThanOrEqual(50)
    expect(tally.broken).toBeGreaterThan(0)
  })
})

describe(isLinearizable, () => {
  const at = (calledAt: number, answeredAt: number) => ({ calledAt, answeredAt })
  const read = (output: boolean) => ({ input: { do: 'read' } as const, output })
  const allow = { input: { do: 'allow' } as const, output: true }
  it.each([
    {
      name: 'a read of what was written',
      events: [
        { ...allow, ...at(0, 1) },
        { ...read(true), ...at(2, 3) },
      ],
      is: true,
    },
    {
      name: 'a lost write',
      events: [
        { ...allow, ...at(0, 1) },
        { ...read(false), ...at(2, 3) },
      ],
      is: false,
    },
    {
      name: 'a read during the write',
      events: [
        { ...allow, ...at(0, 5) },
        { ...read(false), ...at(2, 3) },
      ],
      is: true,
    },
    {
      name: 'a write that is seen and then unseen',
      events: [
        { ...allow, ...at(0, 9) },
        { ...read(true), ...at(1, 2) },
        { ...read(false), ...at(3, 4) },
      ],
      is: false,
    },
    {
      name: 'an unanswered write that took effect late',
      events: [
        { ...allow, output: undefined, ...at(0, Number.POSITIVE_INFINITY) },
        { ...read(false), ...at(1, 2) },
        { ...read(true), ...at(3, 4) },
      ],
      is: true,
    },
  ])('$name: $is', ({ events, is }) => {
    expect(isLinearizable(answer, events)).toBe(is)
  })
})
