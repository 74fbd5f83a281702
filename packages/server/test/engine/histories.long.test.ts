/**
 * @module Random histories of one user, two mini programs and their merchants, against a model that knows only what was
 * agreed: what lives and what is dead must follow from it at every moment.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { consult } from '../../src/engine/consent/consult.ts'
import { completeConsent, decideConsent } from '../../src/engine/consent/decide.ts'
import { AssentError } from '../../src/engine/errors.ts'
import { checkAccessToken } from '../../src/engine/tokens/check.ts'
import { redeemCode } from '../../src/engine/tokens/redeem.ts'
import { refreshTokens } from '../../src/engine/tokens/refresh.ts'
import { cancelToken, revokeGrant, revokeIssuedThrough } from '../../src/engine/tokens/revoke.ts'
import { type MemoryEngine, startMemoryEngine, USER } from '../support/memory.ts'

const SCOPES = ['auth_base', 'auth_user', 'USER_NAME', 'USER_EMAIL'] as const
const APPROVED = ['auth_base', 'auth_user', 'USER_NAME'] as const
/** Mutation tests set a smaller number: they run this once per mutant. */
const RUNS = Number(process.env['ASSENT_TEST_MODEL_RUNS'] ?? 300)
const START = 1_800_000_000

type App = 0 | 1
type Step =
  | {
      readonly do: 'ask'
      readonly app: App
      readonly scopes: readonly string[]
      readonly allow: readonly string[]
    }
  | { readonly do: 'redeem'; readonly code: number; readonly isOwner: boolean }
  | { readonly do: 'refresh'; readonly token: number; readonly isOwner: boolean }
  | { readonly do: 'withdraw'; readonly app: App; readonly scopes: readonly string[] | undefined }
  | { readonly do: 'cancel'; readonly token: number }
  | { readonly do: 'void'; readonly app: App }
  | { readonly do: 'wait'; readonly seconds: number }

const app = fc.constantFrom<App>(0, 1)
/** Mostly the client whose credential it is. */
const isOwner = fc.constantFrom(true, true, true, true, false)
const some = fc.uniqueArray(fc.constantFrom(...SCOPES), { minLength: 1 })
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('ask' as const),
      app,
      scopes: some,
      allow: fc.uniqueArray(fc.constantFrom(...SCOPES)),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('redeem' as const), code: fc.nat(5), isOwner }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('refresh' as const), token: fc.nat(5), isOwner }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('withdraw' as const),
      app,
      scopes: fc.option(some, { nil: undefined }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel' as const), token: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('void' as const), app }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      seconds: fc.constantFrom(1, 1, 5, 30, 61, 4000, 86_400),
    }),
  },
)

/** One login as the model knows it. A scope of it is alive until it is withdrawn; granting again revives nothing. */
type Login = {
  readonly app: App
  alive: Set<string>
  ended: boolean
  readonly at: number
  newest: string
  generation: number
  rotatedAt: number
}
type Code = {
  readonly text: string
  readonly app: App
  readonly alive: Set<string>
  readonly at: number
  dead: boolean
  login?: Login
  redeemedAt?: number
}
type Refused = { readonly at: number; readonly times: number }
type Token = {
  readonly access: string
  readonly refresh: string
  readonly login: Login
  readonly at: number
  readonly generation: number
}

class History {
  now = START
  readonly held: readonly [Set<string>, Set<string>] = [new Set(), new Set()]
  readonly refused: readonly [Map<string, Refused>, Map<string, Refused>] = [new Map(), new Map()]
  readonly codes: Code[] = []
  readonly tokens: Token[] = []
  readonly logins: Login[] = []
  readonly engine: MemoryEngine

  constructor(engine: MemoryEngine) {
    this.engine = engine
  }

  async run(next: Step): Promise<void> {
    switch (next.do) {
      case 'ask':
        return this.ask(next.app, next.scopes, next.allow)
      case 'redeem':
        return this.redeem(pick(this.codes, next.code), next.isOwner)
      case 'refresh':
        return this.refresh(pick(this.tokens, next.token), next.isOwner)
      case 'withdraw':
        return this.withdraw(next.app, next.scopes)
      case 'cancel':
        return this.cancel(pick(this.tokens, next.token))
      case 'void':
        return this.void(next.app)
      case 'wait':
        this.now += next.seconds
    }
  }

  private async ask(
    which: App,
    scopes: readonly string[],
    allow: readonly string[],
  ): Promise<void> {
    const { ports } = this.engine
    const appId = `app-${'ab'[which]}`
    const approved = scopes.filter((scope) => (APPROVED as readonly string[]).includes(scope))
    const presence = { firstScreen: false, deepLink: false, visible: true, userGestureAt: this.now }
    const query = { appId, scopes: scopes.map((scope) => ({ scope })) }
    const consulted = await refusalOf(consult(ports, { user: USER, query, presence }, this.now))
    if (approved.length === 0) return expect(consulted).toBe('SCOPE_NOT_APPROVED')
    const held = this.held[which]
    const refused = this.refused[which]
    const unanswered = approved.filter((scope) => !held.has(scope) && scope !== 'auth_base')
    const missing = unanswered.filter((scope) => this.mayBeAsked(refused.get(scope)))
    const isRest = approved.some((scope) => held.has(scope) && scope !== 'auth_base')
    if (unanswered.length > 0 && missing.length === 0 && !isRest) {
      const isForGood = unanswered.some((scope) => (refused.get(scope)?.times ?? 0) >= 3)
      return expect(consulted).toBe(isForGood ? 'DECLINED_REPEATEDLY' : 'DECLINED_RECENTLY')
    }
    if (typeof consulted === 'string') throw new Error(consulted)
    expect(consulted.kind).toBe(missing.length > 0 ? 'consent' : 'granted')
    let issued = consulted.kind === 'granted' ? consulted : undefined
    if (consulted.kind === 'consent') {
      const { consentRequestId, sheetHash, sheet } = consulted
      expect(sheet.scopes.map(({ scope }) => scope).sort()).toEqual([...missing].sort())
      const granted = missing.filter((scope) => allow.includes(scope))
      await decideConsent(ports, { consentRequestId, sheetHash, granted }, this.now)
      const completed = await completeConsent(ports, { consentRequestId, user: USER }, this.now)
      expect(completed.kind).toBe(granted.length > 0 ? 'granted' : 'declined')
      if (completed.kind === 'granted') issued = completed
      for (const scope of missing) {
        const times = (refused.get(scope)?.times ?? 0) + 1
        if (!granted.includes(scope)) refused.set(scope, { at: this.now, times })
        else refused.delete(scope)
      }
      for (const scope of granted) held.add(scope)
    }
    if (!issued) return
    if (approved.includes('auth_base')) held.add('auth_base')
    const expected = approved.filter((scope) => held.has(scope))
    expect([...issued.authSuccessScopes].sort()).toEqual(expected.sort())
    this.codes.push({
      text: issued.authCode,
      app: which,
      alive: new Set(expected),
      at: this.now,
      dead: false,
    })
  }

  private mayBeAsked({ at, times }: Refused = { at: 0, times: 0 }): boolean {
    return times === 0 || (times < 3 && this.now >= at + 86_400)
  }

  private async redeem(code: Code | undefined, isOwner: boolean): Promise<void> {
    if (!code) return
    const by = isOwner ? code.app : other(code.app)
    const { ports, clients } = this.engine
    const outcome = await refusalOf(
      redeemCode(ports, { client: clients[by], code: code.text, reference: {} }, this.now),
    )
    if (by !== code.app) return expect(outcome).toBe('CODE_UNKNOWN')
    if (code.login) {
      if (this.now - (code.redeemedAt ?? 0) > 10) code.login.ended = true
      return expect(outcome).toBe('CODE_USED')
    }
    if (this.now >= code.at + 60) return expect(outcome).toBe('CODE_EXPIRED')
    if (code.dead || code.alive.size === 0) return expect(outcome).toBe('CODE_UNKNOWN')
    if (typeof outcome === 'string') throw new Error(outcome)
    const login: Login = {
      app: code.app,
      alive: code.alive,
      ended: false,
      at: this.now,
      newest: outcome.refreshToken,
      generation: 0,
      rotatedAt: this.now,
    }
    Object.assign(code, { login, redeemedAt: this.now })
    this.logins.push(login)
    this.tokens.push({
      access: outcome.accessToken,
      refresh: outcome.refreshToken,
      login,
      at: this.now,
      generation: 0,
    })
  }

  private async refresh(token: Token | undefined, isOwner: boolean): Promise<void> {
    if (!token) return
    const by = isOwner ? token.login.app : other(token.login.app)
    const { ports, clients } = this.engine
    const { login, generation } = token
    const outcome = await refusalOf(
      refreshTokens(
        ports,
        { client: clients[by], refreshToken: token.refresh, reference: {} },
        this.now,
      ),
    )
    if (by !== login.app || login.ended || login.alive.size === 0)
      return expect(outcome).toBe('REFRESH_TOKEN_UNKNOWN')
    const isNewest = generation === login.generation
    const isRetry = generation === login.generation - 1 && this.now - login.rotatedAt <= 60
    if (!isNewest && !isRetry) {
      login.ended = true
      return expect(outcome).toBe('REFRESH_TOKEN_USED')
    }
    if (typeof outcome === 'string') throw new Error(outcome)
    if (isNewest)
      Object.assign(login, {
        generation: generation + 1,
        rotatedAt: this.now,
        newest: outcome.refreshToken,
      })
    expect(outcome.refreshToken).toBe(login.newest)
    this.tokens.push({
      access: outcome.accessToken,
      refresh: outcome.refreshToken,
      login,
      at: this.now,
      generation: generation + 1,
    })
  }

  private async withdraw(which: App, scopes: readonly string[] | undefined): Promise<void> {
    await revokeGrant(
      this.engine.ports,
      { user: USER, appId: `app-${'ab'[which]}`, scopes },
      this.now,
    )
    const taken = scopes ?? [...this.held[which]]
    for (const scope of taken) {
      // To take away is no refusal of being asked.
      if (this.held[which].has(scope)) this.refused[which].set(scope, { at: this.now, times: 0 })
      this.held[which].delete(scope)
      for (const one of [...this.codes, ...this.logins])
        if (one.app === which) one.alive.delete(scope)
    }
  }

  private async cancel(token: Token | undefined): Promise<void> {
    if (!token) return
    const { ports, clients } = this.engine
    await cancelToken(
      ports,
      { client: clients[token.login.app], accessToken: token.access },
      this.now,
    )
    token.login.ended = true
  }

  private async void(which: App): Promise<void> {
    await revokeIssuedThrough(
      this.engine.ports,
      { kind: 'client', id: 'ab'[which] ?? '', cause: 'CLIENT_SUSPENDED' },
      this.now,
    )
    for (const code of this.codes) if (code.app === which) code.dead = true
    for (const login of this.logins) if (login.app === which) login.ended = true
    // The wall is a whole second: what is issued within it is void too.
    this.now += 1
  }

  /** Every access token opens exactly what the model says, for its own client only. */
  async verify(): Promise<void> {
    const { ports, clients } = this.engine
    for (const { access, login, at } of this.tokens) {
      const check = (by: App) =>
        refusalOf(checkAccessToken(ports, { client: clients[by], accessToken: access }, this.now))
      expect(await check(other(login.app))).toBe('ACCESS_TOKEN_INVALID')
      const outcome = await check(login.app)
      if (this.now >= at + 3600) expect(outcome).toBe('ACCESS_TOKEN_EXPIRED')
      else if (login.ended || login.alive.size === 0) expect(outcome).toBe('ACCESS_TOKEN_INVALID')
      else
        expect(typeof outcome === 'string' ? outcome : [...outcome.scopes].sort()).toEqual(
          [...login.alive].sort(),
        )
    }
  }
}

/** One of the latest six. */
function pick<T>(items: readonly T[], back: number): T | undefined {
  return items.at(-1 - (back % Math.max(items.length, 1)))
}

function other(which: App): App {
  return which === 0 ? 1 : 0
}

async function refusalOf<T>(outcome: Promise<T>): Promise<T | string> {
  try {
    return await outcome
  } catch (error) {
    if (error instanceof AssentError) return error.code
    throw error
  }
}

describe('histories', () => {
  it(`${RUNS} random ones agree with the model at every step`, async () => {
    let redeemed = 0
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 15, maxLength: 50 }), async (steps) => {
        const engine = await startMemoryEngine(APPROVED)
        try {
          const history = new History(engine)
          for (const next of steps) {
            await history.run(next)
            await history.verify()
          }
          redeemed += history.logins.length
        } finally {
          await engine.close()
        }
      }),
      { numRuns: RUNS },
    )
    expect(redeemed).toBeGreaterThan(RUNS)
  })
})
