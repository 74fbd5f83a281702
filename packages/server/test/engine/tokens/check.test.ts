/**
 * @module Checks of access tokens: client, expiry, revocation, binding and the consistency of the status.
 */
import { describe, expect, it } from 'vitest'
import type { AccessTokenClaims } from '../../../src/engine/ports/credentials.ts'
import {
  checkAccessToken,
  checkBearerToken,
  requiredConsistency,
  toCredentialStatus,
} from '../../../src/engine/tokens/check.ts'
import {
  accessTokenOf,
  authorizationOf,
  CLIENT,
  createEngine,
  type EngineSetup,
  grantOf,
  NOW,
  OAUTH_CLIENT,
  OTHER_CLIENT,
  REGISTRY,
  REGISTRY_PARTS,
  registryWith,
  type TestEngine,
} from '../../support/engine.ts'
import { registryOf } from '../../support/registry.ts'

function engineOf(setup: EngineSetup = {}): TestEngine {
  return createEngine({
    grants: [grantOf(['base', 'name'])],
    authorizations: [authorizationOf()],
    ...setup,
  })
}

type Case = {
  readonly title: string
  readonly claims?: Partial<AccessTokenClaims>
  readonly setup?: EngineSetup
  readonly now?: number
}

const INVALID: readonly Case[] = [
  { title: 'of an unknown grant', claims: { grantId: 1 } },
  { title: 'of an unknown scope set', claims: { scopeSet: 99 } },
  { title: 'of an older epoch', claims: { epoch: 0 } },
  { title: 'without an authorization', setup: { authorizations: [] } },
  {
    title: 'of an ended authorization',
    setup: { authorizations: [authorizationOf({ endedAt: 1 })] },
  },
  { title: 'from up to a revocation by time', setup: { revokedThrough: NOW - 10 } },
  { title: 'of a suspended mini program', setup: { registry: registryWith({ active: false }) } },
]

describe(checkAccessToken, () => {
  async function check(
    engine: TestEngine,
    {
      claims,
      now = NOW,
      ...input
    }: Partial<Parameters<typeof checkAccessToken>[1]> & {
      claims?: Partial<AccessTokenClaims> | undefined
      now?: number | undefined
    } = {},
  ): ReturnType<typeof checkAccessToken> {
    const accessToken = await accessTokenOf(engine, ['base', 'name'], claims)
    return checkAccessToken(engine.ports, { client: CLIENT, accessToken, ...input }, now)
  }

  it('returns the claims, the grant and the effective scopes', async () => {
    const engine = engineOf({ grants: [grantOf(['name'])] })
    const { claims, grant, scopes } = await check(engine)
    expect(claims.grantId).toBe(grantOf().grantId)
    expect(grant).toBe(engine.state.grants[0])
    expect(scopes).toEqual(['name'])
  })

  it.each([
    ...INVALID,
    { title: 'that was issued through OAuth', claims: { binding: { clientId: 'web-shop' } } },
  ])('rejects a token $title', async ({ claims, setup }: Case) => {
    await expect(check(engineOf(setup), { claims })).rejects.toMatchObject({
      code: 'ACCESS_TOKEN_INVALID',
    })
  })

  it.each([
    { title: 'a text that is no token', input: { accessToken: 'nonsense' } },
    { title: 'a token of another client', input: { client: OTHER_CLIENT } },
  ])('rejects $title', async ({ input }) => {
    await expect(check(engineOf(), input)).rejects.toMatchObject({ code: 'ACCESS_TOKEN_INVALID' })
  })

  it.each([
    { now: NOW + 3589, code: undefined },
    { now: NOW + 3590, code: 'ACCESS_TOKEN_EXPIRED' },
  ])('a token that expires in 3590 s, at $now: $code', async ({ now, code }) => {
    const checked = check(engineOf(), { now })
    if (code) await expect(checked).rejects.toMatchObject({ code })
    else await expect(checked).resolves.toHaveProperty('scopes')
  })

  it('does not read the status of an expired token', async () => {
    const engine = engineOf()
    await expect(check(engine, { now: NOW + DAY_AND_MORE })).rejects.toThrow()
    expect(engine.state.consistencies).toEqual([])
  })

  it('reads the status at the required sequence number and sensitivity', async () => {
    const engine = engineOf()
    await check(engine)
    await check(engine, { minSequence: 42 })
    await check(engine, { sensitivity: 'sensitive' })
    expect(engine.state.consistencies).toEqual([
      { strong: false, minSequence: 0 },
      { strong: false, minSequence: 42 },
      { strong: true, minSequence: 0 },
    ])
  })
})

const DAY_AND_MORE = 90_000

describe(checkBearerToken, () => {
  async function check(
    engine: TestEngine,
    claims: Partial<AccessTokenClaims> = {},
    jkt?: string,
  ): ReturnType<typeof checkBearerToken> {
    const accessToken = await accessTokenOf(engine, ['base', 'name'], claims)
    return checkBearerToken(engine.ports, { accessToken, ...(jkt !== undefined && { jkt }) }, NOW)
  }
  const bound = { clientId: OAUTH_CLIENT.clientId }

  it('returns the client that the token was issued to', async () => {
    const checked = await check(engineOf())
    expect(checked).toMatchObject({ client: CLIENT, scopes: ['base', 'name'] })
    expect(checked.grant.subject).toBe('subject-1')
    expect(checked.claims.clientNumber).toBe(CLIENT.number)
  })

  it.each([
    { title: 'of an OAuth client', claims: { binding: bound } },
    {
      title: 'that is bound to the presented key',
      claims: { binding: { ...bound, jkt: 'k' } },
      jkt: 'k',
    },
  ])('accepts a token $title', async ({ claims, jkt }) => {
    await expect(check(engineOf(), claims, jkt)).resolves.toHaveProperty('scopes')
  })

  it.each<Case & { readonly jkt?: string }>([
    ...INVALID,
    { title: 'of an unknown client', claims: { clientNumber: 99 } },
    {
      title: 'that is bound to another key',
      claims: { binding: { ...bound, jkt: 'k' } },
      jkt: 'l',
    },
    {
      title: 'that is bound to a key, without the key',
      claims: { binding: { ...bound, jkt: 'k' } },
    },
    { title: 'that is bound to no key, with a key', claims: {}, jkt: 'k' },
    {
      title: 'for other resources',
      claims: { binding: { ...bound, resources: ['https://api.example'] } },
    },
    { title: 'of an OAuth client that does not exist', claims: { binding: { clientId: 'gone' } } },
  ])('rejects a token $title', async ({ claims, setup, jkt }) => {
    await expect(check(engineOf(setup), claims, jkt)).rejects.toMatchObject({
      code: 'ACCESS_TOKEN_INVALID',
    })
  })

  it('rejects a text that is no token', async () => {
    const checked = checkBearerToken(engineOf().ports, { accessToken: 'nonsense' }, NOW)
    await expect(checked).rejects.toMatchObject({ code: 'ACCESS_TOKEN_INVALID' })
  })

  it('rejects a token of a suspended client', async () => {
    const suspended = registryOf({ ...REGISTRY_PARTS, clients: [{ ...CLIENT, active: false }] })
    const engine = engineOf({ registry: suspended })
    await expect(check(engine)).rejects.toMatchObject({ code: 'CLIENT_NOT_ACTIVE' })
  })
})

describe(requiredConsistency, () => {
  it.each([
    { scopes: ['base', 'name'], requirement: {}, strong: false },
    { scopes: ['base', 'birthday'], requirement: {}, strong: true },
    { scopes: ['kyc'], requirement: {}, strong: true },
    { scopes: ['unknown'], requirement: {}, strong: true },
    { scopes: ['base'], requirement: { sensitivity: 'restricted' as const }, strong: true },
    { scopes: [], requirement: {}, strong: false },
  ])('$scopes with $requirement: strong $strong', ({ scopes, requirement, strong }) => {
    expect(requiredConsistency(REGISTRY, scopes, requirement)).toEqual({ strong, minSequence: 0 })
  })

  it('requires nothing more by default', () => {
    expect(requiredConsistency(REGISTRY, ['base'])).toEqual({ strong: false, minSequence: 0 })
  })
})

describe(toCredentialStatus, () => {
  const grant = grantOf()
  it.each([
    { title: 'no authorization', authorization: undefined, ended: true },
    {
      title: 'an ended authorization',
      authorization: authorizationOf({ endedAt: 5 }),
      ended: true,
    },
    { title: 'an authorization', authorization: authorizationOf(), ended: false },
  ])('of a grant with $title has ended: $ended', ({ authorization, ended }) => {
    expect(toCredentialStatus({ grant, authorization, revokedThrough: 3 })).toEqual({
      grant,
      ended,
      revokedThrough: 3,
    })
  })
})
