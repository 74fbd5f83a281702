/**
 * @module Consultations for the authorization request of an OAuth client.
 */
import { describe, expect, it } from 'vitest'
import { consult } from '../../../src/engine/consent/consult.ts'
import type { AuthorizationRequestParams } from '../../../src/engine/records.ts'
import { ask, granted, prompted } from '../../support/consult.ts'
import {
  APP_ID,
  authorizationRequestOf,
  createEngine,
  type EngineSetup,
  grantFor,
  grantOf,
  NOW,
  OAUTH_CLIENT,
  promptedScopes,
  sha256,
  type TestEngine,
} from '../../support/engine.ts'
import { USER } from '../../support/registry.ts'

function engineOf(scopes: readonly string[], setup: EngineSetup = {}): TestEngine {
  return createEngine({ grants: [grantFor(OAUTH_CLIENT.clientId, scopes)], ...setup })
}

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
      title: 'the user that the client expects',
      scopes: ['name'],
      oauth: { subject: grantOf().subject },
      outcome: 'granted',
    },
    {
      title: 'the user that the client expects, and a prompt',
      scopes: ['avatar'],
      oauth: { subject: grantOf().subject },
      outcome: 'consent',
    },
    {
      title: 'another user than the client expects',
      scopes: ['name'],
      oauth: { subject: 'another' },
      outcome: 'LOGIN_REQUIRED',
    },
    {
      title: 'another user than the client expects, before a prompt',
      scopes: ['avatar'],
      oauth: { subject: 'another' },
      outcome: 'LOGIN_REQUIRED',
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

  it('is rejected when it expects a user and this one has no grant', async () => {
    const asked = ask(createEngine(), ['name'], { oauth: { subject: grantOf().subject } })
    await expect(asked).rejects.toMatchObject({ code: 'LOGIN_REQUIRED' })
  })

  it('is rejected when it names a grant and the user has none', async () => {
    const grant = { grantId: 1, action: 'merge' as const }
    const asked = ask(createEngine(), ['name'], { oauth: { grant } })
    await expect(asked).rejects.toMatchObject({ code: 'GRANT_UNKNOWN' })
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
    {
      title: 'a login a second older',
      oauth: { maxAge: 60 },
      authTime: NOW - 61,
      code: 'LOGIN_REQUIRED',
    },
    {
      title: 'no time of login, with a maximum age',
      oauth: { maxAge: 60 },
      code: 'LOGIN_REQUIRED',
    },
    { title: 'a login after the request', oauth: { prompts: ['login'] }, authTime: NOW - 30 },
    {
      title: 'a login a second before the request',
      oauth: { prompts: ['login'] },
      authTime: NOW - 31,
      code: 'LOGIN_REQUIRED',
    },
    { title: 'a login after the request, max_age 0', oauth: { maxAge: 0 }, authTime: NOW - 30 },
    {
      title: 'a login a second before the request, max_age 0',
      oauth: { maxAge: 0 },
      authTime: NOW - 31,
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

  it('has no time of login in the pending request when the wallet names none', async () => {
    const engine = createEngine()
    await prompted(engine, ['name'], { oauth: {} })
    const [request] = engine.state.consentRequests.values()
    expect(request?.redirect?.oauth).toStrictEqual(authorizationRequestOf())
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
    const { ports } = createEngine({ grants: [grantOf(['name'])] })
    const redirect = { uri: 'https://shop.example/back', state: 's' }
    const query = { appId: APP_ID, scopes: [{ scope: 'name' }], redirect }
    const result = await consult(ports, { user: USER, presence: 'prepared', query }, NOW)
    expect(result).toMatchObject({ kind: 'granted', redirect })
  })
})
