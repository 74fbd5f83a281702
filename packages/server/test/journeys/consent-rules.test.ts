/**
 * @module What a user decides and for how long it holds, over real sockets and through time (requirements R059–R064, R073, R076).
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { formatTime } from '@assent/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import type { Config } from '../../src/config/schema.ts'
import {
  APP_ID,
  call,
  consultFor,
  inquire,
  type JsonReply,
  OTHER_APP_ID,
  presentContext,
  redeem,
  refresh,
  startTestServer,
  type TestServer,
  testConfig,
  USER_ID,
  WALLET_ID,
  walletCall,
} from '../support/server.ts'

const DAY = 86_400

let server: TestServer
beforeAll(async () => {
  server = await startTestServer(configOf())
})
afterAll(() => server.close())

function configOf(): Config {
  const config = testConfig()
  const [kopi] = config.clients
  if (!kopi) throw new Error('there is no client')
  const [coffee] = kopi.miniPrograms
  if (!coffee) throw new Error('there is no mini program')
  coffee.scopes = [
    'auth_base',
    'auth_user',
    'USER_BIRTHDAY',
    'USER_AGE_OVER_18',
    'USER_EMAIL',
    'RELAY_EMAIL',
    'PLAINTEXT_EMAIL_ADDRESS',
    'CARD_LIST',
  ]
  coffee.purposes = { auth_user: purposeOf('To greet you by your name.') }
  kopi.miniPrograms.push({
    appId: 'young-app',
    name: 'Young',
    domains: [],
    scopes: ['auth_base', 'auth_user', 'CARD_LIST'],
    testers: [`${WALLET_ID}/tester`],
  })
  return config
}

function purposeOf(en: string): Record<string, string> {
  const texts = { zh: '用于称呼你。', fil: 'Para batiin ka.', id: 'Untuk menyapa Anda.' }
  return { en, ...texts, ms: 'Untuk menyapa anda.', ar: 'لمخاطبتك باسمك.', es: 'Para saludarte.' }
}

type Asking = { readonly userId?: string; readonly appId?: string; readonly context?: object }

function ask(scopes: unknown, more: Asking = {}): Promise<JsonReply> {
  return consultFor(server, scopes, more)
}

function decide(
  asked: JsonReply,
  granted: readonly string[],
  more: object = {},
): Promise<JsonReply> {
  const { consentRequestId, sheetHash } = asked
  expect(asked['status'], JSON.stringify(asked)).toBe('CONSENT_REQUIRED')
  return walletCall(server, 'decide', {
    userId: USER_ID,
    consentRequestId,
    sheetHash,
    granted,
    ...more,
  })
}

/** Who was asked before is done with: nothing is held, nothing is refused. */
async function afresh(appId = APP_ID): Promise<void> {
  await walletCall(server, 'revoke', { userId: USER_ID, appId })
  await walletCall(server, 'clearDenials', { userId: USER_ID, appId })
  server.clock.now += 61
}

async function tokensFor(decided: JsonReply): Promise<JsonReply> {
  expect(decided['status']).toBe('GRANTED')
  return redeem(server, decided['authCode'])
}

/** What the merchant was told last. */
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

const scopesShown = (asked: JsonReply): readonly string[] =>
  asked['sheet'].scopes.map(({ scope }: { scope: string }) => scope)

describe('for how long', () => {
  it.each([
    { lifetime: 'once', alive: 3000, over: 3700, asksAgain: true, refreshes: false },
    { lifetime: '30d', alive: 29 * DAY, over: 30 * DAY + 1, asksAgain: false, refreshes: true },
    { lifetime: 'until_withdrawn', alive: 90 * DAY, over: 0, asksAgain: false, refreshes: true },
  ])('$lifetime', async ({ lifetime, alive, over, asksAgain, refreshes }) => {
    await afresh()
    const decided = await decide(await ask(['auth_user']), ['auth_user'], { lifetime })
    const tokens = await tokensFor(decided)
    expect((await inquire(server, tokens['accessToken'])).result.resultCode).toBe('SUCCESS')
    // The same page asks a moment later: what was for once is not remembered.
    const again = await ask(['auth_user'])
    expect(again['status']).toBe(asksAgain ? 'CONSENT_REQUIRED' : 'GRANTED')
    if (asksAgain) await walletCall(server, 'complete', { userId: USER_ID, ...idOf(again) })
    const startedAt = server.clock.now
    server.clock.now = startedAt + alive
    const later = await refresh(server, tokens['refreshToken'])
    if (refreshes) {
      expect((await inquire(server, later['accessToken'])).result.resultCode).toBe('SUCCESS')
    } else {
      // It can be exchanged, and lives not a second longer for it.
      expect(later['accessTokenExpiryTime']).toBe(tokens['accessTokenExpiryTime'])
    }
    if (over > 0) {
      server.clock.now = startedAt + over
      const newest = await refresh(server, later['refreshToken'])
      expect(newest.result.resultStatus).toBe('F')
      expect((await ask(['auth_user']))['status']).toBe('CONSENT_REQUIRED')
      server.clock.now += 61
    }
  })

  it.each([
    { name: 'what the tier offers', scopes: ['CARD_LIST'], offered: ['once', '30d'] },
    {
      name: 'no longer than is asked for',
      scopes: [{ scope: 'auth_user', lifetime: 'once' }],
      offered: ['once'],
    },
    {
      name: 'what fits all of them',
      scopes: [{ scope: 'auth_user' }, { scope: 'CARD_LIST', lifetime: '30d' }],
      offered: ['once', '30d'],
    },
    {
      name: 'everything, for what is basic',
      scopes: ['auth_user'],
      offered: ['once', '30d', 'until_withdrawn'],
    },
  ])('offers $name', async ({ scopes, offered }) => {
    await afresh()
    const asked = await ask(scopes)
    expect(asked['sheet'].lifetimes).toEqual(offered)
    expect(offered).toContain(asked['sheet'].lifetime)
    expect(asked['sheet'].lifetime).not.toBe('until_withdrawn')
    const wrong = await decide(asked, scopesShown(asked), { lifetime: 'until_withdrawn' })
    if (!offered.includes('until_withdrawn'))
      expect(wrong.result.resultCode).toBe('DECISION_INVALID')
  })

  it('a scope that is over is taken from the grant, and its merchant and its user are told', async () => {
    await afresh()
    await decide(await ask(['auth_user']), ['auth_user'], { lifetime: '30d' })
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

  it('what nobody uses lapses after 180 days, with a notice before', async () => {
    await afresh()
    const decided = await decide(await ask(['auth_user']), ['auth_user'], {
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

describe('a no', () => {
  it('is quiet for 24 hours: 1,000 asks, one sheet', async () => {
    await afresh()
    await decide(await ask(['auth_user']), [])
    const causes = new Set<string>()
    for (let n = 0; n < 999; n++) causes.add((await ask(['auth_user'])).result.resultCode)
    expect([...causes]).toEqual(['DECLINED_RECENTLY'])
    const refused = await ask(['auth_user'])
    expect(refused['retryAfterSeconds']).toBe(DAY)
    expect(refused['authErrorScopes']).toEqual({ auth_user: '10001' })
    server.clock.now += DAY - 1
    expect((await ask(['auth_user']))['retryAfterSeconds']).toBe(1)
    server.clock.now += 1
    expect((await ask(['auth_user']))['status']).toBe('CONSENT_REQUIRED')
  })

  it('is for good after three, until the user allows asking', async () => {
    await afresh()
    for (let n = 0; n < 3; n++) {
      await decide(await ask(['auth_user']), [])
      server.clock.now += DAY
    }
    server.clock.now += 1000 * DAY
    expect((await ask(['auth_user'])).result.resultCode).toBe('DECLINED_REPEATEDLY')
    await walletCall(server, 'clearDenials', { userId: USER_ID, appId: APP_ID })
    expect((await ask(['auth_user']))['status']).toBe('CONSENT_REQUIRED')
  })

  it('to an option lets the rest be asked and given', async () => {
    await afresh()
    const both = await ask([{ scope: 'auth_user', required: true }, 'USER_EMAIL'])
    const decided = await decide(both, ['auth_user'])
    expect(decided['authSuccessScopes']).toEqual(['auth_user'])
    expect(decided['authErrorScopes']).toEqual({ USER_EMAIL: '10001' })
    const again = await ask(['auth_user', 'USER_EMAIL'])
    expect(again).toMatchObject({ status: 'GRANTED', authErrorScopes: { USER_EMAIL: '10001' } })
    // Needed for what the user wants to do: then it is told why nothing happens.
    const needed = await ask(['auth_user', { scope: 'USER_EMAIL', required: true }])
    expect(needed.result.resultCode).toBe('DECLINED_RECENTLY')
    expect(scopesShown(await ask(['USER_EMAIL', 'USER_BIRTHDAY']))).toEqual(['USER_BIRTHDAY'])
  })
})

describe('a remembered yes', () => {
  const change = async (alter: (config: Config) => void): Promise<void> => {
    const path = join(server.folder, 'assent.yaml')
    const config = parse(readFileSync(path, 'utf8')) as Config
    alter(config)
    writeFileSync(path, stringify(config))
  }
  const askedScopes = async (): Promise<readonly string[]> => {
    const asked = await ask(['auth_user', 'USER_EMAIL'])
    if (asked['status'] !== 'CONSENT_REQUIRED') return []
    await walletCall(server, 'complete', { userId: USER_ID, ...idOf(asked) })
    return scopesShown(asked)
  }

  it.each<{ name: string; asks: readonly string[]; alter: (config: Config) => void }>([
    {
      name: 'another purpose',
      asks: ['auth_user'],
      alter: ({ clients }) => {
        const purposes = clients[0]?.miniPrograms[0]?.purposes
        if (purposes) purposes['auth_user'] = purposeOf('To show your picture to others.')
      },
    },
    {
      name: 'one field more',
      asks: ['USER_EMAIL'],
      alter: (config) => {
        config.scopes = [{ scope: 'USER_EMAIL', fields: ['email.masked', 'nickName'] }]
      },
    },
    {
      name: 'one field less',
      asks: [],
      alter: (config) => {
        config.scopes = [{ scope: 'USER_EMAIL', fields: ['email.masked'] }]
      },
    },
  ])('does not answer for $name', async ({ asks, alter }) => {
    await afresh()
    await decide(await ask(['auth_user', 'USER_EMAIL']), ['auth_user', 'USER_EMAIL'])
    expect(await askedScopes()).toEqual([])
    await change(alter)
    if (asks.length > 0) await expect.poll(askedScopes, { timeout: 10_000 }).toEqual(asks)
    else {
      await new Promise((resolve) => setTimeout(resolve, 1500))
      expect(await askedScopes()).toEqual([])
    }
  })

  it('opens no field that was not shown', async () => {
    await change((config) => {
      config.scopes = [{ scope: 'USER_EMAIL', fields: ['email.masked'] }]
    })
    await new Promise((resolve) => setTimeout(resolve, 1500))
    await afresh()
    const tokens = await tokensFor(await decide(await ask(['USER_EMAIL']), ['USER_EMAIL']))
    await change((config) => {
      config.scopes = [{ scope: 'USER_EMAIL', fields: ['email.masked', 'nickName'] }]
    })
    await expect
      .poll(async () => (await askedOnce(['USER_EMAIL'])).length, { timeout: 10_000 })
      .toBe(1)
    const { userInfo } = await inquire(server, tokens['accessToken'])
    expect(Object.keys(userInfo).sort()).toEqual(['contactInfos', 'userId'])
  })

  async function askedOnce(scopes: readonly string[]): Promise<readonly string[]> {
    const asked = await ask(scopes)
    if (asked['status'] !== 'CONSENT_REQUIRED') return []
    await walletCall(server, 'complete', { userId: USER_ID, ...idOf(asked) })
    return scopesShown(asked)
  }
})

describe('smaller answers', () => {
  it('stand beside the whole one, and either is enough', async () => {
    await afresh()
    const scopes = [{ scope: 'USER_BIRTHDAY', required: true }, 'USER_AGE_OVER_18']
    const asked = await ask(scopes)
    const rows = asked['sheet'].scopes
    expect(rows).toMatchObject([
      { scope: 'USER_BIRTHDAY', required: true },
      { scope: 'USER_AGE_OVER_18', required: false, insteadOf: 'USER_BIRTHDAY' },
    ])
    const tokens = await tokensFor(await decide(asked, ['USER_AGE_OVER_18']))
    const { userInfo } = await inquire(server, tokens['accessToken'])
    expect(userInfo).toEqual({ userId: expect.any(String), extendInfo: { isOver18: true } })
    // The question is answered: it is not asked again.
    expect(await ask(scopes)).toMatchObject({
      status: 'GRANTED',
      authSuccessScopes: ['USER_AGE_OVER_18'],
    })
    expect(scopesShown(await ask(['USER_BIRTHDAY']))).toEqual(['USER_BIRTHDAY'])
  })

  it('come in any number', async () => {
    await afresh()
    const asked = await ask(['RELAY_EMAIL', 'PLAINTEXT_EMAIL_ADDRESS', 'USER_EMAIL'])
    expect(scopesShown(asked)).toEqual(['PLAINTEXT_EMAIL_ADDRESS', 'RELAY_EMAIL', 'USER_EMAIL'])
  })
})

describe('a mini program that is not verified', () => {
  it.each([
    { who: 'a stranger', userId: USER_ID, scopes: ['auth_base'], code: 'NOT_A_TESTER' },
    { who: 'a tester', userId: 'tester', scopes: ['auth_base'], code: 'SUCCESS' },
    {
      who: 'a tester, for what is restricted',
      userId: 'tester',
      scopes: ['CARD_LIST'],
      code: 'SCOPE_NOT_APPROVED',
    },
  ])('is used by $who: $code', async ({ userId, scopes, code }) => {
    expect((await ask(scopes, { appId: 'young-app', userId })).result.resultCode).toBe(code)
  })
})

describe('a minor', () => {
  const guardian = { userId: 'user-guardian' }
  const minor = { userId: 'user-minor' }

  it('is asked nothing: the guardian is, and the minor has what the guardian gave', async () => {
    const parked = await ask(['auth_user', 'USER_EMAIL'], minor)
    expect(parked.result.resultCode).toBe('GUARDIAN_PENDING')
    const { guardianRequests } = await walletCall(server, 'guardianRequests', guardian)
    expect(guardianRequests).toMatchObject([{ ...minor, appId: APP_ID, name: 'Kopi House' }])
    const opened = await walletCall(server, 'openGuardianRequest', {
      ...guardian,
      minorId: minor.userId,
      appId: APP_ID,
    })
    // The minor asks again: what is for once would be over before.
    expect(opened['sheet']).toMatchObject({
      forMinor: true,
      lifetimes: ['30d', 'until_withdrawn'],
      lifetime: '30d',
    })
    // The minor cannot decide it, whatever the minor knows.
    const own = await decide(opened, ['auth_user'], minor)
    expect(own.result.resultCode).toBe('CONSENT_REQUEST_UNKNOWN')
    const decided = await decide(opened, ['auth_user'], guardian)
    expect(decided['status']).toBe('APPROVED_BY_GUARDIAN')
    expect(decided).not.toHaveProperty('authCode')
    expect((await walletCall(server, 'guardianRequests', guardian))['guardianRequests']).toEqual([])
    const again = await ask(['auth_user', 'USER_EMAIL'], minor)
    expect(again).toMatchObject({ status: 'GRANTED', authSuccessScopes: ['auth_user'] })
    const { receipts } = await walletCall(server, 'receipts', minor)
    const [, body = ''] = receipts[0].document.split('.')
    const record = JSON.parse(Buffer.from(body, 'base64url').toString())
    expect(record.event).toMatchObject({ type: 'partial', actor: 'guardian' })
  })

  it('has no other guardian', async () => {
    await ask(['USER_BIRTHDAY'], minor)
    const opened = await walletCall(server, 'openGuardianRequest', {
      userId: USER_ID,
      minorId: minor.userId,
      appId: APP_ID,
    })
    expect(opened.result.resultCode).toBe('CONSENT_REQUEST_UNKNOWN')
  })
})

describe('the governor, on the word of a host that may be hostile', () => {
  const asking = (context: object) =>
    ask(['auth_user'], { context: { ...presentContext(server.clock), ...context } })

  it.each([
    { name: 'launch', context: { firstScreen: true }, code: 'FIRST_SCREEN' },
    { name: 'a deep link', context: { firstScreen: true, deepLink: true }, code: 'DEEP_LINK' },
    { name: 'a hidden page', context: { visible: false }, code: 'NOT_VISIBLE' },
    {
      name: 'a timer',
      context: { userGestureAt: '2020-01-01T00:00:00Z' },
      code: 'NO_USER_GESTURE',
    },
    { name: 'no tap at all', context: { userGestureAt: undefined }, code: 'NO_USER_GESTURE' },
  ])('$name: $code', async ({ context, code }) => {
    await afresh()
    expect((await asking(context)).result.resultCode).toBe(code)
  })

  it('1,000 asks at once open one sheet', async () => {
    await afresh()
    const asked = await Promise.all(Array.from({ length: 1000 }, () => ask(['auth_user'])))
    const sheets = asked.filter((reply) => reply['status'] === 'CONSENT_REQUIRED')
    const others = new Set(asked.map(({ result }) => result.resultCode))
    expect(sheets).toHaveLength(1)
    expect([...others].sort()).toEqual(['CONSENT_ALREADY_OPEN', 'SUCCESS'])
  })

  it('gives a code to the page that asked, and to no other', async () => {
    for (const pageInstance of ['another', undefined]) {
      await afresh()
      const asked = await asking({ pageInstance: 'page' })
      const taken = await decide(asked, ['auth_user'], { ...(pageInstance && { pageInstance }) })
      expect(taken.result.resultCode).toBe('PAGE_GONE')
      // It is over: not even the first page gets it now.
      const late = await walletCall(server, 'complete', {
        userId: USER_ID,
        pageInstance: 'page',
        ...idOf(asked),
      })
      expect(late.result.resultCode).toBe('CONSENT_REQUEST_USED')
    }
    await afresh()
    const own = await asking({ pageInstance: 'page' })
    expect((await decide(own, ['auth_user'], { pageInstance: 'page' }))['status']).toBe('GRANTED')
  })

  it('what it has blocked is counted by cause', async () => {
    const metrics = await (await fetch(`${server.url}/metrics`)).text()
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

describe('the lab', () => {
  it('is not there where people are served', async () => {
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

describe('another mini program', () => {
  it('knows nothing of what this one was refused', async () => {
    await afresh()
    await afresh(OTHER_APP_ID)
    await decide(await ask(['auth_user']), [])
    const other = await ask(['auth_user'], { appId: OTHER_APP_ID })
    expect(other['status']).toBe('CONSENT_REQUIRED')
  })
})

function idOf(asked: JsonReply): { readonly consentRequestId: string } {
  return { consentRequestId: asked['consentRequestId'] }
}
