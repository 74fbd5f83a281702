import { describe, expect, it } from 'vitest'
import { ask, granted, PRESENT, prompted, type Request } from '../../support/consult.ts'
import {
  APP_ID,
  createEngine,
  type EngineSetup,
  grantedOf,
  grantOf,
  NOW,
  promptedScopes,
  REGISTRY_PARTS,
  registryWith,
  sha256,
  type TestEngine,
} from '../../support/engine.ts'
import { registryOf, USER } from '../../support/registry.ts'

function engineOf(scopes: readonly string[], setup: EngineSetup = {}): TestEngine {
  return createEngine({ grants: [grantOf(scopes)], ...setup })
}

describe('without a prompt', () => {
  it('issues a code for granted scopes at once, and records the sign-in', async () => {
    const engine = engineOf(['base', 'name'])
    const result = await granted(engine, ['base', 'name', 'email'])
    expect(result).toMatchObject({
      authSuccessScopes: ['base', 'name'],
      authErrorScopes: { email: expect.any(String) },
    })
    expect(result).not.toHaveProperty('redirect')
    const code = engine.ports.credentials.openCode(result.authCode)
    expect(code).toMatchObject({ grantId: grantOf().grantId, epoch: 1, issuedAt: NOW })
    expect(code).not.toHaveProperty('codeChallenge')
    expect(engine.state.scopeSets[code?.scopeSet ?? -1]).toEqual(['base', 'name'])
    expect(engine.state.writes).toEqual([])
    expect(engine.state.signIns).toEqual([grantOf().grantId])
  })

  it('binds the code to the challenge of the request', async () => {
    const engine = engineOf(['name'])
    const { authCode } = await granted(engine, ['name'], { codeChallenge: 'challenge' })
    expect(engine.ports.credentials.openCode(authCode)?.codeChallenge).toBe('challenge')
  })

  it('requires no user presence', async () => {
    const presence = { ...PRESENT, visible: false }
    await expect(granted(engineOf(['name']), ['name'], { presence })).resolves.toBeDefined()
  })

  it('grants an implicit scope to a new user, and creates the grant', async () => {
    const engine = createEngine()
    const result = await granted(engine, ['base'])
    expect(result.authSuccessScopes).toEqual(['base'])
    expect(engine.state.changes).toMatchObject([
      {
        revokes: false,
        next: {
          grantId: 4711,
          user: USER,
          appId: APP_ID,
          clientNumber: 1,
          epoch: 1,
          granted: { base: { grantedAt: NOW, since: 1 } },
        },
        outbox: { event: { type: 'AUTHORIZATION_GRANTED', reason: 'SILENT', scopes: ['base'] } },
      },
    ])
    expect(engine.state.grants[0]?.denied).toEqual({})
    expect(engine.ports.credentials.openCode(result.authCode)?.epoch).toBe(1)
  })

  it('adds an implicit scope to a grant, and leaves the others as they are', async () => {
    const engine = engineOf(['name'])
    const result = await granted(engine, ['base', 'name'])
    expect(result.authSuccessScopes).toEqual(['base', 'name'])
    expect(engine.state.grants[0]?.granted).toEqual({
      base: { grantedAt: NOW, since: 2 },
      name: grantedOf('name'),
    })
  })

  it('grants an implicit scope again after it has expired', async () => {
    const engine = createEngine({
      grants: [grantOf([], { granted: { base: grantedOf('base', { expiresAt: NOW + 1 }) } })],
    })
    await granted(engine, ['base'])
    expect(engine.state.writes).toEqual([])
  })
})

describe('a prompt', () => {
  it('shows the missing scopes, and the request waits ten minutes for the decision', async () => {
    const engine = engineOf(['name'])
    const result = await prompted(engine, ['base', 'name', 'avatar', 'email'], {
      codeChallenge: 'challenge',
      pageInstance: 'page-1',
    })
    expect(promptedScopes(result.sheet)).toEqual(['avatar'])
    expect(result.consentRequestId).toBe('cr_random-24-1')
    expect(result.expiresAt).toBe(NOW + 600)
    const [request] = engine.state.consentRequests.values()
    expect(request).toEqual({
      idHash: sha256(result.consentRequestId),
      user: USER,
      appId: APP_ID,
      requested: ['base', 'name', 'avatar'],
      unapproved: ['email'],
      codeChallenge: 'challenge',
      sheet: expect.any(String),
      sheetHash: result.sheetHash,
      pageInstance: 'page-1',
      expiresAt: NOW + 600,
    })
    expect(JSON.parse(request?.sheet ?? '')).toEqual(result.sheet)
    expect(sha256(request?.sheet ?? '')).toBe(result.sheetHash)
    expect(engine.state.funnel).toEqual([
      { step: 'requested', appId: APP_ID, user: USER, scopes: ['avatar'] },
    ])
    expect([engine.state.writes, engine.state.signIns]).toEqual([['createConsentRequest'], []])
  })

  it('keeps neither a page nor a guardian when the request has none', async () => {
    const engine = createEngine()
    await prompted(engine, ['name'])
    const [request] = engine.state.consentRequests.values()
    expect(Object.keys(request ?? {}).sort()).toEqual([
      'appId',
      'expiresAt',
      'idHash',
      'requested',
      'sheet',
      'sheetHash',
      'unapproved',
      'user',
    ])
  })

  it.each([
    { title: 'that was granted once', more: { lifetime: 'once' as const } },
    { title: 'that has expired', more: { expiresAt: NOW } },
    { title: 'whose fields were fewer', more: { fields: [] } },
  ])('shows a granted scope $title', async ({ more }) => {
    const engine = createEngine({
      grants: [grantOf([], { granted: { name: grantedOf('name', more) } })],
    })
    expect(promptedScopes((await prompted(engine, ['name'])).sheet)).toEqual(['name'])
  })

  it('is in the language of the request, or else of the user', async () => {
    const engine = createEngine({ directoryUser: { status: 'ACTIVE', locale: 'zh-CN' } })
    expect((await prompted(engine, ['name'])).sheet.locale).toBe('zh')
    expect((await prompted(engine, ['name'], { locale: 'es-MX' })).sheet.locale).toBe('es')
  })

  it('is limited to one per user for a minute', async () => {
    const windows: unknown[] = []
    const engine = createEngine({
      store: {
        createConsentRequest: async (_request, window) => {
          windows.push(window)
          return false
        },
      },
    })
    await expect(ask(engine, ['name'])).rejects.toMatchObject({ code: 'CONSENT_ALREADY_OPEN' })
    expect(windows).toEqual([{ openSince: NOW - 60, at: NOW }])
    expect(engine.state.funnel).toEqual([])
  })

  it.each([
    { title: 'the page is hidden', more: { visible: false }, code: 'NOT_VISIBLE' },
    { title: 'the page is the first screen', more: { firstScreen: true }, code: 'FIRST_SCREEN' },
    { title: 'there was no tap', more: { userGestureAt: undefined }, code: 'NO_USER_GESTURE' },
  ])('is rejected when $title', async ({ more, code }) => {
    const engine = createEngine()
    const asked = ask(engine, ['name'], { presence: { ...PRESENT, ...more } })
    await expect(asked).rejects.toMatchObject({ code })
    expect(engine.state.writes).toEqual([])
  })

  it('needs no user presence for a prepared request: its user has opened the page', async () => {
    await expect(
      prompted(createEngine(), ['name'], { presence: 'prepared' }),
    ).resolves.toBeDefined()
  })
})

describe.each([
  { title: 'an implicit scope', scopes: ['base'], has: [] },
  { title: 'a granted scope', scopes: ['base', 'name'], has: ['base', 'name'] },
  { title: 'a scope that needs a prompt', scopes: ['name'], has: [] },
])('a request for $title', ({ scopes, has }) => {
  it.each<{ title: string; directoryUser: EngineSetup['directoryUser']; code: string }>([
    { title: 'an unknown user', directoryUser: undefined, code: 'USER_UNKNOWN' },
    {
      title: 'a user with a frozen account',
      directoryUser: { status: 'FROZEN' },
      code: 'USER_NOT_ACTIVE',
    },
    { title: 'a user without a status', directoryUser: {}, code: 'USER_NOT_ACTIVE' },
  ])('is rejected for $title, and changes nothing', async ({ directoryUser, code }) => {
    const engine = engineOf(has, { directoryUser })
    await expect(ask(engine, scopes)).rejects.toMatchObject({ code })
    expect([engine.state.writes, engine.state.signIns]).toEqual([[], []])
  })

  it('is rejected for a closed account, which loses its grants', async () => {
    const engine = engineOf(has, { directoryUser: { status: 'INACTIVE' } })
    await expect(ask(engine, scopes)).rejects.toMatchObject({ code: 'USER_NOT_ACTIVE' })
    expect(engine.state.grants[0]?.granted).toEqual({})
    expect(engine.state.changes.map(({ outbox }) => outbox?.event)).toMatchObject(
      has.length === 0
        ? []
        : [{ type: 'AUTHORIZATION_WITHDRAWN', reason: 'ACCOUNT_CLOSED', scopes: has }],
    )
    await expect(ask(engine, scopes)).rejects.toMatchObject({ code: 'USER_NOT_ACTIVE' })
    expect(engine.state.changes).toHaveLength(has.length === 0 ? 0 : 1)
  })

  it('is rejected when the directory does not respond', async () => {
    const engine = engineOf(has)
    const cause = new Error('timeout')
    const directory = { findUser: () => Promise.reject(cause) }
    const asked = ask({ ...engine, ports: { ...engine.ports, directory } }, scopes)
    await expect(asked).rejects.toMatchObject({ code: 'USER_UNAVAILABLE', cause })
    expect(engine.state.writes).toEqual([])
  })
})

describe('scopes and mini programs that are not available', () => {
  it.each<{ title: string; setup: EngineSetup; request?: Request; code: string }>([
    {
      title: 'an unknown mini program',
      setup: { registry: registryOf({ ...REGISTRY_PARTS, miniPrograms: [] }) },
      code: 'NOT_PERMITTED',
    },
    {
      title: 'a suspended mini program',
      setup: { registry: registryWith({ active: false }) },
      code: 'NOT_PERMITTED',
    },
    {
      title: 'an unknown wallet',
      setup: {},
      request: { user: { walletId: 'x', userId: 'u' } },
      code: 'NOT_PERMITTED',
    },
    {
      title: 'an unverified mini program, for a user who is no tester',
      setup: { registry: registryWith({ verified: false }) },
      code: 'NOT_A_TESTER',
    },
  ])('rejects $title', async ({ setup, request, code }) => {
    await expect(ask(createEngine(setup), ['name'], request)).rejects.toMatchObject({ code })
  })

  it('rejects a request in which no scope is approved, and names the scopes', async () => {
    const error = await ask(createEngine(), ['email', 'gone']).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'SCOPE_NOT_APPROVED' })
    expect(error).toHaveProperty('authErrorScopes', {
      email: expect.any(String),
      gone: expect.any(String),
    })
  })
})

describe('a narrower alternative', () => {
  const full = ['birthday', 'adult']

  it('is prompted beside the scope that it is narrower than', async () => {
    expect(promptedScopes((await prompted(createEngine(), full)).sheet)).toEqual(full)
  })

  it.each([{ has: 'adult' }, { has: 'birthday' }])(
    'is not prompted when $has is granted: the question is answered',
    async ({ has }) => {
      const result = await granted(engineOf([has]), full)
      expect(result.authSuccessScopes).toEqual([has])
    },
  )

  it('does not answer for other scopes', async () => {
    const { sheet } = await prompted(engineOf(['adult']), [...full, 'name'])
    expect(promptedScopes(sheet)).toEqual(['name'])
  })

  it('does not answer when it is granted and not requested', async () => {
    const { sheet } = await prompted(engineOf(['adult']), ['birthday'])
    expect(promptedScopes(sheet)).toEqual(['birthday'])
  })
})

describe('a minor', () => {
  const directoryUser = { status: 'ACTIVE', guardianId: 'guardian' } as const

  it('is not prompted: the request waits for the guardian', async () => {
    const engine = createEngine({ directoryUser })
    await expect(ask(engine, ['base', 'name'])).rejects.toMatchObject({ code: 'GUARDIAN_PENDING' })
    expect(engine.state.guardianRequests).toEqual([
      {
        user: USER,
        guardianId: 'guardian',
        appId: APP_ID,
        scopes: [{ scope: 'name' }],
        requestedAt: NOW,
      },
    ])
    expect(engine.state.writes).toEqual([])
  })

  it('has prompts that the guardian decides, and none for one use', async () => {
    const engine = createEngine({ directoryUser })
    const { sheet } = await prompted(engine, ['name'], {
      guardianId: 'guardian',
      presence: 'prepared',
    })
    expect([sheet.forMinor, sheet.lifetimes]).toEqual([true, ['30d', 'until_withdrawn']])
    expect([...engine.state.consentRequests.values()]).toMatchObject([{ guardianId: 'guardian' }])
  })

  it('rejects the decision of a user who is not the guardian', async () => {
    const engine = createEngine({ directoryUser })
    const asked = ask(engine, ['name'], { guardianId: 'other' })
    await expect(asked).rejects.toMatchObject({ code: 'GUARDIAN_PENDING' })
    expect(engine.state.guardianRequests).toMatchObject([{ guardianId: 'guardian' }])
  })

  it('rejects a guardian for a user who has none, and stores no guardian request', async () => {
    const engine = createEngine()
    const asked = ask(engine, ['name'], { guardianId: 'other' })
    await expect(asked).rejects.toMatchObject({ code: 'GUARDIAN_PENDING' })
    expect(engine.state.guardianRequests).toEqual([])
  })

  it('does not use what was granted before it was known to be a minor', async () => {
    const engine = engineOf(['base', 'name'], { directoryUser })
    await expect(ask(engine, ['base', 'name'])).rejects.toMatchObject({ code: 'GUARDIAN_PENDING' })
  })

  it('uses what the guardian granted, also when it is of age', async () => {
    const byGuardian = { base: grantedOf('base'), name: grantedOf('name', { byGuardian: true }) }
    const grants = [grantOf([], { granted: byGuardian })]
    for (const user of [directoryUser, { status: 'ACTIVE' } as const]) {
      const engine = createEngine({ grants, directoryUser: user })
      const { authSuccessScopes } = await granted(engine, ['base', 'name'])
      expect(authSuccessScopes).toEqual(['base', 'name'])
    }
  })

  it('signs in with an implicit scope', async () => {
    const { authSuccessScopes } = await granted(createEngine({ directoryUser }), ['base'])
    expect(authSuccessScopes).toEqual(['base'])
  })

  it('sees an ordinary prompt when there is no guardian', async () => {
    expect((await prompted(createEngine(), ['name'])).sheet).not.toHaveProperty('forMinor')
  })
})
