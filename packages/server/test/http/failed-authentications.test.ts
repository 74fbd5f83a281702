/**
 * @module Failed attempts to authenticate: few are answered with their cause, and no stranger locks a client or wallet out.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  createFailedAuthentications,
  type FailedAuthentications,
} from '../../src/http/failed-authentications.ts'
import { basic, postForm, startOAuthServer, token } from '../support/oauth.ts'
import {
  APP_ID,
  CLIENT_ID,
  call,
  type TestServer,
  USER_ID,
  WALLET_ID,
  WALLET_SIGNING,
} from '../support/server.ts'

describe(createFailedAuthentications, () => {
  let failures: FailedAuthentications

  let now: number

  beforeEach(() => {
    now = 1000
    failures = createFailedAuthentications(3, () => now)
  })

  const record = (caller: string, times = 1, isKnown = true): boolean[] =>
    Array.from({ length: times }, () => failures.record('wallet', caller, isKnown))

  it('limits the attempts of each caller in a minute', () => {
    expect(record('a', 5)).toEqual([false, false, false, true, true])
    expect(record('b')).toEqual([false])
    now += 59_000
    expect(record('a')).toEqual([true])
    now += 2000
    expect(record('a')).toEqual([false])
    expect(failures.counts()).toMatchObject({ wallet: 8, merchant: 0 })
  })

  it('remembers known callers, whatever names somebody invents', () => {
    record('a', 3)
    for (let n = 0; n < 20_000; n++) record(`invented ${n}`, 1, false)
    expect(record('a')).toEqual([true])
  })
})

describe('a stranger who tries credentials', () => {
  const LIMIT = 5
  let server: TestServer

  beforeAll(async () => {
    server = await startOAuthServer((config) => ({ ...config, maxFailedAuthentications: LIMIT }))
  })
  afterAll(() => server.close())

  const grant = { grant_type: 'client_credentials', scope: 'events' }
  const tries = <T>(attempt: () => Promise<T>): Promise<T[]> =>
    Promise.all(Array.from({ length: LIMIT + 3 }, attempt))

  it.each([
    { name: 'a client', clientId: 'web' },
    { name: 'a client that nobody has', clientId: 'nobody' },
  ])('gets few answers about $name', async ({ clientId }) => {
    const replies = await tries(() => token(server, grant, basic(clientId, 'cs_wrong')))
    const count = (status: number): number => replies.filter((one) => one.status === status).length
    expect([count(401), count(429)]).toEqual([LIMIT, 3])
    const late = replies.find(({ status }) => status === 429)
    expect(late?.json).toMatchObject({ error: 'slow_down' })
    expect(late?.headers['retry-after']).toBe('60')
    const revocation = await postForm(
      server,
      '/oauth2/revoke',
      { token: 'x' },
      basic(clientId, 'y'),
    )
    expect(revocation.status).toBe(429)
  })

  it('does not lock out the client', async () => {
    expect((await token(server, grant)).status).toBe(200)
    expect((await postForm(server, '/oauth2/revoke', { token: 'x' }, basic())).status).toBe(200)
  })

  it.each([
    {
      name: 'merchant',
      clientId: CLIENT_ID,
      path: '/v1/authorizations/cancelToken',
      body: { accessToken: 'at_x' },
      signing: {},
      code: 'INVALID_ACCESS_TOKEN',
    },
    {
      name: 'wallet',
      clientId: WALLET_ID,
      path: '/wallet/v1/revoke',
      body: { appId: APP_ID, userId: USER_ID },
      signing: WALLET_SIGNING,
      code: 'SUCCESS',
    },
  ])('gets few answers about a $name, which is still served', async (row) => {
    const { path, body, signing, code } = row
    const codes = await tries(() => forge(path, JSON.stringify(body), row.clientId))
    expect(codes.filter((one) => one === 'INVALID_SIGNATURE')).toHaveLength(LIMIT)
    expect(codes.filter((one) => one === 'REQUEST_TRAFFIC_EXCEED_LIMIT')).toHaveLength(3)
    expect((await call(server, path, body, signing)).result.resultCode).toBe(code)
  })

  /** @returns the code of the reply to a request with an invalid signature */
  async function forge(path: string, body: string, clientId: string): Promise<string> {
    const response = await fetch(server.url + path, {
      method: 'POST',
      headers: {
        'client-id': clientId,
        'request-time': new Date(server.clock.now * 1000).toISOString(),
        signature: `algorithm=RSA256, keyVersion=1, signature=${'A'.repeat(342)}`,
      },
      body,
    })
    const { result } = (await response.json()) as { result: { resultCode: string } }
    return result.resultCode
  }
})
