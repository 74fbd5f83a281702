/**
 * @module Consultations for scopes that the user has denied before.
 */
import type { ScopeRequest } from '@assent/protocol'
import { describe, expect, it } from 'vitest'
import { AssentError } from '../../../src/engine/errors.ts'
import type { Grant } from '../../../src/engine/records.ts'
import { ask, granted, prompted } from '../../support/consult.ts'
import {
  createEngine,
  DAY,
  type EngineSetup,
  grantOf,
  NOW,
  promptedScopes,
} from '../../support/engine.ts'

function deniedGrant(denied: Grant['denied'], scopes: readonly string[] = []): EngineSetup {
  return { grants: [grantOf(scopes, { denied })] }
}

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

  describe('that were left off as options', () => {
    const leftOff = { deniedAt: NOW - 100, times: 0, leftOffAt: NOW - 100 }

    it.each<{
      title: string
      denied?: Grant['denied']
      has?: string[]
      scopes: (string | ScopeRequest)[]
      oauth?: object
      prompt: string[]
    }>([
      { title: 'are prompted when nothing else is requested', scopes: ['name'], prompt: ['name'] },
      {
        title: 'are prompted beside an implicit scope',
        has: ['base'],
        scopes: ['base', 'name'],
        prompt: ['name'],
      },
      {
        title: 'are prompted when they are required',
        has: ['avatar'],
        scopes: ['avatar', { scope: 'name', required: true }],
        prompt: ['name'],
      },
      {
        title: 'are not prompted as options beside another scope',
        scopes: ['avatar', 'name'],
        prompt: ['avatar'],
      },
      {
        title: 'are prompted as options beside another scope after a day',
        denied: { name: { ...leftOff, leftOffAt: NOW - DAY } },
        scopes: ['avatar', 'name'],
        prompt: ['avatar', 'name'],
      },
      {
        title: 'are prompted when the client demands a new prompt',
        has: ['avatar'],
        scopes: ['avatar', 'name'],
        oauth: { prompts: ['consent'] },
        prompt: ['avatar', 'name'],
      },
      {
        title: 'are prompted alone when the other scope was denied',
        denied: { name: leftOff, avatar: once },
        scopes: ['avatar', 'name'],
        prompt: ['name'],
      },
    ])('$title', async ({ denied = { name: leftOff }, has, scopes, oauth, prompt }) => {
      const engine = createEngine(deniedGrant(denied, has))
      const { sheet } = await prompted(engine, scopes, oauth ? { oauth } : {})
      expect(promptedScopes(sheet)).toEqual(prompt)
    })

    it('issue a code without them beside a granted scope: the user is not asked at every login', async () => {
      const engine = createEngine(deniedGrant({ name: leftOff }, ['avatar']))
      const { authSuccessScopes, authErrorScopes } = await granted(engine, ['avatar', 'name'])
      expect([authSuccessScopes, Object.keys(authErrorScopes)]).toEqual([['avatar'], ['name']])
    })

    it('stay unasked when they were also denied', async () => {
      const engine = createEngine(deniedGrant({ name: { ...leftOff, times: 1 } }))
      await expect(ask(engine, ['name'])).rejects.toMatchObject({ code: 'DECLINED_RECENTLY' })
    })
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

  it.each<{ times: number; scopes: (string | ScopeRequest)[]; named: readonly string[] }>([
    { times: 1, scopes: [{ scope: 'name', required: true }, 'avatar'], named: ['name', 'avatar'] },
    { times: 3, scopes: ['name'], named: ['name'] },
  ])(
    'are named in the error, with the other missing scopes: $named',
    async ({ times, scopes, named }) => {
      const engine = createEngine(deniedGrant({ name: { ...once, times } }))
      const error = await ask(engine, scopes).catch((reason: unknown) => reason)
      if (!(error instanceof AssentError)) throw new Error('The request was not rejected.')
      expect(Object.keys(error.authErrorScopes ?? {})).toEqual(named)
    },
  )

  it('do not stop a request whose required scope may be prompted', async () => {
    const engine = createEngine(deniedGrant({ name: once }))
    const { sheet } = await prompted(engine, ['name', { scope: 'avatar', required: true }])
    expect(promptedScopes(sheet)).toEqual(['avatar'])
  })
})
