/**
 * @module Random histories of one grant: `since` of each scope decides alone which credentials have that scope.
 */
import { CONSENT_DURATIONS, type ConsentDuration } from '@assent/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  applyDecision,
  clearDenials,
  effectiveScopes,
  type GrantTerms,
  withdraw,
} from '../../src/engine/grant.ts'
import type { Grant } from '../../src/engine/records.ts'
import { STANDARD_SCOPES } from '../../src/engine/standard-scopes.ts'
import { grantOf } from '../stores/records.ts'
import { miniProgramOf, registryOf } from '../support/registry.ts'

const START = 1_800_000_000
const DAY_SECONDS = 86_400
const IMPLICIT_SCOPE = 'auth_base'
const SCOPES = [IMPLICIT_SCOPE, 'auth_user', 'USER_NAME', 'USER_BIRTHDAY'] as const

const REGISTRY = registryOf({ scopes: STANDARD_SCOPES })
const MINI_PROGRAM = miniProgramOf('app', 'client', SCOPES)

type Step =
  | {
      readonly kind: 'decide'
      readonly granted: readonly string[]
      readonly denied: readonly string[]
      readonly leftOff: readonly string[]
      readonly isImplicitIncluded: boolean
      readonly lifetime: ConsentDuration
    }
  | { readonly kind: 'withdraw'; readonly scopes: readonly string[] }
  | { readonly kind: 'withdrawAll' }
  | { readonly kind: 'clearDenials' }
  | { readonly kind: 'wait'; readonly days: number }

const someScopes = fc.uniqueArray(fc.constantFrom(...SCOPES), { maxLength: SCOPES.length })

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('decide' as const),
      granted: someScopes,
      denied: someScopes,
      leftOff: someScopes,
      isImplicitIncluded: fc.boolean(),
      lifetime: fc.constantFrom(...CONSENT_DURATIONS),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('withdraw' as const), scopes: someScopes }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'withdrawAll' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'clearDenials' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      days: fc.integer({ min: 1, max: 40 }),
    }),
  },
)

function applyStep(grant: Grant, change: Step, now: number): Grant {
  switch (change.kind) {
    case 'decide':
      return applyDecision(
        grant,
        {
          implicit: change.isImplicitIncluded ? [IMPLICIT_SCOPE] : [],
          granted: termsOf(change, now),
          denied: change.denied,
          leftOff: change.leftOff,
        },
        now,
      )
    case 'withdraw':
      return withdraw(grant, change.scopes, now)
    case 'withdrawAll':
      return withdraw(grant, Object.keys(grant.granted), now)
    case 'clearDenials':
      return clearDenials(grant, now)
    case 'wait':
      return grant
  }
}

function termsOf(
  { granted, lifetime }: Extract<Step, { kind: 'decide' }>,
  now: number,
): Readonly<Record<string, GrantTerms>> {
  const expiresAt = lifetime === '30d' ? { expiresAt: now + 30 * DAY_SECONDS } : {}
  return Object.fromEntries(
    granted.map((scope) => [scope, { sheetHash: 'hash', lifetime, fields: [], ...expiresAt }]),
  )
}

/** The grant after each step, with the time of the step. */
function historyOf(steps: readonly Step[]): readonly { grant: Grant; now: number }[] {
  let grant = grantOf()
  let now = START
  return steps.map((change) => {
    if (change.kind === 'wait') now += change.days * DAY_SECONDS
    grant = applyStep(grant, change, now)
    return { grant, now }
  })
}

/** Every epoch that a credential can carry, and one of a time that a restored database has forgotten. */
function epochsOf({ epoch }: Grant): readonly number[] {
  return Array.from({ length: epoch + 2 }, (_, index) => index)
}

const scopesOf = (grant: Grant, epoch: number, now: number): readonly string[] =>
  effectiveScopes(REGISTRY, MINI_PROGRAM, grant, epoch, SCOPES, now)

const histories = fc.array(step, { minLength: 1, maxLength: 25 })

describe(effectiveScopes, () => {
  it('gives a credential from before a whole withdrawal no scope again, whatever is granted later', () => {
    let checks = 0
    fc.assert(
      fc.property(histories, (steps) => {
        let withdrawnAtEpoch = 0
        for (const { grant, now } of historyOf(steps)) {
          if (Object.keys(grant.granted).length === 0) withdrawnAtEpoch = grant.epoch
          else if (withdrawnAtEpoch > 0) checks++
          const earlierEpochs = epochsOf(grant).slice(0, withdrawnAtEpoch + 1)
          expect(earlierEpochs.flatMap((epoch) => scopesOf(grant, epoch, now))).toEqual([])
        }
      }),
      { numRuns: 2000 },
    )
    expect(checks).toBeGreaterThan(1000)
  })

  it('gives a credential no scope that was withdrawn after it was issued, also when the scope is granted again', () => {
    let checks = 0
    fc.assert(
      fc.property(histories, (steps) => {
        const withdrawnAtEpoch = new Map<string, number>()
        let before: Grant = grantOf()
        for (const { grant, now } of historyOf(steps)) {
          for (const scope of SCOPES)
            if (scope in before.granted && !(scope in grant.granted))
              withdrawnAtEpoch.set(scope, grant.epoch)
          for (const [scope, epoch] of withdrawnAtEpoch) {
            if (scope in grant.granted) checks++
            const earlierEpochs = epochsOf(grant).slice(0, epoch)
            const regained = earlierEpochs.filter((one) =>
              scopesOf(grant, one, now).includes(scope),
            )
            expect(regained).toEqual([])
          }
          before = grant
        }
      }),
      { numRuns: 1000 },
    )
    expect(checks).toBeGreaterThan(1000)
  })
})
