/**
 * @module Model-based test: random histories of one user, two mini programs and their merchants. After every step, the
 * validity of each credential must match a model that records only the user's decisions.
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
import { type MemoryEngine, startMemoryEngine } from '../support/memory.ts'
import { USER } from '../support/registry.ts'

const SCOPES = ['auth_base', 'auth_user', 'USER_NAME', 'USER_EMAIL'] as const
const APPROVED = ['auth_base', 'auth_user', 'USER_NAME'] as const
const RUNS = 300
const START = 1_800_000_000

type App = 0 | 1
type Step =
  | {
      readonly do: 'request'
      readonly app: App
      readonly scopes: readonly string[]
      readonly allow: readonly string[]
    }
  | { readonly do: 'redeem'; readonly code: number; readonly isOwner: boolean }
  | { readonly do: 'refresh'; readonly token: number; readonly isOwner: boolean }
  | { readonly do: 'withdraw'; readonly app: App; readonly scopes: readonly string[] | undefined }
  | { readonly do: 'cancel'; readonly token: number }
  | { readonly do: 'revokeClient'; readonly app: App }
  | { readonly do: 'wait'; readonly seconds: number }

const app = fc.constantFrom<App>(0, 1)
/** Whether the client presents its own credential: in four of five steps. */
const isOwner = fc.constantFrom(true, true, true, true, false)
const scopeNames = fc.uniqueArray(fc.constantFrom(...SCOPES), { minLength: 1 })
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('request' as const),
      app,
      scopes: scopeNames,
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
      scopes: fc.option(scopeNames, { nil: undefined }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel' as const), token: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('revokeClient' as const), app }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      seconds: fc.constantFrom(1, 1, 5, 30, 61, 4000, 86_400),
    }),
  },
)

/** A login in the model. A scope is effective until it is withdrawn. Granting it again does not restore it. */
type Login = {
  readonly app: App
  effective: Set<string>
  ended: boolean
  readonly at: number
  newest: string
  generation: number
  rotatedAt: number
}
type Code = {
  readonly text: string
  readonly app: App
  readonly effective: Set<string>
  readonly at: number
  revoked: boolean
  login?: Login
  redeemedAt?: number
}
/** `leftOffAt`: the user left the scope off as an option. */
type Denial = { readonly at: number; readonly times: number; readonly leftOffAt?: number }
type Token = {
  readonly access: string
  readonly refresh: string
  readonly login: Login
  readonly at: number
  readonly generation: number
}

class History {
  now = START
  readonly granted: readonly [Set<string>, Set<string>] = [new Set(), new Set()]
  readonly denied: readonly [Map<string, Denial>, Map<string, Denial>] = [new Map(), new Map()]
  readonly codes: Code[] = []
  readonly tokens: Token[] = []
  readonly logins: Login[] = []
  readonly engine: MemoryEngine

  constructor(engine: MemoryEngine) {
    this.engine = engine
  }

  async run(next: Step): Promise<void> {
    switch (next.do) {
      case 'request':
        return this.request(next.app, next.scopes, next.allow)
      case 'redeem':
        return this.redeem(pick(this.codes, next.code), next.isOwner)
      case 'refresh':
        return this.refresh(pick(this.tokens, next.token), next.isOwner)
      case 'withdraw':
        return this.withdraw(next.app, next.scopes)
      case 'cancel':
        return this.cancel(pick(this.tokens, next.token))
      case 'revokeClient':
        return this.revokeClient(next.app)
      case 'wait':
        this.now += next.seconds
    }
  }

  private async request(
    which: App,
    scopes: readonly string[],
    allow: readonly string[],
  ): Promise<void> {
    const { ports } = this.engine
    const appId = `app-${'ab'[which]}`
    const approved = scopes.filter((scope) => (APPROVED as readonly string[]).includes(scope))
    const presence = { firstScreen: false, deepLink: false, visible: true, userGestureAt: this.now }
    const query = { appId, scopes: scopes.map((scope) => ({ scope })) }
    const consulted = await codeOf(consult(ports, { user: USER, query, presence }, this.now))
    if (approved.length === 0) return expect(consulted).toBe('SCOPE_NOT_APPROVED')
    const granted = this.granted[which]
    const denied = this.denied[which]
    const unanswered = approved.filter((scope) => !granted.has(scope) && scope !== 'auth_base')
    const permitted = unanswered.filter((scope) => this.canPrompt(denied.get(scope)))
    const hasOther = approved.some((scope) => granted.has(scope) && scope !== 'auth_base')
    const offered = permitted.filter((scope) => !this.wasLeftOff(denied.get(scope)))
    const prompted = offered.length > 0 || hasOther ? offered : permitted
    if (unanswered.length > 0 && prompted.length === 0 && !hasOther) {
      const isPermanent = unanswered.some((scope) => (denied.get(scope)?.times ?? 0) >= 3)
      return expect(consulted).toBe(isPermanent ? 'DECLINED_REPEATEDLY' : 'DECLINED_RECENTLY')
    }
    if (typeof consulted === 'string') throw new Error(consulted)
    expect(consulted.kind).toBe(prompted.length > 0 ? 'consent' : 'granted')
    let issued = consulted.kind === 'granted' ? consulted : undefined
    if (consulted.kind === 'consent') {
      const { consentRequestId, sheetHash, sheet } = consulted
      expect(sheet.scopes.map(({ scope }) => scope).sort()).toEqual([...prompted].sort())
      const allowed = prompted.filter((scope) => allow.includes(scope))
      await decideConsent(ports, { consentRequestId, sheetHash, granted: allowed }, this.now)
      const completed = await completeConsent(ports, { consentRequestId, user: USER }, this.now)
      expect(completed.kind).toBe(allowed.length > 0 ? 'granted' : 'declined')
      if (completed.kind === 'granted') issued = completed
      for (const scope of prompted) {
        const before = denied.get(scope) ?? { at: this.now, times: 0 }
        if (allowed.includes(scope)) denied.delete(scope)
        else if (allowed.length > 0) denied.set(scope, { ...before, leftOffAt: this.now })
        else denied.set(scope, { ...before, at: this.now, times: before.times + 1 })
      }
      for (const scope of allowed) granted.add(scope)
    }
    if (!issued) return
    if (approved.includes('auth_base')) granted.add('auth_base')
    const expected = approved.filter((scope) => granted.has(scope))
    expect([...issued.authSuccessScopes].sort()).toEqual(expected.sort())
    this.codes.push({
      text: issued.authCode,
      app: which,
      effective: new Set(expected),
      at: this.now,
      revoked: false,
    })
  }

  private canPrompt({ at, times }: Denial = { at: 0, times: 0 }): boolean {
    return times === 0 || (times < 3 && this.now >= at + 86_400)
  }

  private wasLeftOff({ leftOffAt }: Denial = { at: 0, times: 0 }): boolean {
    return leftOffAt !== undefined && this.now < leftOffAt + 86_400
  }

  private async redeem(code: Code | undefined, isOwner: boolean): Promise<void> {
    if (!code) return
    const by = isOwner ? code.app : other(code.app)
    const { ports, clients } = this.engine
    const outcome = await codeOf(
      redeemCode(ports, { client: clients[by], code: code.text, reference: {} }, this.now),
    )
    if (by !== code.app) return expect(outcome).toBe('CODE_UNKNOWN')
    if (code.login) {
      if (this.now - (code.redeemedAt ?? 0) > 10) code.login.ended = true
      return expect(outcome).toBe('CODE_USED')
    }
    if (this.now >= code.at + 60) return expect(outcome).toBe('CODE_EXPIRED')
    if (code.revoked || code.effective.size === 0) return expect(outcome).toBe('CODE_UNKNOWN')
    if (typeof outcome === 'string') throw new Error(outcome)
    const login: Login = {
      app: code.app,
      effective: code.effective,
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
    const outcome = await codeOf(
      refreshTokens(
        ports,
        { client: clients[by], refreshToken: token.refresh, reference: {} },
        this.now,
      ),
    )
    if (by === login.app && login.ended) return expect(outcome).toBe('AUTHORIZATION_ENDED')
    if (by !== login.app || login.effective.size === 0)
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
    const withdrawn = scopes ?? [...this.granted[which]]
    for (const scope of withdrawn) {
      // A withdrawal does not count as a denial.
      if (this.granted[which].has(scope)) this.denied[which].set(scope, { at: this.now, times: 0 })
      this.granted[which].delete(scope)
      for (const one of [...this.codes, ...this.logins])
        if (one.app === which) one.effective.delete(scope)
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

  private async revokeClient(which: App): Promise<void> {
    await revokeIssuedThrough(
      this.engine.ports,
      { kind: 'client', id: 'ab'[which] ?? '', cause: 'CLIENT_SUSPENDED' },
      this.now,
    )
    for (const code of this.codes) if (code.app === which) code.revoked = true
    for (const login of this.logins) if (login.app === which) login.effective.clear()
    // A revocation includes everything that is issued within the same second.
    this.now += 1
  }

  /** Every access token permits exactly the scopes of the model, for its own client only. */
  async verify(): Promise<void> {
    const { ports, clients } = this.engine
    for (const { access, login, at } of this.tokens) {
      const check = (by: App) =>
        codeOf(checkAccessToken(ports, { client: clients[by], accessToken: access }, this.now))
      expect(await check(other(login.app))).toBe('ACCESS_TOKEN_INVALID')
      const outcome = await check(login.app)
      if (this.now >= at + 3600) expect(outcome).toBe('ACCESS_TOKEN_EXPIRED')
      else if (login.ended || login.effective.size === 0)
        expect(outcome).toBe('ACCESS_TOKEN_INVALID')
      else
        expect(typeof outcome === 'string' ? outcome : [...outcome.scopes].sort()).toEqual(
          [...login.effective].sort(),
        )
    }
  }
}

/** One of the six latest items. */
function pick<T>(items: readonly T[], back: number): T | undefined {
  return items.at(-1 - (back % Math.max(items.length, 1)))
}

function other(which: App): App {
  return which === 0 ? 1 : 0
}

async function codeOf<T>(outcome: Promise<T>): Promise<T | string> {
  try {
    return await outcome
  } catch (error) {
    if (error instanceof AssentError) return error.code
    throw error
  }
}

describe('the grant model', () => {
  it(`matches the engine at every step of ${RUNS} random histories`, async () => {
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
  }, 600_000)
})
