/**
 * @module `id_token_hint`: only the user that the client expects can answer its request.
 *
 * @see [OpenID Connect Core §3.1.2.1](https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest)
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  authorize,
  authorizeQuery,
  basic,
  createPkce,
  decideAtWallet,
  exchangeCode,
  get,
  issueWebTokens,
  oauthCode,
  postForm,
  SECRET,
  startOAuthServer,
} from '../../support/oauth.ts'
import { type TestServer, USER_ID, walletCall } from '../../support/server.ts'

/** A user of the same wallet. */
const OTHER_USER_ID = 'user-bare'

let server: TestServer
let hint: string
beforeAll(async () => {
  server = await startOAuthServer()
  hint = (await issueWebTokens(server))['id_token']
  await exchangeCode(server, await oauthCode(server, {}, { userId: OTHER_USER_ID }))
})
afterAll(() => server.close())

const SILENT = { prompt: 'none' }

function errorOf(url: URL): string | null {
  return url.searchParams.get('error')
}

describe('with prompt=none', () => {
  it('gives a code for the expected user, also when the hint has expired', async () => {
    const query = authorizeQuery(createPkce(), { ...SILENT, id_token_hint: hint })
    expect((await authorize(server, query)).searchParams.get('code')).toMatch(/^ac_/)
    server.clock.now += 3600
    expect((await authorize(server, query)).searchParams.get('code')).toMatch(/^ac_/)
  })

  it('gives login_required for another user', async () => {
    const query = authorizeQuery(createPkce(), { ...SILENT, id_token_hint: hint })
    const back = await authorize(server, query, { userId: OTHER_USER_ID })
    expect([errorOf(back), back.searchParams.get('code')]).toEqual(['login_required', null])
  })

  it('gives login_required for another user when the request was pushed', async () => {
    const query = authorizeQuery(createPkce(), { ...SILENT, id_token_hint: hint })
    const pushed = await postForm(server, '/oauth2/par', query, basic())
    const short = new URLSearchParams({ client_id: 'web', request_uri: pushed.json['request_uri'] })
    const back = await authorize(server, short, { userId: OTHER_USER_ID })
    expect(errorOf(back)).toBe('login_required')
  })
})

describe('without prompt=none', () => {
  it('reaches the wallet, which may let the user change the account', async () => {
    const query = authorizeQuery(createPkce(), { id_token_hint: hint })
    const response = await get(server, `/oauth2/authorize?${query}`)
    const page = new URL(String(response.headers['location']))
    expect(page.searchParams.get('id_token_hint')).toBe(hint)
    const other = await decideAtWallet(server, page, { userId: OTHER_USER_ID })
    expect(other.result).toMatchObject({
      resultCode: 'LOGIN_REQUIRED',
      resultMessage: expect.stringContaining('another user'),
    })
    const expected = await decideAtWallet(server, page, { userId: USER_ID })
    expect(new URL(expected['redirectUrl']).searchParams.get('code')).toMatch(/^ac_/)
  })

  it('can be rejected by the wallet', async () => {
    const query = authorizeQuery(createPkce(), { id_token_hint: hint })
    const response = await get(server, `/oauth2/authorize?${query}`)
    const authRequest = new URL(String(response.headers['location'])).searchParams.get(
      'authRequest',
    )
    const reply = await walletCall(server, 'reject', { authRequest, reason: 'login_required' })
    expect(errorOf(new URL(reply['redirectUrl']))).toBe('login_required')
  })
})

it.each<[string, () => string | Promise<string>]>([
  [
    'of another client',
    async () => {
      const code = await oauthCode(server, { client_id: 'post' })
      return (await exchangeCode(server, code, { client_id: 'post', client_secret: SECRET }, {}))
        .json['id_token']
    },
  ],
  ['that was changed', () => hint.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))],
  ['that is an access token', async () => (await issueWebTokens(server))['access_token']],
  ['that is no token', () => 'x'],
])('a hint %s is rejected', async (_name, make) => {
  const query = authorizeQuery(createPkce(), { ...SILENT, id_token_hint: await make() })
  expect(errorOf(await authorize(server, query))).toBe('invalid_request')
})
