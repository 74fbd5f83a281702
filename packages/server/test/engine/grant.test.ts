/**
 * @module Grants: the pure functions that change them, and which scopes a credential of an epoch permits.
 */
import { describe, expect, it } from 'vitest'
import {
  applyDecision,
  changeGrant,
  clearDenials,
  DENIAL_COOLDOWN_SECONDS,
  type DecisionChange,
  effectiveScopes,
  emptyGrant,
  grantedScope,
  hasScope,
  isConsentStillValid,
  isOpenToUser,
  MAX_DENIALS,
  permittedFields,
  remainingCooldownSeconds,
  wasLeftOff,
  withdraw,
  withdrawnAtOf,
} from '../../src/engine/grant.ts'
import type { Grant, GrantedScope } from '../../src/engine/records.ts'
import type { MiniProgram, Registry } from '../../src/engine/registry.ts'
import { effectiveScopesOfToken } from '../../src/engine/tokens/check.ts'
import {
  authorizationIdAt,
  CLIENT,
  createEngine,
  grantedOf,
  grantOf,
  MINI_PROGRAM,
  NOW,
  REGISTRY,
  REGISTRY_PARTS,
  registryWith,
  SCOPES,
} from '../support/engine.ts'
import { registryOf, USER } from '../support/registry.ts'

const EMPTY = grantOf([], { epoch: 0 })

const TERMS = {
  sheetHash: 'h',
  lifetime: 'until_withdrawn',
  fields: [],
} as const satisfies DecisionChange['granted'][string]

function granting(...scopes: readonly string[]): DecisionChange {
  return {
    implicit: [],
    granted: Object.fromEntries(scopes.map((scope) => [scope, TERMS])),
    denied: [],
    leftOff: [],
  }
}

function denying(...denied: readonly string[]): DecisionChange {
  return { implicit: [], granted: {}, denied, leftOff: [] }
}

function leavingOff(...leftOff: readonly string[]): DecisionChange {
  return { ...granting('other'), leftOff }
}

describe(emptyGrant, () => {
  it('has a random id and a random subject, no scopes, and epoch 0', () => {
    const random = { text: (length: number) => `random-${length}`, integer48: () => 4711 }
    const party = { user: USER, miniProgram: MINI_PROGRAM, client: CLIENT }
    expect(emptyGrant(party, random)).toMatchObject({
      grantId: 4711,
      user: USER,
      appId: 'app',
      clientNumber: CLIENT.number,
      subject: 'random-18',
      epoch: 0,
      granted: {},
      denied: {},
    })
  })
})

describe(grantedScope, () => {
  it.each([
    { title: 'a granted scope', grant: grantOf(['name']), scope: 'name', found: grantedOf('name') },
    { title: 'another scope', grant: grantOf(['name']), scope: 'kyc', found: undefined },
    {
      title: 'a name of Object.prototype',
      grant: grantOf(),
      scope: 'constructor',
      found: undefined,
    },
    { title: 'no grant', grant: undefined, scope: 'name', found: undefined },
  ])('$title', ({ grant, scope, found }) => {
    expect(grantedScope(grant, scope)).toEqual(found)
  })
})

describe(hasScope, () => {
  it.each([
    { title: 'without an expiry', more: {}, has: true },
    { title: 'before its expiry', more: { expiresAt: NOW + 1 }, has: true },
    { title: 'at its expiry', more: { expiresAt: NOW }, has: false },
  ])('a scope $title: $has', ({ more, has }) => {
    const grant = grantOf([], { granted: { name: grantedOf('name', more) } })
    expect(hasScope(grant, 'name', NOW)).toBe(has)
    expect(hasScope(grant, 'kyc', NOW)).toBe(false)
    expect(hasScope(undefined, 'name', NOW)).toBe(false)
  })
})

describe(applyDecision, () => {
  it('records implicit, granted and denied scopes in a new epoch', () => {
    const next = applyDecision(EMPTY, { ...granting('a'), implicit: ['s'], denied: ['b'] }, NOW)
    expect(next.epoch).toBe(1)
    expect(next.denied).toEqual({ b: { deniedAt: NOW, times: 1 } })
    // An implicit scope is not on the prompt, so it has no hash of one.
    expect(next.granted).toEqual({
      a: { grantedAt: NOW, since: 1, ...TERMS },
      s: { grantedAt: NOW, since: 1 },
    })
  })

  it('renews a granted scope, and older credentials keep it', () => {
    const first = applyDecision(EMPTY, granting('a'), NOW)
    const second = applyDecision(first, granting('a', 'b'), NOW + 5)
    expect(second.granted['a']).toEqual({ ...first.granted['a'], grantedAt: NOW + 5 })
    expect(second.granted['b']).toEqual({ grantedAt: NOW + 5, since: 2, ...TERMS })
  })

  it('keeps a granted scope when a prompt for it is denied, and counts no denial', () => {
    const first = applyDecision(EMPTY, granting('a'), NOW)
    const second = applyDecision(first, denying('a', 'c'), NOW + 5)
    expect(second.granted).toEqual(first.granted)
    expect(second.denied).toEqual({ c: { deniedAt: NOW + 5, times: 1 } })
  })

  it('keeps an implicit scope as it is when it is granted implicitly again', () => {
    const first = applyDecision(EMPTY, { ...granting(), implicit: ['s'] }, NOW)
    const second = applyDecision(first, { ...granting(), implicit: ['s'] }, NOW + 5)
    expect(second.granted).toEqual(first.granted)
  })

  it.each([
    {
      title: 'the scope had been granted once',
      before: { lifetime: 'once' as const },
      terms: TERMS,
    },
    { title: 'the scope had expired', before: { expiresAt: NOW }, terms: TERMS },
    {
      title: 'the scope is granted once',
      before: {},
      terms: { ...TERMS, lifetime: 'once' as const },
    },
  ])('starts the scope again in the new epoch when $title', ({ before, terms }) => {
    const grant = grantOf([], { granted: { name: grantedOf('name', before) }, epoch: 4 })
    const next = applyDecision(grant, { ...granting(), granted: { name: terms } }, NOW)
    expect(next.granted['name']).toEqual({ grantedAt: NOW, since: 5, ...terms })
  })

  it('clears earlier denials of scopes that are granted, also implicitly', () => {
    const denied = {
      a: { deniedAt: 1, times: 2 },
      b: { deniedAt: 1, times: 1 },
      s: { deniedAt: 1, times: 0 },
    }
    const next = applyDecision({ ...EMPTY, denied }, { ...granting('a'), implicit: ['s'] }, NOW)
    expect(next.denied).toEqual({ b: denied.b })
  })

  it('counts denials, and keeps when the scope was withdrawn', () => {
    const withdrawn = withdraw(grantOf(['name']), ['name'], NOW)
    const once = applyDecision(withdrawn, denying('name'), NOW + 1)
    const twice = applyDecision(once, denying('name'), NOW + 2)
    expect(twice.denied).toEqual({ name: { deniedAt: NOW + 2, times: 2, withdrawnAt: NOW } })
  })

  it('counts the first denial of a scope with a name of Object.prototype as 1', () => {
    expect(applyDecision(EMPTY, denying('constructor'), NOW).denied).toEqual({
      constructor: { deniedAt: NOW, times: 1 },
    })
  })
})

describe(remainingCooldownSeconds, () => {
  const deniedTimes = (times: number): Grant =>
    grantOf([], { denied: { name: { deniedAt: NOW, times } } })

  it.each([
    { times: 0, after: 0, seconds: 0 },
    { times: 1, after: 0, seconds: DENIAL_COOLDOWN_SECONDS },
    { times: 1, after: DENIAL_COOLDOWN_SECONDS - 1, seconds: 1 },
    { times: 1, after: DENIAL_COOLDOWN_SECONDS, seconds: 0 },
    { times: 1, after: DENIAL_COOLDOWN_SECONDS + 1, seconds: 0 },
    { times: MAX_DENIALS - 1, after: 0, seconds: DENIAL_COOLDOWN_SECONDS },
    { times: MAX_DENIALS, after: 0, seconds: Number.POSITIVE_INFINITY },
    { times: MAX_DENIALS, after: 999 * DENIAL_COOLDOWN_SECONDS, seconds: Number.POSITIVE_INFINITY },
  ])('$after s after denial number $times: $seconds s', ({ times, after, seconds }) => {
    expect(remainingCooldownSeconds(deniedTimes(times), 'name', NOW + after)).toBe(seconds)
  })

  it('is 0 for a scope that was never denied, and without a grant', () => {
    expect(remainingCooldownSeconds(deniedTimes(1), 'kyc', NOW)).toBe(0)
    expect(remainingCooldownSeconds(deniedTimes(1), 'constructor', NOW)).toBe(0)
    expect(remainingCooldownSeconds(undefined, 'name', NOW)).toBe(0)
  })

  it('is a day, and permanent after three denials', () => {
    expect([DENIAL_COOLDOWN_SECONDS, MAX_DENIALS]).toEqual([86_400, 3])
  })
})

describe(wasLeftOff, () => {
  const leftOff = applyDecision(EMPTY, leavingOff('name'), NOW)

  it.each([
    { title: 'at once', grant: leftOff, after: 0, expected: true },
    { title: 'until a day later', grant: leftOff, after: 86_399, expected: true },
    { title: 'not after a day', grant: leftOff, after: 86_400, expected: false },
    { title: 'not when it was denied', grant: applyDecision(EMPTY, denying('name'), NOW) },
    { title: 'not when denials were cleared', grant: clearDenials(leftOff, NOW) },
    {
      title: 'not when it was granted and withdrawn since',
      grant: withdraw(applyDecision(leftOff, granting('name'), NOW), ['name'], NOW),
    },
    { title: 'not without a grant', grant: undefined },
  ])('$title', ({ grant, after = 0, expected = false }) => {
    expect(wasLeftOff(grant, 'name', NOW + after)).toBe(expected)
  })

  it('counts no denial, and keeps those before', () => {
    expect(leftOff.denied).toEqual({ name: { deniedAt: NOW, times: 0, leftOffAt: NOW } })
    expect(remainingCooldownSeconds(leftOff, 'name', NOW)).toBe(0)
    const denied = applyDecision(EMPTY, denying('name'), NOW)
    expect(applyDecision(denied, leavingOff('name'), NOW + 9).denied).toEqual({
      name: { deniedAt: NOW, times: 1, leftOffAt: NOW + 9 },
    })
  })
})

describe(clearDenials, () => {
  it('lets all scopes that were denied or left off be requested again, in a new epoch', () => {
    const denied = {
      a: { deniedAt: 1, times: 3 },
      b: { deniedAt: 2, times: 1, withdrawnAt: 2, leftOffAt: 3 },
    }
    expect(clearDenials(grantOf(['name'], { epoch: 4, denied }), NOW)).toEqual(
      grantOf(['name'], {
        epoch: 5,
        denied: {
          a: { deniedAt: NOW, times: 0 },
          b: { deniedAt: NOW, times: 0, withdrawnAt: 2 },
        },
      }),
    )
  })
})

describe(isOpenToUser, () => {
  const consented = grantOf(['name'])
  const byGuardian = grantOf([], {
    granted: { name: grantedOf('name', { byGuardian: true }) },
  })
  const minor = { guardianId: 'parent' }

  it.each([
    { title: 'an adult who consented', user: {}, grant: consented, expected: true },
    { title: 'an adult whose guardian consented', user: {}, grant: byGuardian, expected: true },
    { title: 'a minor who consented alone', user: minor, grant: consented, expected: false },
    { title: 'a minor whose guardian consented', user: minor, grant: byGuardian, expected: true },
    { title: 'a minor without a grant', user: minor, grant: undefined, expected: true },
  ])('$title: $expected', ({ user, grant, expected }) => {
    expect(isOpenToUser(user, grant, 'name')).toBe(expected)
  })

  it('is true of an implicit scope of a minor', () => {
    expect(isOpenToUser(minor, grantOf(['base']), 'base')).toBe(true)
  })
})

describe(withdraw, () => {
  it('removes granted scopes, and remembers when they were withdrawn', () => {
    const denied = { kyc: { deniedAt: 1, times: 2 } }
    const next = withdraw(grantOf(['base', 'name'], { denied }), ['name', 'avatar', 'kyc'], NOW)
    expect(next.epoch).toBe(2)
    expect(next.granted).toEqual({ base: grantedOf('base') })
    expect(next.denied).toEqual({
      ...denied,
      name: { deniedAt: NOW, times: 0, withdrawnAt: NOW },
    })
  })
})

describe(withdrawnAtOf, () => {
  type Change = (grant: Grant, now: number) => Grant
  const allow =
    (...scopes: readonly string[]): Change =>
    (grant, now) =>
      applyDecision(grant, granting(...scopes), now)
  const deny =
    (scope: string): Change =>
    (grant, now) =>
      applyDecision(grant, denying(scope), now)
  const end =
    (...scopes: readonly string[]): Change =>
    (grant, now) =>
      withdraw(grant, scopes, now)

  it.each([
    { name: 'denied only', changes: [deny('a')], at: undefined },
    { name: 'withdrawn', changes: [allow('a'), end('a')], at: 2 },
    { name: 'withdrawn in part', changes: [allow('a', 'b'), end('a')], at: undefined },
    { name: 'withdrawn one by one', changes: [allow('a', 'b'), end('a'), end('b')], at: 3 },
    { name: 'denied afterwards', changes: [allow('a'), end('a'), deny('a')], at: 2 },
    { name: 'another scope denied afterwards', changes: [allow('a'), end('a'), deny('b')], at: 2 },
    { name: 'denials cleared', changes: [allow('a'), end('a'), deny('a'), clearDenials], at: 2 },
    { name: 'denied, denials cleared', changes: [deny('a'), clearDenials], at: undefined },
    { name: 'granted again', changes: [allow('a'), end('a'), allow('a')], at: undefined },
    { name: 'withdrawn twice', changes: [allow('a'), end('a'), allow('a'), end('a')], at: 4 },
  ])('$name: $at', ({ changes, at }) => {
    const grant = changes.reduce((one, change, index) => change(one, index + 1), EMPTY)
    expect(withdrawnAtOf(grant)).toBe(at)
  })
})

describe(effectiveScopes, () => {
  const SCOPE_NAMES = ['base', 'name', 'kyc']

  it('permits a scope only from the epoch in which it was granted', () => {
    const ask = (grant: Grant, epoch: number): readonly string[] =>
      effectiveScopes(REGISTRY, MINI_PROGRAM, grant, epoch, ['name', 'avatar'], NOW)
    const first = applyDecision(EMPTY, granting('name'), NOW)
    const second = applyDecision(first, granting('avatar'), NOW)
    expect(ask(second, first.epoch)).toEqual(['name'])
    expect(ask(second, second.epoch)).toEqual(['name', 'avatar'])
    const third = withdraw(second, ['name'], NOW)
    expect(ask(third, second.epoch)).toEqual(['avatar'])
    const fourth = applyDecision(third, granting('name'), NOW)
    expect(ask(fourth, second.epoch)).toEqual(['avatar'])
    expect(ask(fourth, fourth.epoch)).toEqual(['name', 'avatar'])
  })

  it('permits nothing from before a withdrawal of all scopes, whatever was granted since', () => {
    const granted = applyDecision(EMPTY, granting('name'), NOW)
    const again = applyDecision(withdraw(granted, ['name'], NOW), granting('name'), NOW)
    expect(effectiveScopes(REGISTRY, MINI_PROGRAM, again, granted.epoch, ['name'], NOW)).toEqual([])
  })

  it('permits an implicit scope again only for credentials from after it was granted again', () => {
    const implicit = { ...granting(), implicit: ['base'] }
    const granted = applyDecision(EMPTY, implicit, NOW)
    const again = applyDecision(withdraw(granted, ['base'], NOW), implicit, NOW)
    expect(effectiveScopes(REGISTRY, MINI_PROGRAM, again, granted.epoch, ['base'], NOW)).toEqual([])
    expect(effectiveScopes(REGISTRY, MINI_PROGRAM, again, again.epoch, ['base'], NOW)).toEqual([
      'base',
    ])
  })

  const restricted = new Map(
    [...SCOPES].map(([scope, entry]) => [scope, { ...entry, sensitivity: 'restricted' as const }]),
  )
  it.each<{ name: string; registry: Registry; scopes: readonly string[] }>([
    { name: 'as registered', registry: REGISTRY, scopes: SCOPE_NAMES },
    {
      name: 'a scope is no longer approved',
      registry: registryWith({ scopes: new Set(['kyc']) }),
      scopes: ['kyc'],
    },
    {
      name: 'the mini program is suspended',
      registry: registryWith({ active: false }),
      scopes: [],
    },
    {
      name: 'the mini program is gone',
      registry: registryOf({ ...REGISTRY_PARTS, miniPrograms: [] }),
      scopes: [],
    },
    {
      name: 'the client is suspended',
      registry: registryOf({ ...REGISTRY_PARTS, clients: [{ ...CLIENT, active: false }] }),
      scopes: [],
    },
    {
      name: 'the mini program is unverified and the user no tester',
      registry: registryWith({ verified: false }),
      scopes: [],
    },
    {
      name: 'the mini program is unverified and the user a tester: no restricted scope',
      registry: registryWith({ verified: false, isTester: () => true }),
      scopes: ['base', 'name'],
    },
    {
      name: 'every scope became restricted and the mini program is unverified',
      registry: {
        ...registryWith({ verified: false, isTester: () => true }),
        scopes: restricted,
      },
      scopes: [],
    },
  ])('when $name: $scopes', async ({ registry, scopes }) => {
    const claims = { authorizationId: authorizationIdAt(NOW), epoch: 1 }
    const status = { grant: grantOf(SCOPE_NAMES), ended: false, revokedThrough: 0 }
    expect(await effectiveScopesOfToken(registry, claims, status, SCOPE_NAMES, NOW)).toEqual(scopes)
  })

  it.each<{ title: string; scope: string; more: Partial<GrantedScope>; permitted: boolean }>([
    { title: 'before its expiry', scope: 'name', more: { expiresAt: NOW + 1 }, permitted: true },
    { title: 'at its expiry', scope: 'name', more: { expiresAt: NOW }, permitted: false },
    { title: 'from a later epoch', scope: 'name', more: { since: 2 }, permitted: false },
    { title: 'that is implicit, without a prompt', scope: 'base', more: {}, permitted: true },
  ])('a scope $title: permitted $permitted', ({ scope, more, permitted }) => {
    const grant = grantOf([], { granted: { [scope]: grantedOf(scope, more) } })
    expect(effectiveScopes(REGISTRY, MINI_PROGRAM, grant, 1, [scope], NOW)).toEqual(
      permitted ? [scope] : [],
    )
  })

  it.each(['name', 'unregistered'])(
    'requires a prompt for a scope that is not implicit: %s',
    (scope) => {
      const grant = grantOf([], { granted: { [scope]: { grantedAt: 0, since: 0 } } })
      const miniProgram = { ...MINI_PROGRAM, scopes: new Set([scope]) }
      expect(effectiveScopes(REGISTRY, miniProgram, grant, 1, [scope], NOW)).toEqual([])
    },
  )

  it('permits nothing of an epoch that the grant has not reached: the store was restored', () => {
    const grant = grantOf(['name'])
    expect(effectiveScopes(REGISTRY, MINI_PROGRAM, grant, 2, ['name'], NOW)).toEqual([])
  })
})

describe(permittedFields, () => {
  it.each([
    {
      title: 'the fields of the scopes, sorted, each once',
      grant: grantOf(['name', 'avatar']),
      scopes: ['name', 'avatar', 'name'],
      fields: ['avatar', 'nickName', 'userName'],
    },
    {
      title: 'no field that the prompt did not show',
      grant: grantOf([], {
        granted: { name: grantedOf('name', { fields: ['nickName', 'email'] }) },
      }),
      scopes: ['name'],
      fields: ['nickName'],
    },
    {
      title: 'every registered field when there was no prompt',
      grant: grantOf([], { granted: { name: { grantedAt: 0, since: 0 } } }),
      scopes: ['name'],
      fields: ['nickName', 'userName'],
    },
    {
      title: 'nothing of an unregistered scope',
      grant: grantOf(['gone']),
      scopes: ['gone'],
      fields: [],
    },
  ])('permits $title', ({ grant, scopes, fields }) => {
    expect(permittedFields(REGISTRY, grant, scopes)).toEqual(fields)
  })
})

describe(isConsentStillValid, () => {
  const purposes: MiniProgram['purposes'] = {
    name: { version: '2', texts: { en: 'To greet you.' } },
  }
  const valid = { purpose: '2' }
  const PARTY = { client: CLIENT, miniProgram: MINI_PROGRAM }

  it.each<{ title: string; scope?: string; more?: Partial<GrantedScope>; isValid: boolean }>([
    { title: 'of the same purpose and fields', more: valid, isValid: true },
    { title: 'before its expiry', more: { ...valid, expiresAt: NOW + 1 }, isValid: true },
    { title: 'at its expiry', more: { ...valid, expiresAt: NOW }, isValid: false },
    { title: 'for one use', more: { ...valid, lifetime: 'once' }, isValid: false },
    { title: 'for another version of the purpose', more: { purpose: '1' }, isValid: false },
    { title: 'without a purpose', more: {}, isValid: false },
    {
      title: 'with fewer fields than are registered now',
      more: { ...valid, fields: ['nickName'] },
      isValid: false,
    },
    {
      title: 'with more fields than are registered now',
      more: { ...valid, fields: ['nickName', 'userName', 'email'] },
      isValid: true,
    },
    { title: 'to an implicit scope', scope: 'base', isValid: true },
    {
      title: 'to an implicit scope, for any purpose',
      scope: 'base',
      more: { purpose: '1' },
      isValid: true,
    },
    {
      title: 'to an implicit scope, at its expiry',
      scope: 'base',
      more: { expiresAt: NOW },
      isValid: false,
    },
    { title: 'to a scope that is no longer registered', scope: 'gone', isValid: true },
  ])('consent $title: $isValid', ({ scope = 'name', more, isValid }) => {
    const grant = grantOf([], { granted: { [scope]: grantedOf(scope, more) } })
    const party = { client: CLIENT, miniProgram: { ...MINI_PROGRAM, purposes } }
    expect(isConsentStillValid(REGISTRY, party, grant, scope, NOW)).toBe(isValid)
  })

  it('is not valid for a scope that is not granted', () => {
    expect(isConsentStillValid(REGISTRY, PARTY, grantOf(['kyc']), 'name', NOW)).toBe(false)
    expect(isConsentStillValid(REGISTRY, PARTY, undefined, 'name', NOW)).toBe(false)
  })

  it('is not valid when the grant has no fields and fields are registered now', () => {
    const { fields: _, ...granted } = grantedOf('name')
    const grant = grantOf([], { granted: { name: granted } })
    expect(isConsentStillValid(REGISTRY, PARTY, grant, 'name', NOW)).toBe(false)
  })
})

describe(changeGrant, () => {
  const withdrawName = (grant: Grant): Grant => withdraw(grant, ['name'], NOW)

  it('applies the change to the stored grant, with its event and its receipt', async () => {
    const engine = createEngine({ grants: [grantOf(['name'], { epoch: 7 })] })
    const receipt = {
      receiptId: 'r',
      walletId: 'w',
      grantId: 1,
      createdAt: NOW,
      event: 'withdrawn',
      document: '',
    } as const
    const changed = await changeGrant(engine.ports.store, grantOf(), withdrawName, {
      revokes: true,
      reason: 'USER',
      receipt: async (before, next) =>
        before.epoch === 7 && next.epoch === 8 ? receipt : undefined,
    })
    expect(changed).toEqual({ grant: engine.state.grants[0], sequence: 1 })
    expect(engine.state.changes).toMatchObject([
      {
        next: { epoch: 8 },
        revokes: true,
        outbox: { receipt, event: { reason: 'USER', scopes: ['name'] } },
      },
    ])
  })

  it('applies the change again when another change was first', async () => {
    const engine = createEngine({ grants: [grantOf(['name'])] })
    const { store } = engine.ports
    let calls = 0
    const contested = {
      ...store,
      replaceGrant: (...[next, ...rest]: Parameters<typeof store.replaceGrant>) =>
        calls++ === 0 ? Promise.resolve(false as const) : store.replaceGrant(next, ...rest),
    }
    const { sequence } = await changeGrant(contested, grantOf(), withdrawName, {
      revokes: false,
      reason: 'USER',
    })
    expect([sequence, calls]).toEqual([1, 2])
    expect(engine.state.changes).toMatchObject([{ next: { epoch: 2 }, revokes: false }])
  })
})
