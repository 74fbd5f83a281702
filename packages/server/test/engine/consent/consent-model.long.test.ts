/**
 * @module Model-based test of consent: in random histories of requests, decisions, tampering and withdrawal, granted ⊆ shown ⊆ requested
 * ⊆ approved holds, and no token is valid without a receipt and the hash of its prompt.
 */
import {
  CONSENT_DURATIONS,
  type ConsentDuration,
  type ScopeRequest,
  type Sheet,
} from '@assent/protocol'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ConsultResult, consult } from '../../../src/engine/consent/consult.ts'
import { completeConsent, decideConsent } from '../../../src/engine/consent/decide.ts'
import { AssentError } from '../../../src/engine/errors.ts'
import { checkAccessToken } from '../../../src/engine/tokens/check.ts'
import { redeemCode } from '../../../src/engine/tokens/redeem.ts'
import { revokeGrant } from '../../../src/engine/tokens/revoke.ts'
import { type MemoryEngine, startMemoryEngine } from '../../support/memory.ts'
import { sampleSize } from '../../support/sample-size.ts'

/** Mutation tests set a narrower number: they run this once per mutant. */
const HISTORIES = Number(process.env['ASSENT_TEST_HISTORIES'] ?? sampleSize(100_000, 0.03))
/** Histories run concurrently: each has its own user, and their writes share commits. */
const CONCURRENT_HISTORIES = 50
const START = 1_800_000_000
const PRESENT = { firstScreen: false, deepLink: false, visible: true, userGestureAt: START }

const APPROVED = [
  'auth_base',
  'auth_user',
  'USER_BIRTHDAY',
  'USER_AGE_OVER_18',
  'USER_NAME',
  'KYC_INFO',
] as const
const REQUESTABLE = [...APPROVED, 'USER_EMAIL', 'NO_SUCH_SCOPE'] as const

type Tampering = 'none' | 'more' | 'hash' | 'lifetime' | 'less'
type Ask = {
  readonly scopes: readonly ScopeRequest[]
  readonly allow: readonly string[]
  readonly lifetime: ConsentDuration
  readonly tampering: Tampering
  readonly withdraw: readonly string[]
  readonly wait: number
}

const ask: fc.Arbitrary<Ask> = fc.record({
  scopes: fc.uniqueArray(
    fc.record({
      scope: fc.constantFrom(...REQUESTABLE),
      required: fc.boolean(),
      lifetime: fc.constantFrom(...CONSENT_DURATIONS),
    }),
    { minLength: 1, maxLength: 5, selector: ({ scope }) => scope },
  ),
  allow: fc.uniqueArray(fc.constantFrom(...APPROVED)),
  lifetime: fc.constantFrom(...CONSENT_DURATIONS),
  tampering: fc.constantFrom<Tampering>('none', 'none', 'none', 'more', 'hash', 'lifetime', 'less'),
  withdraw: fc.uniqueArray(fc.constantFrom(...APPROVED), { maxLength: 2 }),
  wait: fc.constantFrom(0, 30, 3600, 86_400, 31 * 86_400),
})

const history = fc.array(ask, { minLength: 1, maxLength: 2 })

describe('consent', () => {
  let engine: MemoryEngine
  beforeAll(async () => {
    engine = await startMemoryEngine(APPROVED)
  })
  afterAll(() => engine.close())

  it(`${HISTORIES} random histories grant what was shown, asked and approved, and nothing else`, async () => {
    let users = 0
    const seen = { granted: 0, tampered: 0, once: 0, narrower: 0 }
    await fc.assert(
      fc.asyncProperty(
        fc.array(history, { minLength: CONCURRENT_HISTORIES, maxLength: CONCURRENT_HISTORIES }),
        async (histories) => {
          await Promise.all(histories.map(runHistory))
        },
      ),
      { numRuns: HISTORIES / CONCURRENT_HISTORIES },
    )
    // Every case occurred often enough.
    for (const [name, count] of Object.entries(seen))
      expect(count, name).toBeGreaterThan(HISTORIES / 100)

    async function runHistory(asks: readonly Ask[]): Promise<void> {
      const user = { walletId: 'w', userId: `user-${users++}` }
      let now = START
      for (const one of asks) {
        await runAsk(user, one, now)
        now += one.wait
      }
    }

    async function runAsk(
      user: { readonly walletId: string; readonly userId: string },
      one: Ask,
      now: number,
    ): Promise<void> {
      const { ports, clients } = engine
      const consulted = await refusalOf(
        consult(
          ports,
          {
            user,
            query: { appId: 'app-a', scopes: one.scopes },
            presence: { ...PRESENT, userGestureAt: now },
          },
          now,
        ),
      )
      if (typeof consulted === 'string') return
      const requested = one.scopes.map(({ scope }) => scope)
      const issued = await answer(consulted, one, now, user)
      if (!issued) return
      const { authCode, authSuccessScopes } = issued
      expect(requested).toEqual(expect.arrayContaining([...authSuccessScopes]))
      expect(APPROVED).toEqual(expect.arrayContaining([...authSuccessScopes]))
      const tokens = await redeemCode(
        ports,
        { client: clients[0], code: authCode, reference: {} },
        now,
      )
      const checked = await checkAccessToken(
        ports,
        { client: clients[0], accessToken: tokens.accessToken },
        now,
      )
      seen.granted++
      expect([...checked.scopes].sort()).toEqual([...authSuccessScopes].sort())
      await expectProof(checked.grant.grantId, checked.grant.granted, checked.scopes)
      if (checked.scopes.some((scope) => checked.grant.granted[scope]?.lifetime === 'once')) {
        seen.once++
        expect(tokens.refreshTokenExpiresAt).toBe(tokens.accessTokenExpiresAt)
      }
      if (one.withdraw.length === 0) return
      await revokeGrant(ports, { user, appId: 'app-a', scopes: one.withdraw }, now)
      const after = await refusalOf(
        checkAccessToken(ports, { client: clients[0], accessToken: tokens.accessToken }, now),
      )
      const left = checked.scopes.filter((scope) => !one.withdraw.includes(scope as never))
      if (left.length === 0) expect(after).toBe('ACCESS_TOKEN_INVALID')
      else expect(typeof after === 'string' ? after : after.scopes).toEqual(left)
    }

    /** Every scope that is not implicit has a prompt hash and a receipt for it. */
    async function expectProof(
      grantId: number,
      granted: Readonly<Record<string, { readonly sheetHash?: string }>>,
      scopes: readonly string[],
    ): Promise<void> {
      const receipts = await engine.ports.store.listReceipts([grantId], 100)
      const proven = receipts
        .map(({ document }) => engine.ports.receipts.read(document))
        .flatMap(({ processing, notice }) =>
          processing
            .filter(({ state }) => state === 'granted')
            .map(({ scope }) => `${scope} ${notice?.hash}`),
        )
      for (const scope of scopes.filter((name) => name !== 'auth_base')) {
        expect(proven).toContain(`${scope} ${granted[scope]?.sheetHash}`)
      }
    }

    async function answer(
      consulted: ConsultResult,
      one: Ask,
      now: number,
      user: { readonly walletId: string; readonly userId: string },
    ): Promise<Extract<ConsultResult, { kind: 'granted' }> | undefined> {
      if (consulted.kind === 'granted') return consulted
      const { ports } = engine
      const { sheet, sheetHash, consentRequestId } = consulted
      const shown = sheet.scopes.map(({ scope }) => scope)
      expect(one.scopes.map(({ scope }) => scope)).toEqual(expect.arrayContaining(shown))
      const chosen = shown.filter((scope) => one.allow.includes(scope as never))
      const before = await ports.store.findGrant(user, 'app-a')
      const decision = tamper(one, sheet, { sheetHash, granted: chosen, lifetime: one.lifetime })
      const decided = await refusalOf(decideConsent(ports, { consentRequestId, ...decision }, now))
      if (!isAllowed(sheet, sheetHash, decision)) {
        expect(['SHEET_HASH_MISMATCH', 'DECISION_INVALID']).toContain(decided)
        seen.tampered++
        // A rejected decision leaves the granted scopes unchanged. An empty grant may have been created.
        const after = await ports.store.findGrant(user, 'app-a')
        expect(after?.granted ?? {}).toEqual(before?.granted ?? {})
        await completeConsent(ports, { consentRequestId, user }, now)
        return undefined
      }
      expect(decided).toBeUndefined()
      const completed = await completeConsent(ports, { consentRequestId, user }, now)
      if (decision.granted.length === 0) {
        expect(completed.kind).toBe('declined')
        return undefined
      }
      if (completed.kind !== 'granted') throw new Error(completed.kind)
      if (decision.granted.includes('USER_AGE_OVER_18')) seen.narrower++
      expect(completed.authSuccessScopes).toEqual(expect.arrayContaining([...decision.granted]))
      return completed
    }
  }, 1_500_000)
})

type Answer = {
  readonly sheetHash: string
  readonly granted: readonly string[]
  readonly lifetime: ConsentDuration
}

function tamper({ tampering }: Ask, sheet: Sheet, honest: Answer): Answer {
  const unasked = APPROVED.find((scope) => !sheet.scopes.some((row) => row.scope === scope))
  switch (tampering) {
    case 'more':
      return { ...honest, granted: [...honest.granted, unasked ?? 'NO_SUCH_SCOPE'] }
    case 'hash':
      return { ...honest, sheetHash: `${honest.sheetHash.slice(0, -1)}!` }
    case 'lifetime':
      return { ...honest, lifetime: 'unlimited' as ConsentDuration }
    case 'less':
      return { ...honest, granted: honest.granted.slice(1) }
    default:
      return {
        ...honest,
        lifetime: sheet.lifetimes.includes(honest.lifetime) ? honest.lifetime : sheet.lifetime,
      }
  }
}

/** The rules of a decision, restated independently. */
function isAllowed(sheet: Sheet, sheetHash: string, { granted, ...rest }: Answer): boolean {
  const shown = sheet.scopes.map(({ scope }) => scope)
  const isSubset = granted.every((scope) => shown.includes(scope))
  const isEnough = sheet.scopes
    .filter(({ required }) => required)
    .every(
      ({ scope }) =>
        granted.includes(scope) ||
        sheet.scopes.some((row) => row.insteadOf === scope && granted.includes(row.scope)),
    )
  return (
    rest.sheetHash === sheetHash &&
    sheet.lifetimes.includes(rest.lifetime) &&
    isSubset &&
    (granted.length === 0 || isEnough)
  )
}

async function refusalOf<T>(outcome: Promise<T>): Promise<T | string> {
  try {
    return await outcome
  } catch (error) {
    if (error instanceof AssentError) return error.code
    throw error
  }
}
