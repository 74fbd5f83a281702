/**
 * @module Consent durations, expiry and remembered consent over real sockets, with a clock that the tests set.
 *
 * @see docs/consent.md#consent-duration
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { formatTime } from '@assent/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import type { Config } from '../../src/config/schema.ts'
import { consentCalls, consentConfig, purposeOf } from '../support/consent-journey.ts'
import {
  APP_ID,
  call,
  inquire,
  type JsonReply,
  refresh,
  startTestServer,
  type TestServer,
  USER_ID,
  walletCall,
} from '../support/server.ts'

const DAY = 86_400

let server: TestServer
beforeAll(async () => {
  server = await startTestServer(consentConfig())
})
afterAll(() => server.close())

const { request, decide, reset, tokensFor } = consentCalls(() => server)

/** The latest event of the merchant. */
async function lastEvent(): Promise<object | undefined> {
  let last: object | undefined
  for (let cursor: string | undefined; ; ) {
    const page = await call(server, '/v1/authorizations/events', {
      limit: 200,
      ...(cursor !== undefined && { cursor }),
    })
    if (page['events'].length === 0) return last
    last = page['events'].at(-1)
    cursor = page['cursor']
  }
}

const scopesOf = (prompt: JsonReply): readonly string[] =>
  prompt['sheet'].scopes.map(({ scope }: { scope: string }) => scope)

describe('a consent duration', () => {
  it.each([
    {
      lifetime: 'once',
      validAfter: 3000,
      expiredAfter: 3700,
      promptsAgain: true,
      refreshes: false,
    },
    {
      lifetime: '30d',
      validAfter: 29 * DAY,
      expiredAfter: 30 * DAY + 1,
      promptsAgain: false,
      refreshes: true,
    },
    {
      lifetime: 'until_withdrawn',
      validAfter: 90 * DAY,
      expiredAfter: 0,
      promptsAgain: false,
      refreshes: true,
    },
  ])(
    'of $lifetime limits tokens and later requests',
    async ({ lifetime, validAfter, expiredAfter, promptsAgain, refreshes }) => {
      await reset()
      const decided = await decide(await request(['auth_user']), ['auth_user'], { lifetime })
      const tokens = await tokensFor(decided)
      expect((await inquire(server, tokens['accessToken'])).result.resultCode).toBe('SUCCESS')
      // A second request: consent for `once` covers only the first.
      const again = await request(['auth_user'])
      expect(again['status']).toBe(promptsAgain ? 'CONSENT_REQUIRED' : 'GRANTED')
      if (promptsAgain) await walletCall(server, 'complete', { userId: USER_ID, ...idOf(again) })
      const startedAt = server.clock.now
      server.clock.now = startedAt + validAfter
      const later = await refresh(server, tokens['refreshToken'])
      if (refreshes) {
        expect((await inquire(server, later['accessToken'])).result.resultCode).toBe('SUCCESS')
      } else {
        // A refresh is possible and does not extend the lifetime.
        expect(later['accessTokenExpiryTime']).toBe(tokens['accessTokenExpiryTime'])
      }
      if (expiredAfter > 0) {
        server.clock.now = startedAt + expiredAfter
        const newest = await refresh(server, later['refreshToken'])
        expect(newest.result.resultStatus).toBe('F')
        expect((await request(['auth_user']))['status']).toBe('CONSENT_REQUIRED')
        server.clock.now += 61
      }
    },
  )

  it.each([
    {
      name: 'the durations of the scope’s sensitivity',
      scopes: ['CARD_LIST'],
      offered: ['once', '30d'],
    },
    {
      name: 'no longer duration than requested',
      scopes: [{ scope: 'auth_user', lifetime: 'once' }],
      offered: ['once'],
    },
    {
      name: 'the durations that all scopes permit',
      scopes: [{ scope: 'auth_user' }, { scope: 'CARD_LIST', lifetime: '30d' }],
      offered: ['once', '30d'],
    },
    {
      name: 'every duration for basic scopes',
      scopes: ['auth_user'],
      offered: ['once', '30d', 'until_withdrawn'],
    },
  ])('offers $name', async ({ scopes, offered }) => {
    await reset()
    const prompt = await request(scopes)
    expect(prompt['sheet'].lifetimes).toEqual(offered)
    expect(offered).toContain(prompt['sheet'].lifetime)
    expect(prompt['sheet'].lifetime).not.toBe('until_withdrawn')
    const wrong = await decide(prompt, scopesOf(prompt), { lifetime: 'until_withdrawn' })
    if (!offered.includes('until_withdrawn'))
      expect(wrong.result.resultCode).toBe('DECISION_INVALID')
  })

  it('that ends removes the scope from the grant, with an event and a receipt', async () => {
    await reset()
    await decide(await request(['auth_user']), ['auth_user'], { lifetime: '30d' })
    server.clock.now += 30 * DAY + 1
    const kinds = async (): Promise<readonly string[]> => {
      const { receipts } = await walletCall(server, 'receipts', { userId: USER_ID, appId: APP_ID })
      return receipts.map(({ event }: { event: string }) => event)
    }
    await expect.poll(async () => (await kinds())[0], { timeout: 15_000 }).toBe('expired')
    expect(await lastEvent()).toMatchObject({
      eventType: 'AUTHORIZATION_WITHDRAWN',
      reason: 'EXPIRED',
    })
  })

  it('does not prevent expiry of a grant that is unused for 180 days, with a notice before', async () => {
    await reset()
    const decided = await decide(await request(['auth_user']), ['auth_user'], {
      lifetime: 'until_withdrawn',
    })
    const tokens = await tokensFor(decided)
    const summary = async () =>
      (await walletCall(server, 'grants', { userId: USER_ID, appId: APP_ID }))['grants'][0]
    server.clock.now += 100 * DAY
    const renewed = await refresh(server, tokens['refreshToken'])
    expect((await inquire(server, renewed['accessToken'])).result.resultCode).toBe('SUCCESS')
    const latest = async () =>
      (await walletCall(server, 'accessLog', { userId: USER_ID, appId: APP_ID }))['accessLog'][0]
    await expect.poll(latest).toMatchObject({ accessedAt: formatTime(server.clock.now) })
    server.clock.now += 120 * DAY
    expect(await summary()).not.toHaveProperty('lapsesAt')
    server.clock.now += 50 * DAY
    expect(await summary()).toHaveProperty('lapsesAt')
    server.clock.now += 11 * DAY
    await expect.poll(summary, { timeout: 15_000 }).toBeUndefined()
    expect(await lastEvent()).toMatchObject({
      eventType: 'AUTHORIZATION_WITHDRAWN',
      reason: 'UNUSED',
    })
  })
})

/** Until a changed file is in use, also on a busy machine. */
const RELOAD = { timeout: 30_000 }

describe('an earlier consent', () => {
  const change = async (alter: (config: Config) => void): Promise<void> => {
    const path = join(server.folder, 'assent.yaml')
    const config = parse(readFileSync(path, 'utf8')) as Config
    alter(config)
    writeFileSync(path, stringify(config))
  }
  const fieldsAskedBy = async (scope: string): Promise<unknown> => {
    const prompt = await request([scope])
    await walletCall(server, 'complete', { userId: USER_ID, ...idOf(prompt) })
    return prompt['sheet'].scopes[0].fields
  }
  const promptedScopes = async (): Promise<readonly string[]> => {
    const prompt = await request(['auth_user', 'USER_EMAIL'])
    if (prompt['status'] !== 'CONSENT_REQUIRED') return []
    await walletCall(server, 'complete', { userId: USER_ID, ...idOf(prompt) })
    return scopesOf(prompt)
  }

  it.each<{ name: string; prompted: readonly string[]; alter: (config: Config) => void }>([
    {
      name: 'a changed purpose prompts again',
      prompted: ['auth_user'],
      alter: ({ clients }) => {
        const purposes = clients[0]?.miniPrograms[0]?.purposes
        if (purposes) purposes['auth_user'] = purposeOf('To show your picture to others.')
      },
    },
    {
      name: 'an added field prompts again',
      prompted: ['USER_EMAIL'],
      alter: (config) => {
        config.scopes = [{ scope: 'USER_EMAIL', fields: ['email.masked', 'nickName'] }]
      },
    },
    {
      name: 'a removed field does not prompt again',
      prompted: [],
      alter: (config) => {
        config.scopes = [{ scope: 'USER_EMAIL', fields: ['email.masked'] }]
      },
    },
  ])('is compared with the current scope: $name', async ({ prompted, alter }) => {
    await reset()
    await decide(await request(['auth_user', 'USER_EMAIL']), ['auth_user', 'USER_EMAIL'])
    expect(await promptedScopes()).toEqual([])
    await change(alter)
    if (prompted.length > 0) await expect.poll(promptedScopes, RELOAD).toEqual(prompted)
    else {
      await new Promise((resolve) => setTimeout(resolve, 1500))
      expect(await promptedScopes()).toEqual([])
    }
  })

  it('does not permit fields that the prompt did not show', async () => {
    await change((config) => {
      config.scopes = [{ scope: 'USER_EMAIL', fields: ['email.masked'] }]
    })
    await reset()
    await expect.poll(() => fieldsAskedBy('USER_EMAIL'), RELOAD).toEqual(['email.masked'])
    const tokens = await tokensFor(await decide(await request(['USER_EMAIL']), ['USER_EMAIL']))
    await change((config) => {
      config.scopes = [{ scope: 'USER_EMAIL', fields: ['email.masked', 'nickName'] }]
    })
    await expect.poll(async () => (await promptOnce(['USER_EMAIL'])).length, RELOAD).toBe(1)
    const { userInfo } = await inquire(server, tokens['accessToken'])
    expect(Object.keys(userInfo).sort()).toEqual(['contactInfos', 'userId'])
  })

  async function promptOnce(scopes: readonly string[]): Promise<readonly string[]> {
    const prompt = await request(scopes)
    if (prompt['status'] !== 'CONSENT_REQUIRED') return []
    await walletCall(server, 'complete', { userId: USER_ID, ...idOf(prompt) })
    return scopesOf(prompt)
  }
})

function idOf(prompt: JsonReply): { readonly consentRequestId: string } {
  return { consentRequestId: prompt['consentRequestId'] }
}
