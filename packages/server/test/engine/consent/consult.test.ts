/**
 * @module Consultation: which scopes are granted, which are prompted, and when a prompt is not allowed.
 */
import type { ScopeRequest } from '@assent/protocol'
import { describe, expect, it } from 'vitest'
import {
  type ConsultInput,
  type ConsultResult,
  consult,
} from '../../../src/engine/consent/consult.ts'
import type { AuthorizationRequestParams, Grant } from '../../../src/engine/records.ts'
import {
  APP_ID,
  authorizationRequestOf,
  createEngine,
  DAY,
  type EngineSetup,
  grantedOf,
  grantOf,
  NOW,
  promptedScopes,
  REGISTRY,
  registryWith,
  sha256,
  type TestEngine,
} from '../../support/engine.ts'
import { USER } from '../../support/registry.ts'

const PRESENT = { visible: true, firstScreen: false, deepLink: false, userGestureAt: NOW }

type Request = Omit<Partial<ConsultInput>, 'query'> & {
  readonly codeChallenge?: string
  readonly oauth?: Partial<AuthorizationRequestParams>
  readonly now?: number
}

function ask(
  { ports }: TestEngine,
  scopes: readonly (string | ScopeRequest)[],
  { codeChallenge, oauth, now = NOW, ...input }: Request = {},
): Promise<ConsultResult> {
  const query = {
    appId: APP_ID,
    scopes: scopes.map((scope) => (typeof scope === 'string' ? { scope } : scope)),
    ...(codeChallenge !== undefined && { codeChallenge }),
    ...(oauth && {
      redirect: { uri: 'https://shop.example/back', oauth: authorizationRequestOf(oauth) },
    }),
  }
  return consult(ports, { user: USER, presence: PRESENT, ...input, query }, now)
}

function granted(
  engine: TestEngine,
  ...request: Parameters<typeof ask> extends [unknown, ...infer R] ? R : never
) {
  return ask(engine, ...request).then((result) => {
    if (result.kind !== 'granted') throw new Error('A prompt is required.')
    return result
  })
}

function prompted(
  engine: TestEngine,
  ...request: Parameters<typeof ask> extends [unknown, ...infer R] ? R : never
) {
  return ask(engine, ...request).then((result) => {
    if (result.kind !== 'consent') throw new Error('No prompt is required.')
    return result
  })
}

function engineOf(scopes: readonly string[], setup: EngineSetup = {}): TestEngine {
  return createEngine({ grants: [grantOf(scopes)], ...setup })
}

function deniedGrant(denied: Grant['denied'], scopes: readonly string[] = []): EngineSetup {
  return { grants: [grantOf(scopes, { denied })] }
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
          denied: {},
        },
        outbox: { event: { type: 'AUTHORIZATION_GRANTED', reason: 'SILENT', scopes: ['base'] } },
      },
    ])
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
      { step: 'asked', appId: APP_ID, user: USER, scopes: ['avatar'] },
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

  it.each([
    { title: 'an unknown user', directoryUser: undefined, code: 'USER_UNKNOWN' },
    {
      title: 'a frozen user',
      directoryUser: { status: 'FROZEN' as const },
      code: 'USER_NOT_ACTIVE',
    },
  ])('is rejected for $title', async ({ directoryUser, code }) => {
    await expect(ask(createEngine({ directoryUser }), ['name'])).rejects.toMatchObject({ code })
  })
})

describe('scopes and mini programs that are not available', () => {
  it.each<{ title: string; setup: EngineSetup; request?: Request; code: string }>([
    {
      title: 'an unknown mini program',
      setup: { registry: { ...REGISTRY, miniPrograms: new Map() } },
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
    await expect(ask(createEngine(), ['email', 'gone'])).rejects.toMatchObject({
      code: 'SCOPE_NOT_APPROVED',
      authErrorScopes: { email: expect.any(String), gone: expect.any(String) },
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

describe('denied scopes', () => {
  const once = { deniedAt: NOW - 100, times: 1 }
  const permanently = { deniedAt: 0, times: 3 }
  const rest = DAY - 100

  it.each<{
    title: string
    denied: Grant['denied']
    scopes: (string | ScopeRequest)[]
    prompt: string[]
  }>([
    {
      title: 'a denied scope beside another',
      denied: { name: once },
      scopes: ['name', 'avatar'],
      prompt: ['avatar'],
    },
    {
      title: 'a permanently denied scope beside another',
      denied: { name: permanently },
      scopes: ['name', 'avatar'],
      prompt: ['avatar'],
    },
    {
      title: 'nothing after a day',
      denied: { name: { deniedAt: NOW - DAY, times: 1 } },
      scopes: ['name'],
      prompt: ['name'],
    },
    {
      title: 'nothing after a withdrawal',
      denied: { name: { deniedAt: NOW, times: 0 } },
      scopes: ['name'],
      prompt: ['name'],
    },
  ])('leaves out $title: $prompt', async ({ denied, scopes, prompt }) => {
    const { sheet } = await prompted(createEngine(deniedGrant(denied)), scopes)
    expect(promptedScopes(sheet)).toEqual(prompt)
  })

  it('issues a code without a denied scope when another one is granted', async () => {
    const engine = createEngine(deniedGrant({ name: once }, ['avatar']))
    const { authSuccessScopes, authErrorScopes } = await granted(engine, ['name', 'avatar'])
    expect([authSuccessScopes, Object.keys(authErrorScopes)]).toEqual([['avatar'], ['name']])
  })

  it.each<{
    title: string
    denied: Grant['denied']
    has?: string[]
    scopes: (string | ScopeRequest)[]
    error: object
  }>([
    {
      title: 'when nothing else is requested',
      denied: { name: once },
      scopes: ['name'],
      error: { code: 'DECLINED_RECENTLY', retryAfterSeconds: rest },
    },
    {
      title: 'when only an implicit scope is requested beside it',
      denied: { name: once },
      has: ['base'],
      scopes: ['base', 'name'],
      error: { code: 'DECLINED_RECENTLY', retryAfterSeconds: rest },
    },
    {
      title: 'for the longest of their cooldowns',
      denied: { name: once, avatar: { deniedAt: NOW - 10, times: 2 } },
      scopes: ['name', 'avatar'],
      error: { code: 'DECLINED_RECENTLY', retryAfterSeconds: DAY - 10 },
    },
    {
      title: 'permanently after three denials',
      denied: { name: permanently },
      scopes: ['name'],
      error: { code: 'DECLINED_REPEATEDLY', retryAfterSeconds: undefined },
    },
    {
      title: 'when one of them is required',
      denied: { name: once },
      scopes: [{ scope: 'name', required: true }, 'avatar'],
      error: { code: 'DECLINED_RECENTLY', retryAfterSeconds: rest },
    },
    {
      title: 'when one of them is required beside a granted scope',
      denied: { name: once },
      has: ['avatar'],
      scopes: [{ scope: 'name', required: true }, 'avatar'],
      error: { code: 'DECLINED_RECENTLY', retryAfterSeconds: rest },
    },
    {
      title: 'for the required scope only',
      denied: { name: { deniedAt: NOW - 10, times: 1 }, kyc: once },
      scopes: ['name', { scope: 'kyc', required: true }, 'avatar'],
      error: { code: 'DECLINED_RECENTLY', retryAfterSeconds: rest },
    },
  ])('stop the request $title', async ({ denied, has, scopes, error }) => {
    const engine = createEngine(deniedGrant(denied, has))
    await expect(ask(engine, scopes)).rejects.toMatchObject(error)
    expect(engine.state.writes).toEqual([])
  })

  it('are named in the error, with the other scopes that are not granted', async () => {
    const engine = createEngine(deniedGrant({ name: once }))
    const asked = ask(engine, [{ scope: 'name', required: true }, 'avatar'])
    await expect(asked).rejects.toMatchObject({
      authErrorScopes: { name: expect.any(String), avatar: expect.any(String) },
    })
    const denied = createEngine(deniedGrant({ name: permanently }))
    await expect(ask(denied, ['name'])).rejects.toMatchObject({
      authErrorScopes: { name: expect.any(String) },
    })
  })

  it('do not stop a request whose required scope may be prompted', async () => {
    const engine = createEngine(deniedGrant({ name: once }))
    const { sheet } = await prompted(engine, ['name', { scope: 'avatar', required: true }])
    expect(promptedScopes(sheet)).toEqual(['avatar'])
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

  it('sees an ordinary prompt when there is no guardian', async () => {
    expect((await prompted(createEngine(), ['name'])).sheet).not.toHaveProperty('forMinor')
  })
})

describe('the request of an OAuth client', () => {
  it('gets a code with its binding, and is consumed', async () => {
    const engine = engineOf(['name'])
    const oauth = { nonce: 'n', jkt: 'k', resources: ['https://api.example'] }
    const result = await granted(engine, ['name'], { oauth, authTime: NOW - 5 })
    expect(result.redirect?.uri).toBe('https://shop.example/back')
    expect(engine.ports.credentials.openCode(result.authCode)?.binding).toEqual({
      clientId: 'web-shop',
      challenge: sha256('verifier'),
      redirectHash: sha256('https://shop.example/back'),
      ...oauth,
      authTime: NOW - 5,
    })
    expect([...engine.state.consumed]).toEqual([[sha256('answer request-1'), NOW + 570]])
  })

  it('has a minimal binding when it requests nothing more', async () => {
    const engine = engineOf(['name'])
    const { authCode } = await granted(engine, ['name'], { oauth: {} })
    expect(engine.ports.credentials.openCode(authCode)?.binding).toEqual({
      clientId: 'web-shop',
      challenge: sha256('verifier'),
      redirectHash: sha256('https://shop.example/back'),
    })
  })

  it('is rejected when it was completed before', async () => {
    const engine = engineOf(['name'])
    await granted(engine, ['name'], { oauth: {} })
    const again = ask(engine, ['name'], { oauth: {} })
    await expect(again).rejects.toMatchObject({ code: 'AUTH_REQUEST_INVALID' })
  })

  it.each([
    {
      title: 'prompt none needs no prompt when all is granted',
      scopes: ['name'],
      oauth: { prompts: ['none'] as const },
      outcome: 'granted',
    },
    {
      title: 'prompt none is rejected when a prompt is required',
      scopes: ['avatar'],
      oauth: { prompts: ['none'] as const },
      outcome: 'CONSENT_REQUIRED',
    },
    {
      title: 'prompt consent shows a granted scope again',
      scopes: ['base', 'name'],
      oauth: { prompts: ['consent'] as const },
      outcome: 'consent',
    },
    {
      title: 'prompt consent does not show an implicit scope',
      scopes: ['base'],
      oauth: { prompts: ['consent'] as const },
      outcome: 'granted',
    },
    { title: 'no prompt parameter', scopes: ['name'], oauth: { prompts: [] }, outcome: 'granted' },
    {
      title: 'its own grant',
      scopes: ['name'],
      oauth: { grant: { grantId: grantOf().grantId, action: 'merge' as const } },
      outcome: 'granted',
    },
    {
      title: 'another grant',
      scopes: ['name'],
      oauth: { grant: { grantId: 1, action: 'merge' as const } },
      outcome: 'GRANT_UNKNOWN',
    },
  ])('$title: $outcome', async ({ scopes, oauth, outcome }) => {
    const asked = ask(engineOf(['base', 'name']), scopes, { oauth })
    if (outcome === 'granted' || outcome === 'consent')
      await expect(asked).resolves.toMatchObject({ kind: outcome })
    else await expect(asked).rejects.toMatchObject({ code: outcome })
  })

  it('shows only granted scopes that are not implicit when the prompt is requested again', async () => {
    const { sheet } = await prompted(engineOf(['base', 'name']), ['base', 'name'], {
      oauth: { prompts: ['consent'] },
    })
    expect(promptedScopes(sheet)).toEqual(['name'])
  })

  it('withdraws the scopes that it does not request when it replaces its grant', async () => {
    const engine = engineOf(['base', 'name', 'avatar'])
    const grant = { grantId: grantOf().grantId, action: 'replace' as const }
    const { authSuccessScopes } = await granted(engine, ['base', 'name'], { oauth: { grant } })
    expect(authSuccessScopes).toEqual(['base', 'name'])
    expect(engine.state.changes).toMatchObject([
      { revokes: true, outbox: { event: { scopes: ['avatar'], reason: 'MERCHANT' } } },
    ])
  })

  it.each([{ action: 'merge' as const }, { action: 'replace' as const }])(
    'withdraws nothing with the action $action when it requests all granted scopes',
    async ({ action }) => {
      const engine = engineOf(['name'])
      const grant = { grantId: grantOf().grantId, action }
      await granted(engine, ['name'], { oauth: { grant } })
      expect(engine.state.changes).toEqual([])
    },
  )

  it.each<{
    title: string
    oauth: Partial<AuthorizationRequestParams>
    authTime?: number
    code?: string
  }>([
    { title: 'no requirement, and no time of login', oauth: {} },
    { title: 'a login within the maximum age', oauth: { maxAge: 60 }, authTime: NOW - 60 },
    { title: 'a login 10 s older: the clock tolerance', oauth: { maxAge: 60 }, authTime: NOW - 70 },
    {
      title: 'a login 11 s older',
      oauth: { maxAge: 60 },
      authTime: NOW - 71,
      code: 'LOGIN_REQUIRED',
    },
    {
      title: 'no time of login, with a maximum age',
      oauth: { maxAge: 60 },
      code: 'LOGIN_REQUIRED',
    },
    { title: 'a login after the request', oauth: { prompts: ['login'] }, authTime: NOW - 30 },
    {
      title: 'a login 10 s before the request: the clock tolerance',
      oauth: { prompts: ['login'] },
      authTime: NOW - 40,
    },
    {
      title: 'a login 11 s before the request',
      oauth: { prompts: ['login'] },
      authTime: NOW - 41,
      code: 'LOGIN_REQUIRED',
    },
    {
      title: 'no time of login, with prompt login',
      oauth: { prompts: ['login'] },
      code: 'LOGIN_REQUIRED',
    },
    {
      title: 'a recent login before the request',
      oauth: { prompts: ['login'], maxAge: 3600 },
      authTime: NOW - 100,
      code: 'LOGIN_REQUIRED',
    },
    {
      title: 'an old login after an older request',
      oauth: { prompts: ['login'], maxAge: 10, requestedAt: NOW - 500 },
      authTime: NOW - 100,
      code: 'LOGIN_REQUIRED',
    },
    {
      title: 'an old login, with prompt consent',
      oauth: { prompts: ['none'] },
      authTime: NOW - 5000,
    },
  ])('$title: $code', async ({ oauth, authTime, code }) => {
    const asked = ask(engineOf(['name']), ['name'], {
      oauth,
      ...(authTime !== undefined && { authTime }),
    })
    if (code) await expect(asked).rejects.toMatchObject({ code })
    else await expect(asked).resolves.toMatchObject({ kind: 'granted' })
  })

  it('keeps the time of login in the pending request', async () => {
    const engine = createEngine()
    await prompted(engine, ['name'], { oauth: {}, authTime: NOW - 5 })
    const [request] = engine.state.consentRequests.values()
    expect(request?.redirect?.oauth).toEqual(authorizationRequestOf({ authTime: NOW - 5 }))
  })
})

describe('a redirect of a prepared request without OAuth', () => {
  it('needs no login, and comes back with the code', async () => {
    const { ports } = engineOf(['name'])
    const redirect = { uri: 'https://shop.example/back', state: 's' }
    const query = { appId: APP_ID, scopes: [{ scope: 'name' }], redirect }
    const result = await consult(ports, { user: USER, presence: 'prepared', query }, NOW)
    expect(result).toMatchObject({ kind: 'granted', redirect })
  })
})
