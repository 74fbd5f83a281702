/**
 * @module Denials, narrower alternatives, testers, guardians and user presence over real sockets, with a clock that the tests set.
 *
 * @see docs/consent.md
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { consentCalls, consentConfig } from '../support/consent-journey.ts'
import {
  APP_ID,
  call,
  inquire,
  type JsonReply,
  OTHER_APP_ID,
  presentContext,
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

const scopesOf = (prompt: JsonReply): readonly string[] =>
  prompt['sheet'].scopes.map(({ scope }: { scope: string }) => scope)

describe('a denial', () => {
  it('prevents further prompts for 24 hours, even for 1,000 requests', async () => {
    await reset()
    await decide(await request(['auth_user']), [])
    const causes = new Set<string>()
    for (let n = 0; n < 999; n++) causes.add((await request(['auth_user'])).result.resultCode)
    expect([...causes]).toEqual(['DECLINED_RECENTLY'])
    const denied = await request(['auth_user'])
    expect(denied['retryAfterSeconds']).toBe(DAY)
    expect(denied['authErrorScopes']).toEqual({ auth_user: '10001' })
    server.clock.now += DAY - 1
    expect((await request(['auth_user']))['retryAfterSeconds']).toBe(1)
    server.clock.now += 1
    expect((await request(['auth_user']))['status']).toBe('CONSENT_REQUIRED')
  })

  it('is permanent after three times, until the user clears denials', async () => {
    await reset()
    for (let n = 0; n < 3; n++) {
      await decide(await request(['auth_user']), [])
      server.clock.now += DAY
    }
    server.clock.now += 1000 * DAY
    expect((await request(['auth_user'])).result.resultCode).toBe('DECLINED_REPEATEDLY')
    await walletCall(server, 'clearDenials', { userId: USER_ID, appId: APP_ID })
    expect((await request(['auth_user']))['status']).toBe('CONSENT_REQUIRED')
  })

  it('of an optional scope does not affect the other scopes', async () => {
    await reset()
    const both = await request([{ scope: 'auth_user', required: true }, 'USER_EMAIL'])
    const decided = await decide(both, ['auth_user'])
    expect(decided['authSuccessScopes']).toEqual(['auth_user'])
    expect(decided['authErrorScopes']).toEqual({ USER_EMAIL: '10001' })
    const again = await request(['auth_user', 'USER_EMAIL'])
    expect(again).toMatchObject({ status: 'GRANTED', authErrorScopes: { USER_EMAIL: '10001' } })
    // The user left an option off, which is no denial: a request that needs the scope shows it.
    const required = ['auth_user', { scope: 'USER_EMAIL', required: true }]
    const needed = await request(required)
    expect(scopesOf(needed)).toEqual(['USER_EMAIL'])
    await decide(needed, [])
    expect((await request(required)).result.resultCode).toBe('DECLINED_RECENTLY')
    expect(scopesOf(await request(['USER_EMAIL', 'USER_BIRTHDAY']))).toEqual(['USER_BIRTHDAY'])
  })
})

describe('narrower alternatives', () => {
  it('are shown below the wider scope, and either satisfies the request', async () => {
    await reset()
    const scopes = [{ scope: 'USER_BIRTHDAY', required: true }, 'USER_AGE_OVER_18']
    const prompt = await request(scopes)
    const rows = prompt['sheet'].scopes
    expect(rows).toMatchObject([
      { scope: 'USER_BIRTHDAY', required: true },
      { scope: 'USER_AGE_OVER_18', required: false, insteadOf: 'USER_BIRTHDAY' },
    ])
    const tokens = await tokensFor(await decide(prompt, ['USER_AGE_OVER_18']))
    const { userInfo } = await inquire(server, tokens['accessToken'])
    expect(userInfo).toEqual({ userId: expect.any(String), extendInfo: '{"isOver18":true}' })
    // The request is satisfied, so there is no further prompt.
    expect(await request(scopes)).toMatchObject({
      status: 'GRANTED',
      authSuccessScopes: ['USER_AGE_OVER_18'],
    })
    expect(scopesOf(await request(['USER_BIRTHDAY']))).toEqual(['USER_BIRTHDAY'])
  })

  it('can exist in any number', async () => {
    await reset()
    const prompt = await request(['RELAY_EMAIL', 'PLAINTEXT_EMAIL_ADDRESS', 'USER_EMAIL'])
    expect(scopesOf(prompt)).toEqual(['PLAINTEXT_EMAIL_ADDRESS', 'RELAY_EMAIL', 'USER_EMAIL'])
  })
})

describe('an unverified mini program', () => {
  it.each([
    {
      who: 'a user who is not a tester',
      userId: USER_ID,
      scopes: ['auth_base'],
      code: 'NOT_A_TESTER',
    },
    { who: 'a tester', userId: 'tester', scopes: ['auth_base'], code: 'SUCCESS' },
    {
      who: 'a tester with a restricted scope',
      userId: 'tester',
      scopes: ['CARD_LIST'],
      code: 'SCOPE_NOT_APPROVED',
    },
  ])('used by $who results in $code', async ({ userId, scopes, code }) => {
    expect((await request(scopes, { appId: 'young-app', userId })).result.resultCode).toBe(code)
  })
})

describe('the request of a minor', () => {
  const guardian = { userId: 'user-guardian' }
  const minor = { userId: 'user-minor' }

  it('waits for the guardian’s decision, which then applies to the minor', async () => {
    const pending = await request(['auth_user', 'USER_EMAIL'], minor)
    expect(pending.result.resultCode).toBe('GUARDIAN_PENDING')
    const { guardianRequests } = await walletCall(server, 'guardianRequests', guardian)
    expect(guardianRequests).toMatchObject([{ ...minor, appId: APP_ID, name: 'Kopi House' }])
    const prompt = await walletCall(server, 'openGuardianRequest', {
      ...guardian,
      minorId: minor.userId,
      appId: APP_ID,
    })
    // `once` is not offered, because the minor's next request would already be the second.
    expect(prompt['sheet']).toMatchObject({
      forMinor: true,
      lifetimes: ['30d', 'until_withdrawn'],
      lifetime: '30d',
    })
    // The minor cannot decide, even with the id and hash of the prompt.
    const own = await decide(prompt, ['auth_user'], minor)
    expect(own.result.resultCode).toBe('CONSENT_REQUEST_UNKNOWN')
    const decided = await decide(prompt, ['auth_user'], guardian)
    expect(decided['status']).toBe('APPROVED_BY_GUARDIAN')
    expect(decided).not.toHaveProperty('authCode')
    expect((await walletCall(server, 'guardianRequests', guardian))['guardianRequests']).toEqual([])
    const again = await request(['auth_user', 'USER_EMAIL'], minor)
    expect(again).toMatchObject({ status: 'GRANTED', authSuccessScopes: ['auth_user'] })
    const { receipts } = await walletCall(server, 'receipts', minor)
    const [, body = ''] = receipts[0].document.split('.')
    const record = JSON.parse(Buffer.from(body, 'base64url').toString())
    expect(record.event).toMatchObject({ type: 'partial', actor: 'guardian' })
  })

  it('cannot be opened by a user who is not the guardian', async () => {
    await request(['USER_BIRTHDAY'], minor)
    const prompt = await walletCall(server, 'openGuardianRequest', {
      userId: USER_ID,
      minorId: minor.userId,
      appId: APP_ID,
    })
    expect(prompt.result.resultCode).toBe('CONSENT_REQUEST_UNKNOWN')
  })
})

describe('the user-presence check', () => {
  const requestWith = (context: object) =>
    request(['auth_user'], { context: { ...presentContext(server.clock), ...context } })

  it.each([
    { name: 'the first screen', context: { firstScreen: true }, code: 'FIRST_SCREEN' },
    { name: 'a deep link', context: { firstScreen: true, deepLink: true }, code: 'DEEP_LINK' },
    { name: 'a hidden page', context: { visible: false }, code: 'NOT_VISIBLE' },
    {
      name: 'an old tap',
      context: { userGestureAt: '2020-01-01T00:00:00Z' },
      code: 'NO_USER_GESTURE',
    },
    { name: 'a missing tap', context: { userGestureAt: undefined }, code: 'NO_USER_GESTURE' },
    {
      name: 'a tap that is too old, even if its time is recent',
      context: { userGestureAgeMilliseconds: 5001 },
      code: 'NO_USER_GESTURE',
    },
  ])('rejects $name with $code', async ({ context, code }) => {
    await reset()
    expect((await requestWith(context)).result.resultCode).toBe(code)
  })

  it.each([
    { clock: 'an hour slow', hours: -1 },
    { clock: 'an hour fast', hours: 1 },
  ])('accepts the age of a recent tap from a host whose clock is $clock', async ({ hours }) => {
    await reset()
    const userGestureAt = new Date((server.clock.now + hours * 3600) * 1000).toISOString()
    const prompt = await requestWith({ userGestureAgeMilliseconds: 4999.5, userGestureAt })
    expect(prompt['status']).toBe('CONSENT_REQUIRED')
  })

  it('opens one prompt for 1,000 concurrent requests', async () => {
    await reset()
    const replies = await Promise.all(Array.from({ length: 1000 }, () => request(['auth_user'])))
    const prompts = replies.filter((reply) => reply['status'] === 'CONSENT_REQUIRED')
    const codes = new Set(replies.map(({ result }) => result.resultCode))
    expect(prompts).toHaveLength(1)
    expect([...codes].sort()).toEqual(['CONSENT_ALREADY_OPEN', 'SUCCESS'])
  })

  it('returns a code only to the page that made the request', async () => {
    for (const pageInstance of ['another', undefined]) {
      await reset()
      const prompt = await requestWith({ pageInstance: 'page' })
      const result = await decide(prompt, ['auth_user'], { ...(pageInstance && { pageInstance }) })
      expect(result.result.resultCode).toBe('PAGE_GONE')
      // The request is completed, so the first page cannot receive the code either.
      const late = await walletCall(server, 'complete', {
        userId: USER_ID,
        pageInstance: 'page',
        ...idOf(prompt),
      })
      expect(late.result.resultCode).toBe('CONSENT_REQUEST_USED')
    }
    await reset()
    const own = await requestWith({ pageInstance: 'page' })
    expect((await decide(own, ['auth_user'], { pageInstance: 'page' }))['status']).toBe('GRANTED')
  })

  it('counts rejected requests by cause', async () => {
    const metrics = await server.readMetrics()
    for (const code of [
      'FIRST_SCREEN',
      'DEEP_LINK',
      'NOT_VISIBLE',
      'NO_USER_GESTURE',
      'CONSENT_ALREADY_OPEN',
    ])
      expect(metrics).toMatch(
        new RegExp(`assent_http_request_duration_seconds_count{[^}]*result="${code}"[^}]*} [1-9]`),
      )
  })
})

describe('the test server API', () => {
  it('is not available on a production server', async () => {
    for (const path of [
      '/test-server',
      '/test-server/code',
      '/test-server/time',
      '/test-server/fail',
    ])
      expect((await fetch(`${server.url}${path}`)).status, path).not.toBe(200)
    const reply = await call(server, '/test-server/time', { advanceSeconds: 1 })
    expect(reply.result.resultCode).toBe('INVALID_API')
  })
})

describe('a denial for one mini program', () => {
  it('does not affect another mini program', async () => {
    await reset()
    await reset(OTHER_APP_ID)
    await decide(await request(['auth_user']), [])
    const other = await request(['auth_user'], { appId: OTHER_APP_ID })
    expect(other['status']).toBe('CONSENT_REQUIRED')
  })
})

function idOf(prompt: JsonReply): { readonly consentRequestId: string } {
  return { consentRequestId: prompt['consentRequestId'] }
}
