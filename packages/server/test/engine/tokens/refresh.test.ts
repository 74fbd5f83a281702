/**
 * @module Refresh with rotation (RFC 6749 §6, RFC 9700 §4.14.2): retries get the same successor, reuse ends the authorization.
 */
import { describe, expect, it } from 'vitest'
import { endAuthorization } from '../../../src/engine/events.ts'
import type { Authorization } from '../../../src/engine/records.ts'
import {
  REFRESH_RETRY_WINDOW_SECONDS,
  type RefreshInput,
  refreshTokens,
} from '../../../src/engine/tokens/refresh.ts'
import {
  authorizationIdAt,
  authorizationOf,
  CLIENT,
  createEngine,
  DAY,
  type EngineSetup,
  grantOf,
  NOW,
  OAUTH_CLIENT,
  OTHER_CLIENT,
  PUBLIC_CLIENT,
  refreshTokenOf,
  registryWith,
  type TestEngine,
} from '../../support/engine.ts'

function engineOf(row: Partial<Authorization> = {}, setup: EngineSetup = {}): TestEngine {
  return createEngine({
    grants: [grantOf(['base', 'name'])],
    authorizations: [authorizationOf(row)],
    ...setup,
  })
}

async function refresh(
  engine: TestEngine,
  input: Partial<RefreshInput> = {},
  {
    scopes = ['base', 'name'],
    now = NOW,
    ...claims
  }: NonNullable<Parameters<typeof refreshTokenOf>[2]> & {
    scopes?: readonly string[]
    now?: number
  } = {},
): ReturnType<typeof refreshTokens> {
  const refreshToken = input.refreshToken ?? (await refreshTokenOf(engine, scopes, claims))
  return refreshTokens(engine.ports, { client: CLIENT, reference: {}, ...input, refreshToken }, now)
}

describe(refreshTokens, () => {
  it('rotates the refresh token and issues an access token, with one write', async () => {
    const engine = engineOf()
    const issued = await refresh(engine)
    expect(engine.state.writes).toEqual(['rotateRefresh'])
    expect(engine.state.consistencies).toEqual([{ strong: false, minSequence: 0 }])
    expect(issued).toMatchObject({
      accessTokenExpiresAt: NOW + 3600,
      refreshTokenExpiresAt: NOW + 30 * DAY,
      refreshToken: await refreshTokenOf(engine, ['base', 'name'], { generation: 1 }),
      scopes: ['base', 'name'],
      grant: { subject: 'subject-1' },
    })
  })

  it('does not extend the authorization: the access token ends with it', async () => {
    const expiresAt = NOW + 100
    const issued = await refresh(engineOf({ expiresAt }))
    expect([issued.accessTokenExpiresAt, issued.refreshTokenExpiresAt]).toEqual([
      expiresAt,
      expiresAt,
    ])
  })

  it.each<{ title: string; directoryUser: EngineSetup['directoryUser']; code: string }>([
    {
      title: 'does not exist any more',
      directoryUser: undefined,
      code: 'REFRESH_TOKEN_UNKNOWN',
    },
    { title: 'is frozen', directoryUser: { status: 'FROZEN' }, code: 'USER_NOT_ACTIVE' },
    { title: 'has no readable status', directoryUser: {}, code: 'USER_NOT_ACTIVE' },
  ])('is rejected when the account $title, and consumes nothing', async (row) => {
    const { directoryUser, code } = row
    const engine = engineOf({}, { directoryUser })
    await expect(refresh(engine)).rejects.toMatchObject({ code })
    expect(engine.state.writes).toEqual([])
    engine.state.directoryUser = { status: 'ACTIVE' }
    await expect(refresh(engine)).resolves.toMatchObject({ scopes: ['base', 'name'] })
  })

  it('is rejected when the account is closed, which withdraws all grants', async () => {
    const engine = engineOf({}, { directoryUser: { status: 'INACTIVE' } })
    await expect(refresh(engine)).rejects.toMatchObject({ code: 'REFRESH_TOKEN_UNKNOWN' })
    expect(engine.state.changes).toMatchObject([
      { revokes: true, outbox: { event: { reason: 'ACCOUNT_CLOSED', scopes: ['base', 'name'] } } },
    ])
    engine.state.directoryUser = { status: 'ACTIVE' }
    await expect(refresh(engine)).rejects.toMatchObject({ code: 'REFRESH_TOKEN_UNKNOWN' })
  })

  it('leaves out what a user who is now a minor granted without a guardian', async () => {
    const directoryUser = { status: 'ACTIVE', guardianId: 'parent' } as const
    expect((await refresh(engineOf({}, { directoryUser }))).scopes).toEqual(['base'])
    const grants = [grantOf(['name'])]
    const alone = refresh(engineOf({}, { directoryUser, grants }), {}, { scopes: ['name'] })
    await expect(alone).rejects.toMatchObject({ code: 'REFRESH_TOKEN_UNKNOWN' })
  })

  it('leaves out a scope that was withdrawn since', async () => {
    const issued = await refresh(engineOf({}, { grants: [grantOf(['name'])] }))
    expect(issued.scopes).toEqual(['name'])
  })

  it('reads the status with strong consistency for a sensitive scope', async () => {
    const engine = engineOf({}, { grants: [grantOf(['birthday'])] })
    await refresh(engine, {}, { scopes: ['birthday'] })
    expect(engine.state.consistencies).toEqual([{ strong: true, minSequence: 0 }])
  })

  it.each([
    { title: 'a text that is no refresh token', input: { refreshToken: 'nonsense' } },
    { title: 'a token of an unknown grant', claims: { grantId: 1 } },
    { title: 'a token of another client', input: { client: OTHER_CLIENT } },
    { title: 'a token of an unknown scope set', claims: { scopeSet: 99 } },
    {
      title: 'a token of an unknown authorization',
      claims: { authorizationId: authorizationIdAt(NOW, 9) },
    },
    { title: 'a token of an older epoch', claims: { epoch: 0 } },
    { title: 'a token of an ended authorization', row: { endedAt: NOW - 1 } },
    {
      title: 'a token of a suspended mini program',
      setup: { registry: registryWith({ active: false }) },
    },
    { title: 'a token from up to a revocation by time', setup: { revokedThrough: NOW - 10 } },
  ])('rejects $title, and writes nothing', async ({ input, claims, row, setup }) => {
    const engine = engineOf(row, setup)
    await expect(refresh(engine, input, claims)).rejects.toMatchObject({
      code: 'REFRESH_TOKEN_UNKNOWN',
    })
    expect(engine.state.writes).toEqual([])
  })

  it('accepts a token from after a revocation by time', async () => {
    const engine = engineOf({}, { revokedThrough: NOW - 11 })
    await expect(refresh(engine)).resolves.toHaveProperty('accessToken')
  })

  it('rejects another reference than the token’s, and the token stays usable', async () => {
    const engine = engineOf()
    await expect(refresh(engine, { reference: { appId: 'other' } })).rejects.toMatchObject({
      code: 'REFERENCE_MISMATCH',
    })
    expect(engine.state.writes).toEqual([])
  })

  it.each([
    { title: 'one second before', now: NOW + 99, code: undefined },
    { title: 'at', now: NOW + 100, code: 'REFRESH_TOKEN_EXPIRED' },
  ])('$title the end of the authorization: $code', async ({ now, code }) => {
    const engine = engineOf({ expiresAt: NOW + 100 })
    const refreshed = refresh(engine, {}, { now })
    if (code) await expect(refreshed).rejects.toMatchObject({ code })
    else await expect(refreshed).resolves.toHaveProperty('accessToken')
    expect(engine.state.events).toEqual([])
  })
})

describe('a refresh token that was rotated before', () => {
  const rotatedAt = NOW - REFRESH_RETRY_WINDOW_SECONDS

  it('gets the same successor within the retry window', async () => {
    const engine = engineOf({ generation: 3, rotatedAt })
    const issued = await refresh(engine, {}, { generation: 2 })
    expect(issued.refreshToken).toBe(
      await refreshTokenOf(engine, ['base', 'name'], { generation: 3 }),
    )
    expect([...engine.state.authorizations.values()]).toEqual([
      authorizationOf({ generation: 3, rotatedAt }),
    ])
  })

  it.each([
    {
      title: 'after the retry window',
      row: { generation: 3, rotatedAt: rotatedAt - 1 },
      generation: 2,
    },
    { title: 'two generations later', row: { generation: 3, rotatedAt }, generation: 1 },
    {
      title: 'of a generation that does not exist yet',
      row: { generation: 3, rotatedAt },
      generation: 4,
    },
  ])('ends the authorization $title', async ({ row, generation }) => {
    const engine = engineOf(row)
    await expect(refresh(engine, {}, { generation })).rejects.toMatchObject({
      code: 'REFRESH_TOKEN_USED',
    })
    expect([...engine.state.authorizations.values()]).toEqual([
      authorizationOf({ ...row, endedAt: NOW }),
    ])
    expect(engine.state.events).toMatchObject([{ reason: 'REFRESH_TOKEN_REUSED' }])
  })

  it.each([
    { reason: 'CODE_REPLAYED', detail: 'authCode was sent again more than 10 s' },
    { reason: 'REFRESH_TOKEN_REUSED', detail: 'had been replaced was sent again' },
    { reason: 'MERCHANT', detail: 'Your server cancelled them.' },
  ] as const)('says that its authorization ended by $reason', async ({ reason, detail }) => {
    const engine = engineOf()
    await endAuthorization(engine.ports.store, authorizationOf(), reason, NOW)
    await expect(refresh(engine)).rejects.toMatchObject({
      code: 'AUTHORIZATION_ENDED',
      endReason: reason,
      detail: expect.stringContaining(detail),
    })
  })

  it('is unknown when a concurrent reuse has ended the authorization first', async () => {
    const engine = engineOf(
      { generation: 3, rotatedAt },
      { store: { endAuthorization: async () => 0 } },
    )
    await expect(refresh(engine, {}, { generation: 1 })).rejects.toMatchObject({
      code: 'REFRESH_TOKEN_UNKNOWN',
    })
  })

  it.each([
    { title: 'has ended', current: authorizationOf({ generation: 1, endedAt: NOW }) },
    { title: 'is gone', current: undefined },
  ])(
    'is unknown when the authorization $title between the check and the write',
    async ({ current }) => {
      const engine = engineOf(
        { generation: 1 },
        { store: { rotateRefresh: async () => undefined, readAuthorization: async () => current } },
      )
      await expect(refresh(engine)).rejects.toMatchObject({ code: 'REFRESH_TOKEN_UNKNOWN' })
    },
  )
})

describe('a refresh token of an OAuth client', () => {
  const binding = { clientId: OAUTH_CLIENT.clientId, jkt: 'key-1' }
  const oauth = { client: OAUTH_CLIENT, jkt: 'key-1' }

  it('keeps its binding through the rotation', async () => {
    const engine = engineOf()
    const issued = await refresh(engine, { oauth }, { binding })
    expect(issued.claims.binding).toEqual(binding)
    const { clientId } = binding
    expect(issued.refreshToken).toBe(
      await refreshTokenOf(engine, ['base', 'name'], {
        generation: 1,
        binding: { clientId, dpopBound: true },
      }),
    )
  })

  it('gives no bearer token for a grant whose tokens are bound to a key', async () => {
    const { jkt: _key, ...unproven } = oauth
    const { jkt: _, ...unbound } = binding
    const input = { oauth: unproven }
    const bound = { binding: { ...unbound, dpopBound: true } } as const
    await expect(refresh(engineOf(), input, bound)).rejects.toMatchObject({
      code: 'REFRESH_TOKEN_UNKNOWN',
    })
    const issued = await refresh(engineOf(), { oauth }, bound)
    expect(issued.claims.binding?.jkt).toBe(oauth.jkt)
  })

  it('needs no key when it is bound to none', async () => {
    const { jkt: _, ...unbound } = binding
    await expect(refresh(engineOf(), { oauth }, { binding: unbound })).resolves.toHaveProperty(
      'accessToken',
    )
  })

  it('issues an access token for fewer scopes, and the refresh token keeps all (RFC 6749 §6)', async () => {
    const engine = engineOf()
    const issued = await refresh(engine, { oauth: { ...oauth, scopes: ['name'] } }, { binding })
    expect(issued.scopes).toEqual(['name'])
    expect(engine.state.scopeSets[issued.claims.scopeSet]).toEqual(['name'])
    expect(issued.refreshToken).toContain('"scopeSet":0')
  })

  it.each([
    { title: 'the merchant API', input: {}, claims: { binding } },
    {
      title: 'another client',
      input: { oauth: { ...oauth, client: PUBLIC_CLIENT } },
      claims: { binding },
    },
    { title: 'another key', input: { oauth: { ...oauth, jkt: 'key-2' } }, claims: { binding } },
    { title: 'no key', input: { oauth: { client: OAUTH_CLIENT } }, claims: { binding } },
    {
      title: 'an OAuth client, when it was issued through the merchant API',
      input: { oauth },
      claims: {},
    },
  ])('is unknown to $title', async ({ input, claims }) => {
    const engine = engineOf()
    await expect(refresh(engine, input, claims)).rejects.toMatchObject({
      code: 'REFRESH_TOKEN_UNKNOWN',
    })
    expect(engine.state.writes).toEqual([])
  })

  it('is rejected for more scopes than it has, and stays usable', async () => {
    const engine = engineOf()
    await expect(
      refresh(engine, { oauth: { ...oauth, scopes: ['kyc'] } }, { binding }),
    ).rejects.toMatchObject({ code: 'SCOPE_EXCEEDED' })
    expect(engine.state.writes).toEqual([])
  })
})
