/**
 * @module Authorization requests: redirects, user authentication, authorization details and grant management.
 *
 * @see docs/oauth.md#the-authorization-flow
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  authorize,
  authorizeQuery,
  createPkce,
  get,
  ISSUER,
  issueWebTokens,
  REDIRECT_URI,
  startOAuthServer,
  token,
  type UserAction,
} from '../../support/oauth.ts'
import {
  APP_ID,
  type JsonReply,
  send,
  type TestServer,
  USER_ID,
  walletCall,
} from '../../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startOAuthServer()
  // The user has granted the default scopes of `authorizeQuery`.
  await issueWebTokens(server)
})
afterAll(() => server.close())

function bearer(accessToken: unknown): Record<string, string> {
  return { authorization: `Bearer ${accessToken}` }
}

async function userinfo(accessToken: unknown): Promise<{ status: number; json: JsonReply }> {
  const { status, body } = await get(server, '/oauth2/userinfo', bearer(accessToken))
  return { status, json: JSON.parse(body) }
}

describe('the redirect', () => {
  it.each<[string, Record<string, string>, UserAction, string]>([
    ['a denied request', { scope: 'USER_NAME' }, { decision: 'decline' }, 'access_denied'],
    ['a scope that was denied recently', { scope: 'USER_NAME' }, {}, 'access_denied'],
    ['a closed prompt', { scope: 'USER_GENDER' }, { decision: 'close' }, 'access_denied'],
    ['a frozen user', {}, { userId: 'user-frozen' }, 'access_denied'],
    ['an unapproved scope', { scope: 'CARD_LIST_2' }, {}, 'invalid_scope'],
    ['prompt=none', { prompt: 'none', scope: 'USER_ADDRESS' }, {}, 'consent_required'],
    ['prompt=none without a login', { prompt: 'none', max_age: '60' }, {}, 'login_required'],
    ['an unsupported response type', { response_type: 'token' }, {}, 'unsupported_response_type'],
    ['a plain challenge', { code_challenge_method: 'plain' }, {}, 'invalid_request'],
    ['contradictory prompts', { prompt: 'none login' }, {}, 'invalid_request'],
    ['a foreign resource', { resource: 'https://elsewhere.example/' }, {}, 'invalid_target'],
    [
      'authorization details of an unknown type',
      { authorization_details: '[{"type":"x"}]' },
      {},
      'invalid_authorization_details',
    ],
  ])('reports %s to the client', async (_name, more, action, error) => {
    const redirect = await authorize(server, authorizeQuery(createPkce(), more), action)
    expect([redirect.origin + redirect.pathname, redirect.searchParams.get('error')]).toEqual([
      REDIRECT_URI,
      error,
    ])
    expect(redirect.searchParams.get('state')).toBe('state-1')
    expect(redirect.searchParams.get('iss')).toBe(ISSUER)
  })

  it('reports a rejection by the wallet, which is possible once', async () => {
    const asked = await get(server, `/oauth2/authorize?${authorizeQuery(createPkce())}`)
    const authRequest = new URL(String(asked.headers['location'])).searchParams.get('authRequest')
    const rejected = await walletCall(server, 'reject', { authRequest, reason: 'login_required' })
    expect(new URL(rejected['redirectUrl']).searchParams.get('error')).toBe('login_required')
    const again = await walletCall(server, 'reject', { authRequest })
    expect(again.result.resultCode).toBe('AUTH_REQUEST_INVALID')
    const late = await walletCall(server, 'consult', { userId: USER_ID, authRequest })
    expect(late.result.resultCode).toBe('AUTH_REQUEST_INVALID')
  })
})

describe('user authentication', () => {
  const authenticated = (secondsAgo: number): UserAction => ({
    context: {
      authenticatedAt: new Date((server.clock.now - secondsAgo) * 1000).toISOString(),
    },
  })

  it.each<[string, Record<string, string>, number, boolean]>([
    ['is recent enough for max_age', { max_age: '60' }, 60, true],
    ['is too old for max_age', { max_age: '60' }, 61, false],
    ['is too old for prompt=login', { prompt: 'login' }, 1, false],
    ['is recent enough for prompt=login', { prompt: 'login' }, 0, true],
    ['may have any age without max_age and prompt', {}, 86_400, true],
  ])('%s', async (_name, more, secondsAgo, isAccepted) => {
    const authorization = authorize(
      server,
      authorizeQuery(createPkce(), more),
      authenticated(secondsAgo),
    )
    if (isAccepted) expect((await authorization).searchParams.has('code')).toBe(true)
    else await expect(authorization).rejects.toThrow('LOGIN_REQUIRED')
  })

  it('hints are passed to the wallet’s page', async () => {
    const hints = { prompt: 'select_account', login_hint: 'maria', ui_locales: 'fil', max_age: '5' }
    const asked = await get(server, `/oauth2/authorize?${authorizeQuery(createPkce(), hints)}`)
    const page = new URL(String(asked.headers['location']))
    expect(page.origin + page.pathname).toBe('http://127.0.0.1:7301/authorize')
    const { authRequest: _, ...received } = Object.fromEntries(page.searchParams)
    expect(received).toEqual(hints)
  })

  it('prompts again for granted scopes with prompt=consent', async () => {
    await issueWebTokens(server)
    const query = authorizeQuery(createPkce(), { prompt: 'consent' })
    const asked = await get(server, `/oauth2/authorize?${query}`)
    const authRequest = new URL(String(asked.headers['location'])).searchParams.get('authRequest')
    const reply = await walletCall(server, 'consult', { userId: USER_ID, authRequest })
    expect(reply['status']).toBe('CONSENT_REQUIRED')
    server.clock.now += 60
  })
})

describe('authorization details', () => {
  it('specify required scopes and their duration', async () => {
    const details = [
      { type: 'user_authorization', scopes: ['USER_EMAIL'], required: true, lifetime: 'once' },
    ]
    const query = authorizeQuery(createPkce(), { authorization_details: JSON.stringify(details) })
    const asked = await get(server, `/oauth2/authorize?${query}`)
    const authRequest = new URL(String(asked.headers['location'])).searchParams.get('authRequest')
    const reply = await walletCall(server, 'consult', { userId: USER_ID, authRequest })
    expect(reply['sheet']).toMatchObject({
      lifetimes: ['once'],
      scopes: [expect.objectContaining({ scope: 'USER_EMAIL', required: true })],
    })
    server.clock.now += 60
  })
})

describe('a grant id', () => {
  it('lets its client read and revoke the grant', async () => {
    const given = await issueWebTokens(server)
    const own = await token(server, { grant_type: 'client_credentials', scope: 'grants' })
    const headers = bearer(own.json['access_token'])
    const path = `/oauth2/grants/${given['grant_id']}`
    const read = await get(server, path, headers)
    expect(read.status).toBe(200)
    const scopes = JSON.parse(read.body).scopes.map(({ scope }: { scope: string }) => scope)
    expect(scopes).toEqual(expect.arrayContaining(['openid', 'auth_user']))
    const ended = await send(server, path, headers, '', 'DELETE')
    expect(ended.status).toBe(204)
    expect((await get(server, path, headers)).status).toBe(404)
    const readStatus = async (): Promise<number> => (await userinfo(given['access_token'])).status
    await expect.poll(readStatus, { timeout: 5000 }).toBe(401)
    const { receipts } = await walletCall(server, 'receipts', { userId: USER_ID, limit: 1 })
    const [, body = ''] = receipts[0].document.split('.')
    const record = JSON.parse(Buffer.from(body, 'base64url').toString())
    expect(record.event).toMatchObject({ type: 'withdrawn', actor: 'merchant' })
  })

  it('with the action replace withdraws scopes that are no longer requested', async () => {
    const first = await issueWebTokens(server, { scope: 'openid auth_user email' })
    const more = { grant_management_action: 'replace', grant_id: first['grant_id'] }
    const second = await issueWebTokens(server, { scope: 'openid auth_user', ...more })
    expect([second['scope'], second['grant_id']]).toEqual(['auth_user openid', first['grant_id']])
    const emailOf = async (): Promise<unknown> =>
      (await userinfo(first['access_token'])).json['email']
    await expect.poll(emailOf, { timeout: 5000 }).toBeUndefined()
    expect((await userinfo(second['access_token'])).json['nickname']).toBe('Maya-canary')
    const { grants } = await walletCall(server, 'grants', { userId: USER_ID, appId: APP_ID })
    expect(grants[0].scopes.map(({ scope }: { scope: string }) => scope)).not.toContain('email')
  })

  it('with the action merge keeps the granted scopes', async () => {
    const first = await issueWebTokens(server, { scope: 'openid auth_user' })
    const more = { grant_management_action: 'merge', grant_id: first['grant_id'] }
    await issueWebTokens(server, { scope: 'phone', ...more })
    expect((await userinfo(first['access_token'])).json['nickname']).toBe('Maya-canary')
  })

  it.each<[string, Record<string, string>, string]>([
    [
      'the id of another grant',
      { grant_management_action: 'merge', grant_id: '1' },
      'invalid_grant_id',
    ],
    ['a malformed id', { grant_management_action: 'merge', grant_id: '..' }, 'invalid_grant_id'],
    ['a missing id', { grant_management_action: 'replace' }, 'invalid_request'],
    ['a second grant', { grant_management_action: 'create' }, 'invalid_request'],
  ])('reports %s to the client', async (_name, more, error) => {
    const redirect = await authorize(server, authorizeQuery(createPkce(), more))
    expect(redirect.searchParams.get('error')).toBe(error)
  })

  it.each(['0', 'zzzzzzzzzz', '..', 'a'.repeat(11), '-1'])('does not exist as %j', async (id) => {
    const own = await token(server, { grant_type: 'client_credentials', scope: 'grants' })
    const reply = await get(server, `/oauth2/grants/${id}`, bearer(own.json['access_token']))
    expect(reply.status).toBe(404)
  })
})
