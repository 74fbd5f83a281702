import { describe, expect, it } from 'vitest'
import { assertDecider, completeConsent } from '../../../src/engine/consent/decide.ts'
import { requestOf } from '../../stores/records.ts'
import {
  authorizationRequestOf,
  createEngine,
  grantedOf,
  grantOf,
  NOW,
  registryWith,
  sha256,
} from '../../support/engine.ts'
import { openPrompt } from '../../support/prompt.ts'
import { USER } from '../../support/registry.ts'

describe(completeConsent, () => {
  it('issues a code for the granted scopes, and records the sign-in', async () => {
    const { engine, decide, complete } = await openPrompt({ codeChallenge: 'challenge' })
    await decide(['name'])
    const completed = await complete()
    if (completed.kind !== 'granted') throw new Error(completed.kind)
    expect(completed.authSuccessScopes).toEqual(['base', 'name'])
    expect(Object.keys(completed.authErrorScopes).sort()).toEqual(['avatar', 'email'])
    expect(engine.ports.credentials.openCode(completed.authCode)).toMatchObject({
      issuedAt: NOW + 6,
      codeChallenge: 'challenge',
    })
    expect(engine.state.signIns).toEqual([4711])
  })

  it('issues a code only once', async () => {
    const { decide, complete } = await openPrompt()
    await decide(['name'])
    await complete()
    await expect(complete()).rejects.toMatchObject({ code: 'CONSENT_REQUEST_USED' })
  })

  it('includes a scope that was granted once in the code of its own prompt only', async () => {
    const prompt = await openPrompt({ scopes: ['name'] })
    await prompt.decide(['name'], { lifetime: 'once' })
    await expect(prompt.complete()).resolves.toMatchObject({ authSuccessScopes: ['name'] })
    const granted = { name: grantedOf('name', { lifetime: 'once', sheetHash: 'earlier' }) }
    const other = await openPrompt({
      scopes: ['name', 'avatar'],
      grants: [grantOf([], { granted })],
    })
    await other.decide(['avatar'])
    await expect(other.complete()).resolves.toMatchObject({ authSuccessScopes: ['avatar'] })
  })

  it('declines when every scope was denied, with the reason for each scope', async () => {
    const { engine, decide, complete } = await openPrompt()
    await decide([])
    const completed = await complete()
    expect(completed).toEqual({
      kind: 'declined',
      authErrorScopes: {
        name: expect.any(String),
        avatar: expect.any(String),
        email: expect.any(String),
      },
    })
    expect(engine.state.signIns).toEqual([])
  })

  it('dismisses a request that is still pending', async () => {
    const { engine, complete } = await openPrompt()
    await expect(complete()).resolves.toMatchObject({ kind: 'dismissed' })
    expect(engine.state.grants).toEqual([])
  })

  it('dismisses a granted request when all its scopes were withdrawn meanwhile', async () => {
    const { engine, decide, complete } = await openPrompt()
    await decide(['name'])
    engine.state.grants[0] = grantOf(['kyc'], { epoch: 2, grantId: 4711 })
    await expect(complete()).resolves.toMatchObject({ kind: 'dismissed' })
    expect(engine.state.signIns).toEqual([])
  })

  it('dismisses a declined request also when its scopes are granted by another prompt', async () => {
    const { engine, decide, complete } = await openPrompt()
    await decide([])
    engine.state.grants[0] = grantOf(['name'], { epoch: 2, grantId: 4711 })
    await expect(complete()).resolves.toMatchObject({ kind: 'declined' })
  })

  it.each<{ title: string; more: object; code: string }>([
    {
      title: 'another user',
      more: { user: { walletId: 'w', userId: 'other' } },
      code: 'CONSENT_REQUEST_UNKNOWN',
    },
    {
      title: 'the same user id in another wallet',
      more: { user: { walletId: 'x', userId: 'u' } },
      code: 'CONSENT_REQUEST_UNKNOWN',
    },
    {
      title: 'a request after ten minutes',
      more: { now: NOW + 600 },
      code: 'CONSENT_REQUEST_EXPIRED',
    },
  ])('rejects $title, and the request can still be completed', async ({ more, code }) => {
    const { decide, complete } = await openPrompt()
    await decide(['name'])
    await expect(complete(more)).rejects.toMatchObject({ code })
    await expect(complete()).resolves.toMatchObject({ kind: 'granted' })
  })

  it('rejects an unknown request', async () => {
    const { ports } = createEngine()
    const completed = completeConsent(ports, { consentRequestId: 'cr_unknown', user: USER }, NOW)
    await expect(completed).rejects.toMatchObject({ code: 'CONSENT_REQUEST_UNKNOWN' })
  })

  it.each([
    { title: 'its own page', pageInstance: 'page-1', code: undefined },
    { title: 'another page', pageInstance: 'page-2', code: 'PAGE_GONE' },
    { title: 'no page', pageInstance: undefined, code: 'PAGE_GONE' },
  ])('for $title: $code', async ({ pageInstance, code }) => {
    const { engine, decide, complete } = await openPrompt({ pageInstance: 'page-1' })
    await decide(['name'])
    const completed = complete(pageInstance === undefined ? {} : { pageInstance })
    if (!code) return expect((await completed).kind).toBe('granted')
    await expect(completed).rejects.toMatchObject({ code })
    expect(engine.state.signIns).toEqual([])
    // The request is consumed: the page cannot complete it later.
    await expect(complete({ pageInstance: 'page-1' })).rejects.toMatchObject({
      code: 'CONSENT_REQUEST_USED',
    })
  })

  it('is rejected when the mini program was suspended meanwhile', async () => {
    const { engine, consentRequestId, decide } = await openPrompt()
    await decide(['name'])
    const ports = { ...engine.ports, registry: registryWith({ active: false }) }
    const completed = completeConsent(ports, { consentRequestId, user: USER }, NOW)
    await expect(completed).rejects.toMatchObject({ code: 'NOT_PERMITTED' })
    expect(engine.state.signIns).toEqual([])
  })

  it('issues no code to a guardian: the minor requests again', async () => {
    const setup = { directoryUser: { status: 'ACTIVE', guardianId: 'g' }, guardianId: 'g' } as const
    const guardian = { walletId: 'w', userId: 'g' }
    const { decide, complete } = await openPrompt(setup)
    await decide(['name'])
    await expect(complete()).rejects.toMatchObject({ code: 'CONSENT_REQUEST_UNKNOWN' })
    await expect(complete({ user: guardian })).resolves.toEqual({ kind: 'approvedByGuardian' })
    const denied = await openPrompt(setup)
    await denied.decide([])
    await expect(denied.complete({ user: guardian })).resolves.toMatchObject({ kind: 'declined' })
  })

  it.each([
    { title: 'granted', granted: ['name'] },
    { title: 'declined', granted: [] },
  ])('consumes the request of an OAuth client when it is $title', async ({ granted }) => {
    const redirect = { uri: 'https://shop.example/back', oauth: authorizationRequestOf() }
    const { engine, decide, complete } = await openPrompt({ redirect })
    await decide(granted)
    await expect(complete()).resolves.toMatchObject({ redirect })
    expect([...engine.state.consumed.keys()]).toEqual([sha256('answer request-1')])
  })

  it('is rejected when the request of the OAuth client was completed before', async () => {
    const redirect = { uri: 'https://shop.example/back', oauth: authorizationRequestOf() }
    const { engine, decide, complete } = await openPrompt({ redirect })
    engine.state.consumed.set(sha256('answer request-1'), NOW)
    await decide([])
    await expect(complete()).rejects.toMatchObject({ code: 'AUTH_REQUEST_INVALID' })
  })

  it('redirects to the redirect URL of a prepared request without an OAuth client', async () => {
    const redirect = { uri: 'https://shop.example/back', state: 's' }
    const { engine, decide, complete } = await openPrompt({ redirect })
    await decide([])
    await expect(complete()).resolves.toMatchObject({ kind: 'declined', redirect })
    expect(engine.state.consumed.size).toBe(0)
  })
})

describe(assertDecider, () => {
  const guardian = { walletId: 'w', userId: 'g' }
  it.each([
    { title: 'the user of the request', request: requestOf(), user: USER, is: true },
    {
      title: 'the guardian of the user',
      request: requestOf({ guardianId: 'g' }),
      user: guardian,
      is: true,
    },
    {
      title: 'a minor whose guardian decides',
      request: requestOf({ guardianId: 'g' }),
      user: USER,
      is: false,
    },
    { title: 'another user', request: requestOf(), user: guardian, is: false },
    {
      title: 'a user of another wallet',
      request: requestOf(),
      user: { ...USER, walletId: 'x' },
      is: false,
    },
    { title: 'any user, without a request', request: undefined, user: USER, is: false },
  ])('accepts $title: $is', ({ request, user, is }) => {
    const require = (): void => assertDecider(request, user)
    if (is) expect(require).not.toThrow()
    else expect(require).toThrow(expect.objectContaining({ code: 'CONSENT_REQUEST_UNKNOWN' }))
  })
})
