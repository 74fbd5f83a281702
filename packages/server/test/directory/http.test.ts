/**
 * @module The HTTP directory: requests are signed, responses are bounded, and failures revoke no token.
 */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { signedPrefix } from '@assent/protocol'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import {
  call,
  codeFor,
  consultFor,
  inquire,
  isGenuine,
  redeem,
  send,
  startTestServer,
  type TestServer,
  testConfig,
  USERS,
} from '../support/server.ts'

type Behaviour = (body: string) => { status: number; body: string } | 'silence'

/** What a browser sends when it opens a page. */
const NAVIGATION = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }

const [maria] = USERS
const { walletId: _walletId, userId: _userId, ...user } = maria
const good: Behaviour = () => ({
  status: 200,
  body: JSON.stringify({ user: { ...user, unknown: 'x' } }),
})

let directory: Server
let server: TestServer
let behave: Behaviour = good
const seen: { path: string; headers: Record<string, string>; body: string }[] = []

beforeAll(async () => {
  directory = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString()
      seen.push({
        path: request.url ?? '',
        headers: request.headers as Record<string, string>,
        body,
      })
      const answer = behave(body)
      if (answer !== 'silence') response.writeHead(answer.status).end(answer.body)
    })
  })
  await new Promise<void>((resolve) => directory.listen(0, '127.0.0.1', resolve))
  const { port } = directory.address() as AddressInfo
  const config = testConfig()
  config.directory = {
    kind: 'http',
    url: `http://127.0.0.1:${port}/users?v=1`,
    timeoutSeconds: 2,
    cacheSeconds: 0,
  }
  server = await startTestServer(config)
})
afterEach(() => {
  behave = good
})
afterAll(async () => {
  await server.close()
  directory.closeAllConnections()
  directory.close()
})

describe('an HTTP directory', () => {
  it('receives a request that the platform signed, and provides the user', async () => {
    const tokens = await redeem(server, await codeFor(server, ['auth_user']))
    const { userInfo } = await inquire(server, tokens['accessToken'])
    expect(userInfo.nickName).toBe(maria.nickName)
    const { path, headers, body } = seen.at(-1) ?? {
      path: '',
      headers: {} as Record<string, string>,
      body: '',
    }
    expect(JSON.parse(body)).toEqual({ walletId: maria.walletId, userId: maria.userId })
    // A request is signed like a reply, with different header names.
    const asReply = {
      status: 200,
      rawHeaders: [],
      body,
      headers: { ...headers, 'response-time': headers['request-time'] ?? '' },
    }
    expect(isGenuine(server, path, asReply)).toBe(true)
    expect(signedPrefix(path, 'x', 'y')).toBe('POST /users?v=1\nx.y.')
  })

  it.each([
    { name: 'an error', answer: { status: 500, body: '' } },
    { name: 'no response', answer: 'silence' as const },
    { name: 'invalid JSON', answer: { status: 200, body: 'canary-value' } },
    {
      name: 'JSON that is not a user',
      answer: { status: 200, body: '{"user":["CANARY"]}' },
    },
    { name: 'null instead of 404', answer: { status: 200, body: '{"user":null,"canary":1}' } },
    {
      name: 'the data of another user',
      answer: { status: 200, body: '{"user":{"userId":"canary","status":"ACTIVE"}}' },
    },
    {
      name: 'the data of a user of another wallet',
      answer: { status: 200, body: '{"user":{"walletId":"canary","status":"ACTIVE"}}' },
    },
    {
      name: 'a response that is too large',
      answer: {
        status: 200,
        body: JSON.stringify({ user: { status: 'ACTIVE', nickName: 'x'.repeat(70_000) } }),
      },
    },
    { name: 'a redirect', answer: { status: 302, body: '' } },
  ])(
    '$name: PROCESS_FAIL (U), the tokens arrive all the same, and the log quotes nothing',
    async ({ answer }) => {
      const code = await codeFor(server, ['auth_user'])
      behave = () => answer
      const both = await call(server, '/v2/authorizations/applyTokenAndInquiryUserInfo', {
        grantType: 'AUTHORIZATION_CODE',
        authCode: code,
      })
      expect(both.result.resultCode).toBe('SUCCESS')
      expect(both).not.toHaveProperty('userInfo')
      const { result } = await inquire(server, both['accessToken'])
      expect(result).toMatchObject({ resultStatus: 'U', resultCode: 'PROCESS_FAIL' })
      behave = good
      expect((await inquire(server, both['accessToken']))['userInfo'].nickName).toBe(maria.nickName)
      expect(server.log.join('\n').toLowerCase()).not.toContain('canary')
    },
  )

  it('that does not respond makes consult fail with PROCESS_FAIL, and shows the open prompt without previews', async () => {
    const { consentRequestId } = await consultFor(server, 'USER_EMAIL')
    behave = () => ({ status: 500, body: '' })
    const { result } = await consultFor(server, 'USER_EMAIL')
    expect(result).toMatchObject({ resultStatus: 'U', resultCode: 'PROCESS_FAIL' })
    const path = `/consent/${consentRequestId}`
    const page = await send(server, path, NAVIGATION, '', 'GET')
    expect(page.status).toBe(200)
    expect(page.body).not.toContain('••••@')
    behave = good
    // The page that opened the prompt is loaded again.
    const [cookie = ''] = String(page.headers['set-cookie']).split(';')
    const again = await send(server, path, { ...NAVIGATION, cookie }, '', 'GET')
    expect(again.body).toContain('m••••@e••••.com')
  })

  it('may repeat the ids of the user', async () => {
    behave = () => ({ status: 200, body: JSON.stringify({ user: maria }) })
    const tokens = await redeem(server, await codeFor(server, ['auth_user']))
    expect((await inquire(server, tokens['accessToken']))['userInfo'].nickName).toBe(maria.nickName)
  })

  it('that has values which cannot be read: the user works without them, and the log and a metric name the fields', async () => {
    const broken = {
      ...user,
      email: null,
      birthDate: '0000-00-00',
      gender: 'canary-gender',
      nationality: 'canary-country',
      mobilePhone: 'canary-phone',
      userName: { fullName: ['canary-name'], lastName: 'Santos' },
    }
    behave = () => ({ status: 200, body: JSON.stringify({ user: broken }) })
    const scopes = ['auth_user', 'USER_NAME', 'USER_BIRTHDAY', 'USER_AGE_OVER_18', 'USER_EMAIL']
    const tokens = await redeem(server, await codeFor(server, scopes))
    for (let time = 0; time < 3; time++) {
      const { userInfo } = await inquire(server, tokens['accessToken'])
      expect(userInfo).toMatchObject({ status: 'ACTIVE', nickName: maria.nickName })
      expect(userInfo.userName).toEqual({ lastName: 'Santos' })
      for (const field of ['birthDate', 'gender', 'nationality', 'contactInfos', 'extendInfo'])
        expect(userInfo).not.toHaveProperty(field)
    }
    const lines = server.log.filter((line) => line.includes('cannot be read'))
    const fields = ['birthDate', 'gender', 'mobilePhone', 'nationality', 'userName.fullName']
    expect(lines.map((line) => JSON.parse(line).field).sort()).toEqual(fields)
    expect(server.log.join('\n')).not.toContain('canary-')
    const metrics = await server.readMetrics()
    expect(metrics).toMatch(
      /assent_directory_unreadable_fields_total\{field="birthDate",reason="invalid_format"\} [1-9]/,
    )
  })

  it('that closes the account with 410 ends all grants: a new account starts without them', async () => {
    const tokens = await redeem(server, await codeFor(server, ['auth_user']))
    behave = () => ({ status: 410, body: '' })
    const read = async () => (await inquire(server, tokens['accessToken'])).result.resultCode
    expect(await read()).toBe('INVALID_ACCESS_TOKEN')
    behave = good
    expect(await read()).toBe('INVALID_ACCESS_TOKEN')
  })

  it('that no longer has the user makes tokens fail with INVALID_ACCESS_TOKEN', async () => {
    const tokens = await redeem(server, await codeFor(server, ['auth_user']))
    behave = () => ({ status: 404, body: '' })
    expect((await inquire(server, tokens['accessToken'])).result.resultCode).toBe(
      'INVALID_ACCESS_TOKEN',
    )
  })
})
