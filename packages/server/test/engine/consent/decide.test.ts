/**
 * @module Decisions on a consent prompt: granted ⊆ shown ⊆ requested ⊆ approved, decided once and completed once.
 */
import type { ConsentDuration } from '@assent/protocol'
import { describe, expect, it } from 'vitest'
import { consult } from '../../../src/engine/consent/consult.ts'
import {
  completeConsent,
  decideConsent,
  dismissConsent,
  readPendingConsent,
  requireOwn,
} from '../../../src/engine/consent/decide.ts'
import type { RedirectTarget } from '../../../src/engine/records.ts'
import type { MiniProgram } from '../../../src/engine/registry.ts'
import { requestOf } from '../../stores/records.ts'
import {
  APP_ID,
  authorizationRequestOf,
  createEngine,
  DAY,
  type EngineSetup,
  grantedOf,
  grantOf,
  NOW,
  REGISTRY,
  registryWith,
  sha256,
  type TestEngine,
} from '../../support/engine.ts'
import { USER } from '../../support/registry.ts'

type Prompt = {
  readonly engine: TestEngine
  readonly consentRequestId: string
  readonly sheetHash: string
  readonly decide: (
    granted: readonly string[],
    more?: {
      readonly sheetHash?: string
      readonly lifetime?: ConsentDuration
      readonly now?: number
    },
  ) => Promise<void>
  readonly complete: (more?: {
    readonly user?: typeof USER
    readonly pageInstance?: string
    readonly now?: number
  }) => ReturnType<typeof completeConsent>
}

type Setup = EngineSetup & {
  readonly scopes?: readonly (
    | string
    | { scope: string; required?: boolean; lifetime?: ConsentDuration }
  )[]
  readonly pageInstance?: string
  readonly guardianId?: string
  readonly redirect?: RedirectTarget
  readonly codeChallenge?: string
}

/** A prompt as a page has opened it. */
async function openPrompt({
  scopes = ['base', 'name', 'avatar', 'email'],
  pageInstance,
  guardianId,
  redirect,
  codeChallenge,
  ...setup
}: Setup = {}): Promise<Prompt> {
  const engine = createEngine(setup)
  const query = {
    appId: APP_ID,
    scopes: scopes.map((one) => (typeof one === 'string' ? { scope: one } : one)),
    ...(redirect && { redirect }),
    ...(codeChallenge !== undefined && { codeChallenge }),
  }
  const input = {
    user: USER,
    query,
    presence: 'prepared' as const,
    ...(pageInstance !== undefined && { pageInstance }),
    ...(guardianId !== undefined && { guardianId }),
  }
  const result = await consult(engine.ports, input, NOW)
  if (result.kind !== 'consent') throw new Error('No prompt is required.')
  const { consentRequestId, sheetHash } = result
  return {
    engine,
    consentRequestId,
    sheetHash,
    decide: (granted, { now = NOW + 5, ...more } = {}) =>
      decideConsent(engine.ports, { consentRequestId, sheetHash, granted, ...more }, now),
    complete: ({ now = NOW + 6, ...more } = {}) =>
      completeConsent(engine.ports, { consentRequestId, user: USER, ...more }, now),
  }
}

describe(decideConsent, () => {
  it('grants the allowed scopes and the implicit ones, and denies the others', async () => {
    const { engine, sheetHash, decide } = await openPrompt()
    await decide(['name'])
    const terms = { sheetHash, lifetime: '30d', expiresAt: NOW + 5 + 30 * DAY }
    expect(engine.state.grants).toMatchObject([
      {
        epoch: 1,
        granted: {
          base: { grantedAt: NOW + 5, since: 1 },
          name: { grantedAt: NOW + 5, since: 1, ...terms, fields: ['nickName', 'userName'] },
        },
        denied: { avatar: { deniedAt: NOW + 5, times: 1 } },
      },
    ])
    expect(Object.keys(engine.state.grants[0]?.granted ?? {}).sort()).toEqual(['base', 'name'])
    expect(engine.state.grants[0]?.granted['name']).not.toHaveProperty('purpose')
    expect([...engine.state.consentRequests.values()]).toMatchObject([{ outcome: 'granted' }])
  })

  it('writes the event and the receipt with the decision', async () => {
    const { engine, decide } = await openPrompt()
    await decide(['name'])
    const [change] = engine.state.changes
    expect(change?.outbox).toMatchObject({
      event: { type: 'AUTHORIZATION_GRANTED', reason: 'USER', scopes: ['base', 'name'] },
      receipt: { event: 'partial', createdAt: NOW + 5 },
    })
    expect(JSON.parse(change?.outbox?.receipt?.document ?? '')).toMatchObject({
      event: { actor: 'user' },
      processing: [
        { scope: 'name', state: 'granted' },
        { scope: 'avatar', state: 'refused' },
      ],
    })
    expect(engine.state.funnel.slice(1)).toEqual([
      { step: 'granted', appId: APP_ID, user: USER, scopes: ['name'] },
      { step: 'refused', appId: APP_ID, user: USER, scopes: ['avatar'] },
    ])
  })

  it('grants nothing, not even implicit scopes, when every scope is denied', async () => {
    const { engine, decide } = await openPrompt()
    await decide([])
    expect(engine.state.grants).toMatchObject([{ epoch: 1, granted: {} }])
    expect(Object.keys(engine.state.grants[0]?.denied ?? {})).toEqual(['name', 'avatar'])
    expect([...engine.state.consentRequests.values()]).toMatchObject([{ outcome: 'declined' }])
  })

  it('keeps the scopes that were granted before', async () => {
    const { engine, decide } = await openPrompt({ grants: [grantOf(['kyc'])] })
    await decide(['name'])
    expect(engine.state.grants[0]?.granted['kyc']).toEqual(grantedOf('kyc'))
  })

  it('keeps the version of the purpose that the prompt has shown', async () => {
    const purposes: MiniProgram['purposes'] = {
      name: { version: '3', texts: { en: 'To greet you.' } },
    }
    const { engine, decide } = await openPrompt({ registry: registryWith({ purposes }) })
    await decide(['name', 'avatar'])
    expect(engine.state.grants[0]?.granted['name']?.purpose).toBe('3')
    expect(engine.state.grants[0]?.granted['avatar']).not.toHaveProperty('purpose')
  })

  it.each<{ lifetime: ConsentDuration; expiresAt: number | undefined }>([
    { lifetime: 'once', expiresAt: NOW + 5 + 3660 },
    { lifetime: 'until_withdrawn', expiresAt: undefined },
  ])('grants for the chosen duration: $lifetime', async ({ lifetime, expiresAt }) => {
    const { engine, decide } = await openPrompt()
    await decide(['name'], { lifetime })
    const granted = engine.state.grants[0]?.granted['name']
    expect([granted?.lifetime, granted?.expiresAt]).toEqual([lifetime, expiresAt])
    expect(Object.hasOwn(granted ?? {}, 'expiresAt')).toBe(expiresAt !== undefined)
  })

  it.each<{ title: string; setup?: Setup; granted: string[]; more?: object; code: string }>([
    {
      title: 'the hash of another prompt',
      granted: ['name'],
      more: { sheetHash: 'other' },
      code: 'SHEET_HASH_MISMATCH',
    },
    { title: 'a scope that was not shown', granted: ['name', 'kyc'], code: 'DECISION_INVALID' },
    { title: 'an implicit scope, which is not shown', granted: ['base'], code: 'DECISION_INVALID' },
    {
      title: 'a duration that was not offered',
      setup: { scopes: ['kyc'] },
      granted: ['kyc'],
      more: { lifetime: 'until_withdrawn' },
      code: 'DECISION_INVALID',
    },
    {
      title: 'some scopes without a required one',
      setup: { scopes: [{ scope: 'name', required: true }, 'avatar'] },
      granted: ['avatar'],
      code: 'DECISION_INVALID',
    },
    {
      title: 'a narrower alternative of another scope than the required one',
      setup: { scopes: [{ scope: 'name', required: true }, 'birthday', 'adult'] },
      granted: ['adult'],
      code: 'DECISION_INVALID',
    },
  ])('rejects $title, and the request stays pending', async ({ setup, granted, more, code }) => {
    const { engine, decide } = await openPrompt(setup)
    await expect(decide(granted, more)).rejects.toMatchObject({ code })
    expect(engine.state.writes).toEqual(['createConsentRequest'])
    await expect(decide([])).resolves.toBeUndefined()
  })

  it.each([
    { title: 'all scopes are denied', granted: [] },
    { title: 'the required scope is granted', granted: ['birthday'] },
    { title: 'its narrower alternative is granted', granted: ['adult'] },
    { title: 'both are granted', granted: ['birthday', 'adult', 'name'] },
  ])('accepts a decision on a required scope when $title', async ({ granted }) => {
    const scopes = [{ scope: 'birthday', required: true }, 'adult', 'name']
    const { decide } = await openPrompt({ scopes })
    await expect(decide(granted)).resolves.toBeUndefined()
  })

  it.each([
    { granted: ['birthday'], denied: ['name'] },
    { granted: ['adult'], denied: ['name'] },
    { granted: ['name'], denied: ['birthday', 'adult'] },
  ])(
    'counts no denial of an alternative: granted $granted, denied $denied',
    async ({ granted, denied }) => {
      const { engine, decide } = await openPrompt({ scopes: ['birthday', 'adult', 'name'] })
      await decide(granted)
      expect(Object.keys(engine.state.grants[0]?.denied ?? {}).sort()).toEqual(denied.sort())
    },
  )

  it('applies the decision again when the grant has changed meanwhile', async () => {
    let conflicts = 0
    const prompt = await openPrompt()
    const { store } = prompt.engine.ports
    const decide = store.decideConsent
    Object.assign(store, {
      decideConsent: (...parameters: Parameters<typeof decide>) =>
        conflicts++ === 0 ? Promise.resolve('conflict') : decide(...parameters),
    })
    await prompt.decide(['name'])
    expect(conflicts).toBe(2)
    expect(prompt.engine.state.changes).toHaveLength(1)
    expect(prompt.engine.state.funnel.map(({ step }) => step)).toEqual([
      'asked',
      'granted',
      'refused',
    ])
  })

  it('is rejected when another decision was first', async () => {
    const { engine, decide } = await openPrompt()
    Object.assign(engine.ports.store, { decideConsent: async () => 'used' })
    await expect(decide(['name'])).rejects.toMatchObject({ code: 'CONSENT_REQUEST_USED' })
    expect(engine.state.funnel).toHaveLength(1)
  })

  it('is rejected when the mini program was suspended meanwhile', async () => {
    const { engine, consentRequestId, sheetHash } = await openPrompt()
    const ports = { ...engine.ports, registry: registryWith({ active: false }) }
    const decided = decideConsent(ports, { consentRequestId, sheetHash, granted: ['name'] }, NOW)
    await expect(decided).rejects.toMatchObject({ code: 'NOT_PERMITTED' })
    expect(engine.state.writes).toEqual(['createConsentRequest'])
  })

  it('by a guardian names the guardian in the receipt, and removes the guardian request', async () => {
    const setup = {
      directoryUser: { status: 'ACTIVE', guardianId: 'guardian' },
      guardianId: 'guardian',
    } as const
    const { engine, decide } = await openPrompt(setup)
    engine.state.guardianRequests.push({
      user: USER,
      guardianId: 'guardian',
      appId: APP_ID,
      scopes: [],
      requestedAt: NOW,
    })
    await decide(['name'])
    const [change] = engine.state.changes
    expect(JSON.parse(change?.outbox?.receipt?.document ?? '').event.actor).toBe('guardian')
    expect(engine.state.guardianRequests).toEqual([])
  })

  it('by the user leaves guardian requests as they are', async () => {
    const { engine, decide } = await openPrompt()
    engine.state.guardianRequests.push({
      user: USER,
      guardianId: 'guardian',
      appId: APP_ID,
      scopes: [],
      requestedAt: NOW,
    })
    await decide(['name'])
    expect(engine.state.guardianRequests).toHaveLength(1)
  })
})

describe(readPendingConsent, () => {
  it('returns the request and its prompt', async () => {
    const { engine, consentRequestId, sheetHash } = await openPrompt()
    const pending = await readPendingConsent(engine.ports, consentRequestId, NOW + 599)
    expect(pending.request.sheetHash).toBe(sheetHash)
    expect(pending.sheet.scopes.map(({ scope }) => scope)).toEqual(['name', 'avatar'])
  })

  it('rejects an unknown request', async () => {
    const read = readPendingConsent(createEngine().ports, 'cr_unknown', NOW)
    await expect(read).rejects.toMatchObject({ code: 'CONSENT_REQUEST_UNKNOWN' })
  })

  it('rejects a request after ten minutes', async () => {
    const { engine, consentRequestId, decide } = await openPrompt()
    const read = readPendingConsent(engine.ports, consentRequestId, NOW + 600)
    await expect(read).rejects.toMatchObject({ code: 'CONSENT_REQUEST_EXPIRED' })
    await expect(decide(['name'], { now: NOW + 600 })).rejects.toMatchObject({
      code: 'CONSENT_REQUEST_EXPIRED',
    })
  })

  it.each([
    { title: 'decided', end: ({ decide }: Prompt) => decide(['name']) },
    { title: 'completed', end: ({ complete }: Prompt) => complete() },
  ])('rejects a request that was $title', async ({ end }) => {
    const prompt = await openPrompt()
    await end(prompt)
    const read = readPendingConsent(prompt.engine.ports, prompt.consentRequestId, NOW)
    await expect(read).rejects.toMatchObject({ code: 'CONSENT_REQUEST_USED' })
    await expect(prompt.decide(['avatar'])).rejects.toMatchObject({ code: 'CONSENT_REQUEST_USED' })
  })
})

describe(dismissConsent, () => {
  it('grants nothing and denies nothing', async () => {
    const { engine, consentRequestId, complete } = await openPrompt()
    await dismissConsent(engine.ports, consentRequestId, NOW)
    expect([engine.state.grants, engine.state.changes]).toEqual([[], []])
    expect(engine.state.funnel.at(-1)).toEqual({
      step: 'dismissed',
      appId: APP_ID,
      user: USER,
      scopes: ['name', 'avatar'],
    })
    await expect(complete()).resolves.toMatchObject({ kind: 'dismissed' })
  })

  it('is rejected after a decision', async () => {
    const { engine, consentRequestId, decide } = await openPrompt()
    await decide(['name'])
    const dismissed = dismissConsent(engine.ports, consentRequestId, NOW)
    await expect(dismissed).rejects.toMatchObject({ code: 'CONSENT_REQUEST_USED' })
  })
})

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
    const ports = { ...engine.ports, registry: registryWith({ active: false }, REGISTRY) }
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
    await expect(complete({ user: guardian })).resolves.toEqual({ kind: 'recorded' })
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

  it('comes back to the redirect of a prepared request that has no OAuth client', async () => {
    const redirect = { uri: 'https://shop.example/back', state: 's' }
    const { engine, decide, complete } = await openPrompt({ redirect })
    await decide([])
    await expect(complete()).resolves.toMatchObject({ kind: 'declined', redirect })
    expect(engine.state.consumed.size).toBe(0)
  })
})

describe(requireOwn, () => {
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
    const require = (): void => requireOwn(request, user)
    if (is) expect(require).not.toThrow()
    else expect(require).toThrow(expect.objectContaining({ code: 'CONSENT_REQUEST_UNKNOWN' }))
  })
})
