/**
 * @module Redemption of authorization codes (RFC 6749 §4.1.3): every check, and that a rejected request writes nothing.
 */
import { describe, expect, it } from 'vitest'
import type { CodeBinding, CodeClaims } from '../../../src/engine/ports.ts'
import {
  CODE_REPLAY_GRACE_SECONDS,
  type RedeemInput,
  redeemCode,
} from '../../../src/engine/tokens/redeem.ts'
import {
  APP_ID,
  authorizationIdAt,
  authorizationOf,
  CLIENT,
  codeOf,
  createEngine,
  DAY,
  grantedOf,
  grantOf,
  NOW,
  OAUTH_CLIENT,
  OTHER_CLIENT,
  PUBLIC_CLIENT,
  registryWith,
  sha256,
  type TestEngine,
} from '../../support/engine.ts'

const ISSUED_AT = NOW - 10

function engineOf(setup: Parameters<typeof createEngine>[0] = {}): TestEngine {
  return createEngine({ grants: [grantOf(['base', 'name'])], ...setup })
}

async function redeem(
  engine: TestEngine,
  input: Partial<RedeemInput> = {},
  {
    scopes = ['base', 'name'],
    now = NOW,
    ...claims
  }: Partial<CodeClaims> & {
    scopes?: readonly string[]
    now?: number
  } = {},
): ReturnType<typeof redeemCode> {
  const code = input.code ?? (await codeOf(engine, scopes, claims))
  return redeemCode(engine.ports, { client: CLIENT, reference: {}, ...input, code }, now)
}

describe(redeemCode, () => {
  it('issues tokens for the scopes of the code and writes one authorization', async () => {
    const engine = engineOf()
    const redeemed = await redeem(engine)
    const authorization = {
      authorizationId: authorizationIdAt(ISSUED_AT),
      grantId: grantOf().grantId,
      epoch: 1,
      scopeSet: 0,
      keyVersion: 7,
      generation: 0,
      redeemedAt: NOW,
      rotatedAt: NOW,
      expiresAt: NOW + 30 * DAY,
    }
    expect(engine.state.writes).toEqual(['redeemCode'])
    expect([...engine.state.authorizations.values()]).toEqual([authorization])
    const { ports } = engine
    expect(redeemed).toEqual({
      claims: {
        authorizationId: authorization.authorizationId,
        grantId: authorization.grantId,
        epoch: 1,
        clientNumber: CLIENT.number,
        scopeSet: 0,
        issuedAt: NOW,
        expiresAt: NOW + 3600,
      },
      accessToken: ports.credentials.sealAccessToken(redeemed.claims),
      accessTokenExpiresAt: NOW + 3600,
      refreshToken: ports.credentials.makeRefreshToken(authorization),
      refreshTokenExpiresAt: NOW + 30 * DAY,
      grant: engine.state.grants[0],
      scopes: ['base', 'name'],
    })
  })

  it('ends the access token with the authorization when the client has a shorter refresh token lifetime', async () => {
    const client = { ...CLIENT, refreshTokenLifetimeSeconds: 60 }
    const redeemed = await redeem(engineOf(), { client })
    expect(redeemed.accessTokenExpiresAt).toBe(NOW + 60)
  })

  it('ends the authorization with the access token when a scope was granted once', async () => {
    const granted = { base: grantedOf('base'), name: grantedOf('name', { lifetime: 'once' }) }
    const redeemed = await redeem(engineOf({ grants: [grantOf([], { granted })] }))
    expect(redeemed.refreshTokenExpiresAt).toBe(NOW + 3600)
    const other = await redeem(
      engineOf({ grants: [grantOf([], { granted })] }),
      {},
      { scopes: ['base'] },
    )
    expect(other.refreshTokenExpiresAt).toBe(NOW + 30 * DAY)
  })

  it('leaves out a scope that was withdrawn since the code was issued', async () => {
    const redeemed = await redeem(engineOf({ grants: [grantOf(['base'])] }))
    expect(redeemed.scopes).toEqual(['base'])
  })

  it.each([
    { title: 'basic scopes', scopes: ['base', 'name'], strong: false },
    { title: 'a sensitive scope', scopes: ['base', 'birthday'], strong: true },
    { title: 'a scope that is not registered', scopes: ['base', 'unknown'], strong: true },
  ])(
    'reads the status with strong consistency only when needed: $title',
    async ({ scopes, strong }) => {
      const engine = engineOf()
      await redeem(engine, {}, { scopes })
      expect(engine.state.consistencies).toEqual([{ strong, minSequence: 0 }])
    },
  )

  it.each([
    { title: 'a text that is no code', input: { code: 'nonsense' } },
    { title: 'a code of an unknown grant', claims: { grantId: 1 } },
    { title: 'a code of another client', input: { client: OTHER_CLIENT } },
    { title: 'a code of an unknown scope set', claims: { scopeSet: 99 } },
    { title: 'a code from before a withdrawal of all its scopes', claims: { epoch: 0 } },
    { title: 'a code of a later epoch than the grant’s', claims: { epoch: 2 } },
    {
      title: 'a code of a suspended mini program',
      setup: { registry: registryWith({ active: false }) },
    },
    {
      title: 'a code that was issued up to a revocation by time',
      setup: { revokedThrough: ISSUED_AT },
    },
  ])('rejects $title, and writes nothing', async ({ input, claims, setup }) => {
    const engine = engineOf(setup)
    await expect(redeem(engine, input, claims)).rejects.toMatchObject({ code: 'CODE_UNKNOWN' })
    expect(engine.state.writes).toEqual([])
  })

  it('accepts a code that was issued after a revocation by time', async () => {
    const engine = engineOf({ revokedThrough: ISSUED_AT - 1 })
    await expect(redeem(engine)).resolves.toHaveProperty('accessToken')
  })

  it.each([
    { age: 59, outcome: 'issued' },
    { age: 60, outcome: 'CODE_EXPIRED' },
  ])('a code of $age seconds: $outcome', async ({ age, outcome }) => {
    const redeemed = redeem(engineOf(), {}, { now: ISSUED_AT + age })
    if (outcome === 'issued') await expect(redeemed).resolves.toHaveProperty('accessToken')
    else await expect(redeemed).rejects.toMatchObject({ code: outcome })
  })
})

describe('references of a request', () => {
  it.each([
    { title: 'none', reference: {} },
    { title: 'the mini program', reference: { appId: APP_ID } },
    { title: 'the mini program as the reference client', reference: { referenceClientId: APP_ID } },
    { title: 'the merchant as the reference client', reference: { referenceClientId: 'shop' } },
    { title: 'the mini program as the authorized client', reference: { authClientId: APP_ID } },
    { title: 'the merchant as the authorized client', reference: { authClientId: 'shop' } },
    { title: 'the wallet, in any case', reference: { customerBelongsTo: 'w' } },
  ])('match when they name $title', async ({ reference }) => {
    await expect(redeem(engineOf(), { reference })).resolves.toHaveProperty('accessToken')
  })

  it.each([
    { title: 'another mini program', reference: { appId: 'other' } },
    { title: 'another reference client', reference: { referenceClientId: 'other' } },
    { title: 'another authorized client', reference: { authClientId: 'other' } },
    { title: 'another wallet', reference: { customerBelongsTo: 'OTHER' } },
  ])('are rejected when they name $title, and the code stays usable', async ({ reference }) => {
    const engine = engineOf()
    const code = await codeOf(engine, ['base'])
    await expect(redeem(engine, { reference, code })).rejects.toMatchObject({
      code: 'REFERENCE_MISMATCH',
    })
    expect(engine.state.writes).toEqual([])
    await expect(redeem(engine, { code })).resolves.toHaveProperty('accessToken')
  })

  it('are rejected before the expiry of the code is disclosed', async () => {
    const expired = redeem(engineOf(), { reference: { appId: 'other' } }, { now: NOW + 60 })
    await expect(expired).rejects.toMatchObject({ code: 'REFERENCE_MISMATCH' })
  })
})

describe('a code that was redeemed before', () => {
  const redeemedAt = NOW - 5

  it.each([
    { title: 'within the grace period', now: redeemedAt + CODE_REPLAY_GRACE_SECONDS, ends: false },
    {
      title: 'after the grace period',
      now: redeemedAt + CODE_REPLAY_GRACE_SECONDS + 1,
      ends: true,
    },
    { title: 'after the code has expired', now: ISSUED_AT + 60, ends: true },
  ])('is rejected $title; the authorization ends: $ends', async ({ now, ends }) => {
    const engine = engineOf({ authorizations: [authorizationOf({ redeemedAt })] })
    await expect(redeem(engine, {}, { now })).rejects.toMatchObject({ code: 'CODE_USED' })
    const [authorization] = engine.state.authorizations.values()
    expect(authorization?.endedAt).toBe(ends ? now : undefined)
    const event = {
      eventId: authorizationIdAt(ISSUED_AT),
      clientNumber: 1,
      subject: 'subject-1',
      appId: APP_ID,
      type: 'TOKEN_CANCELLED',
      scopes: [],
      reason: 'CODE_REPLAYED',
    }
    expect(engine.state.events).toEqual(ends ? [event] : [])
  })

  it('is a replay even when its scopes were withdrawn since', async () => {
    const engine = engineOf({
      grants: [grantOf([], { epoch: 2 })],
      authorizations: [authorizationOf({ redeemedAt: NOW - 60 })],
    })
    await expect(redeem(engine)).rejects.toMatchObject({ code: 'CODE_USED' })
    expect(engine.state.writes).toEqual(['endAuthorization'])
  })
})

describe('a code with a challenge', () => {
  const codeChallenge = sha256('verifier')

  it.each([
    { title: 'its verifier', verifier: 'verifier', code: undefined },
    { title: 'another verifier', verifier: 'other', code: 'CODE_UNKNOWN' },
    { title: 'no verifier', verifier: undefined, code: 'CODE_UNKNOWN' },
  ])('redeemed with $title', async ({ verifier, code }) => {
    const engine = engineOf()
    const redeemed = redeem(engine, verifier === undefined ? {} : { verifier }, { codeChallenge })
    if (code) await expect(redeemed).rejects.toMatchObject({ code })
    else await expect(redeemed).resolves.toHaveProperty('accessToken')
    expect(engine.state.writes).toEqual(code ? [] : ['redeemCode'])
  })

  it('rejects a verifier for a code without a challenge (RFC 9700 §4.8.2)', async () => {
    await expect(redeem(engineOf(), { verifier: 'verifier' })).rejects.toMatchObject({
      code: 'CODE_UNKNOWN',
    })
  })
})

describe('a code of a page, redeemed by an OAuth client', () => {
  it('is accepted from a client with a secret', async () => {
    const redeemed = await redeem(engineOf(), { oauth: { client: OAUTH_CLIENT } })
    expect(redeemed.claims.binding).toEqual({ clientId: 'web-shop' })
  })

  it('is rejected from a public client when it has no challenge (RFC 9700 §2.1.1)', async () => {
    await expect(redeem(engineOf(), { oauth: { client: PUBLIC_CLIENT } })).rejects.toMatchObject({
      code: 'CODE_UNKNOWN',
    })
  })

  it('is accepted from a public client with the verifier', async () => {
    const oauth = { client: PUBLIC_CLIENT }
    const codeChallenge = sha256('verifier')
    const redeemed = await redeem(engineOf(), { oauth, verifier: 'verifier' }, { codeChallenge })
    expect(redeemed.claims.binding).toEqual({ clientId: 'phone-shop' })
  })
})

describe('a code of the authorization endpoint', () => {
  const redirectUri = 'https://shop.example/back'
  const binding: CodeBinding = {
    clientId: OAUTH_CLIENT.clientId,
    challenge: sha256('verifier'),
    redirectHash: sha256(redirectUri),
    jkt: 'key-1',
  }
  const oauth = { client: OAUTH_CLIENT, jkt: 'key-1', redirectUri }
  const verifier = 'verifier'

  it('is redeemed with the verifier, the key and the redirect URI of its request', async () => {
    const redeemed = await redeem(engineOf(), { oauth, verifier }, { binding })
    expect(redeemed.binding).toEqual(binding)
    expect(redeemed.claims.binding).toEqual({ clientId: 'web-shop', jkt: 'key-1' })
  })

  it('needs no redirect URI and no key when the request had none (OAuth 2.1 §4.1.3)', async () => {
    const { jkt: _, ...unbound } = binding
    const redeemed = redeem(
      engineOf(),
      { oauth: { client: OAUTH_CLIENT }, verifier },
      { binding: unbound },
    )
    await expect(redeemed).resolves.toHaveProperty('accessToken')
  })

  it.each([
    { title: 'a signed request of the merchant API', input: { verifier } },
    { title: 'another client', input: { oauth: { ...oauth, client: PUBLIC_CLIENT }, verifier } },
    { title: 'another verifier', input: { oauth, verifier: 'other' } },
    { title: 'no verifier', input: { oauth } },
    { title: 'another key', input: { oauth: { ...oauth, jkt: 'key-2' }, verifier } },
    {
      title: 'another redirect URI',
      input: { oauth: { ...oauth, redirectUri: 'https://x' }, verifier },
    },
  ])('is rejected from $title', async ({ input }) => {
    const engine = engineOf()
    await expect(redeem(engine, input, { binding })).rejects.toMatchObject({ code: 'CODE_UNKNOWN' })
    expect(engine.state.writes).toEqual([])
  })

  it.each([
    { title: 'a scope that was not granted', more: { scopes: ['kyc'] }, code: 'SCOPE_EXCEEDED' },
    {
      title: 'a resource that was not requested',
      more: { resources: ['https://files.example'] },
      code: 'INVALID_TARGET',
    },
  ])('is rejected for $title, and stays usable', async ({ more, code }) => {
    const engine = engineOf()
    const resources = ['https://api.example']
    const rejected = redeem(
      engine,
      { oauth: { ...oauth, ...more }, verifier },
      { binding: { ...binding, resources } },
    )
    await expect(rejected).rejects.toMatchObject({ code })
    expect(engine.state.writes).toEqual([])
  })
})
