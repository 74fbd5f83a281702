/**
 * @module Decisions on a consent prompt: granted ⊆ shown ⊆ requested ⊆ approved, decided once and completed once.
 */
import type { ConsentDuration } from '@assent/protocol'
import { describe, expect, it } from 'vitest'
import {
  decideConsent,
  dismissConsent,
  readPendingConsent,
} from '../../../src/engine/consent/decide.ts'
import type { MiniProgram } from '../../../src/engine/registry.ts'
import {
  APP_ID,
  createEngine,
  DAY,
  grantedOf,
  grantOf,
  NOW,
  registryWith,
} from '../../support/engine.ts'
import { openPrompt, type Prompt, type Setup } from '../../support/prompt.ts'
import { USER } from '../../support/registry.ts'

describe(decideConsent, () => {
  it('grants the allowed scopes and the implicit ones, and counts no denial of an option that is left off', async () => {
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
        denied: { avatar: { deniedAt: NOW + 5, times: 0, leftOffAt: NOW + 5 } },
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
      { step: 'declined', appId: APP_ID, user: USER, scopes: ['avatar'] },
    ])
  })

  it('grants nothing, not even implicit scopes, when every scope is denied', async () => {
    const { engine, decide } = await openPrompt()
    await decide([])
    expect(engine.state.grants.map(({ epoch, granted }) => [epoch, granted])).toEqual([[1, {}]])
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
      'requested',
      'granted',
      'declined',
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
    expect([...engine.state.consentRequests.values()]).toMatchObject([{ outcome: 'dismissed' }])
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
