/**
 * @module Consent durations: which are offered, which is the default, and when they end.
 */
import type { ConsentDuration, ScopeRequest } from '@assent/protocol'
import { describe, expect, it } from 'vitest'
import {
  AUTHORIZATION_CODE_LIFETIME_SECONDS,
  defaultDuration,
  expiryOf,
  isNotExpired,
  offeredDurations,
} from '../../../src/engine/consent/duration.ts'
import { CLIENT, DAY, MINI_PROGRAM, NOW, REGISTRY } from '../../support/engine.ts'

describe(offeredDurations, () => {
  const all = ['once', '30d', 'until_withdrawn']

  it.each<{ title: string; scopes: readonly ScopeRequest[]; offered: readonly string[] }>([
    { title: 'a basic scope', scopes: [{ scope: 'name' }], offered: all },
    { title: 'a restricted scope', scopes: [{ scope: 'kyc' }], offered: ['once', '30d'] },
    {
      title: 'a basic and a restricted scope',
      scopes: [{ scope: 'name' }, { scope: 'kyc' }],
      offered: ['once', '30d'],
    },
    {
      title: 'an unregistered scope, as for a restricted one',
      scopes: [{ scope: 'gone' }],
      offered: ['once', '30d'],
    },
    {
      title: 'a scope that is requested for 30 days',
      scopes: [{ scope: 'name', lifetime: '30d' }],
      offered: ['once', '30d'],
    },
    {
      title: 'a scope that is requested once',
      scopes: [{ scope: 'name', lifetime: 'once' }, { scope: 'avatar' }],
      offered: ['once'],
    },
    {
      title: 'a scope that is requested until withdrawn',
      scopes: [{ scope: 'name', lifetime: 'until_withdrawn' }],
      offered: all,
    },
  ])('offers for $title: $offered', ({ scopes, offered }) => {
    expect(offeredDurations(REGISTRY, scopes)).toEqual(offered)
  })

  it('offers one use when the scopes have no duration in common', () => {
    const consentDurations = { ...REGISTRY.consentDurations, basic: ['until_withdrawn'] as const }
    const scopes = [{ scope: 'name' }, { scope: 'kyc' }]
    expect(offeredDurations({ ...REGISTRY, consentDurations }, scopes)).toEqual(['once'])
  })
})

describe(defaultDuration, () => {
  it.each<{ offered: readonly ConsentDuration[]; chosen: ConsentDuration }>([
    { offered: ['once', '30d', 'until_withdrawn'], chosen: '30d' },
    { offered: ['once'], chosen: 'once' },
    { offered: ['until_withdrawn'], chosen: 'until_withdrawn' },
    { offered: ['once', 'until_withdrawn'], chosen: 'once' },
    { offered: [], chosen: 'once' },
  ])('of $offered is $chosen', ({ offered, chosen }) => {
    expect(defaultDuration(offered)).toBe(chosen)
  })
})

describe(expiryOf, () => {
  const code = AUTHORIZATION_CODE_LIFETIME_SECONDS
  const week = NOW + 7 * DAY

  it.each<{ verified: boolean; lifetime: ConsentDuration; expiresAt: number | undefined }>([
    { verified: true, lifetime: 'once', expiresAt: NOW + code + 3600 },
    { verified: true, lifetime: '30d', expiresAt: NOW + 30 * DAY },
    { verified: true, lifetime: 'until_withdrawn', expiresAt: undefined },
    { verified: false, lifetime: 'once', expiresAt: NOW + code + 3600 },
    { verified: false, lifetime: '30d', expiresAt: week },
    { verified: false, lifetime: 'until_withdrawn', expiresAt: week },
  ])(
    '$lifetime, for a mini program that is verified: $verified',
    ({ verified, lifetime, expiresAt }) => {
      const parties = { miniProgram: { ...MINI_PROGRAM, verified }, client: CLIENT }
      expect(expiryOf(lifetime, parties, NOW)).toBe(expiresAt)
    },
  )

  it('counts on a code that is valid for a minute (RFC 6749 §4.1.2 allows ten)', () => {
    expect(code).toBe(60)
  })
})

describe(isNotExpired, () => {
  const granted = { grantedAt: 0, since: 0 }
  it.each([
    { title: 'no expiry', more: {}, is: true },
    { title: 'a second left', more: { expiresAt: NOW + 1 }, is: true },
    { title: 'no second left', more: { expiresAt: NOW }, is: false },
  ])('$title: $is', ({ more, is }) => {
    expect(isNotExpired({ ...granted, ...more }, NOW)).toBe(is)
  })
})
