/**
 * @module What the server sends to others is what its contracts describe: to the directory, to an API behind the gateway, to a merchant and to an
 * OAuth client. A server sends all of it to one receiver over real sockets.
 */
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { directoryContract } from '../../src/contracts/called-apis/directory.ts'
import { upstreamApiContract } from '../../src/contracts/called-apis/upstream-api.ts'
import { notificationsContract } from '../../src/contracts/notifications/document.ts'
import { createValueCheck, ownHeaders } from '../support/openapi.ts'
import {
  APP_ID,
  call,
  codeFor,
  OTHER_APP_ID,
  OTHER_SIGNING,
  redeem,
  startTestServer,
  type TestConfig,
  type TestServer,
  testConfig,
  USER_ID,
  USERS,
  walletCall,
} from '../support/server.ts'
import { type Arrived, startUpstream, type Upstream } from '../support/upstream.ts'

// biome-ignore lint/suspicious/noExplicitAny: the documents are JSON
type Json = any

const ISSUER = 'http://127.0.0.1:7300'
const DIRECTORY: Json = directoryContract(ISSUER)
const UPSTREAM: Json = upstreamApiContract(ISSUER)
const NOTIFICATIONS: Json = notificationsContract(ISSUER)

const [maria] = USERS
const ANSWERS: Readonly<Record<string, object>> = {
  '/users': { user: maria },
  '/cards': { cards: [{ brand: 'Visa', lastFour: '4242' }] },
}

let receiver: Upstream
let server: TestServer
beforeAll(async () => {
  receiver = await startUpstream()
  receiver.answer = (response, { url }) =>
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify(ANSWERS[url] ?? { result: { resultStatus: 'S' } }))
  server = await startTestServer(configOf(receiver.url))
})
afterAll(async () => {
  await server.close()
  receiver.close()
})

function configOf(url: string): TestConfig {
  const config = testConfig()
  const [kopi, other] = config.clients
  const [cards] = config.apis ?? []
  if (!kopi || !other || !cards) throw new Error('The test configuration lacks a client or an API.')
  const oauth = {
    clientId: 'page',
    appId: APP_ID,
    tokenEndpointAuthMethod: 'none' as const,
    redirectUris: ['https://page.example/back'],
    backchannelLogoutUri: `${url}/logout`,
  }
  return {
    ...config,
    notifications: { allowPrivateAddresses: true },
    directory: { kind: 'http', url: `${url}/users`, cacheSeconds: 0 },
    apis: [{ ...cards, upstream: `${url}/cards`, requiresRequestId: true }],
    clients: [
      { ...kopi, notifyUrl: `${url}/notify`, oauth: [oauth] },
      { ...other, notifyUrl: `${url}/notify-ams`, notifyFormat: 'ams' },
    ],
  }
}

/** The requests that came to a path, once there are enough of them. */
async function arrivedAt(path: string, count = 1): Promise<readonly Arrived[]> {
  const all = (): readonly Arrived[] => receiver.arrived.filter(({ url }) => url === path)
  await expect.poll(() => all().length, { timeout: 10_000 }).toBeGreaterThanOrEqual(count)
  return all()
}

/** What is not described of requests with a JSON body. */
function problemsOf(
  requests: readonly Arrived[],
  document: Json,
  { body, headers }: { readonly body: Json; readonly headers: Json },
): readonly string[] {
  const checkBody = createValueCheck(document, body)
  const checkHeaders = createValueCheck(document, headers)
  return requests.flatMap((request) => [
    ...checkBody(JSON.parse(request.body)),
    ...checkHeaders(ownHeaders(request.headers)),
  ])
}

/** A schema of headers. @param names those that are always sent */
function headersOf(names: readonly string[], more: readonly string[] = []): Json {
  const properties = [...names, ...more].map((name) => [name, { type: 'string' }])
  return { type: 'object', properties: Object.fromEntries(properties), required: names }
}

it('the directory', async () => {
  await codeFor(server, ['auth_user'])
  const { post } = DIRECTORY.paths['/assent']
  const schemes: Json[] = Object.values(DIRECTORY.components.securitySchemes)
  const { schema: body } = post.requestBody.content['application/json']
  const headers = headersOf(['content-type', ...schemes.map(({ name }) => name)])
  expect(problemsOf(await arrivedAt('/users'), DIRECTORY, { body, headers })).toEqual([])
  const { schema } = post.responses[200].content['application/json']
  const unknownInAnswer = createValueCheck(DIRECTORY, schema)(ANSWERS['/users'])
  expect(unknownInAnswer).toEqual([])
})

it('an API behind the gateway', async () => {
  const { accessToken } = await redeem(server, await codeFor(server, ['CARD_LIST']))
  const request = { accessToken, requestId: 'r-1', page: 2 }
  await call(server, '/v1/cards/inquiryCardList', request)
  const [arrived] = await arrivedAt('/cards')
  const { parameters, requestBody, responses } = UPSTREAM.paths['/your-api'].post
  const [assertion]: Json[] = parameters
  const names = parameters.map(({ name }: Json) => name)
  const { schema: body } = requestBody.content['application/json']
  const headers = headersOf(['content-type', ...names])
  expect(problemsOf(arrived ? [arrived] : [], UPSTREAM, { body, headers })).toEqual([])
  const claims = createValueCheck(UPSTREAM, assertion.content['application/jwt'].schema)
  expect(claims(decodeJwt(String(arrived?.headers['assent-assertion'])))).toEqual([])
  const { schema } = responses[200].content['application/json']
  expect(createValueCheck(UPSTREAM, schema)(ANSWERS['/cards'])).toEqual([])
})

describe('a merchant', () => {
  const messageOf = (name: string): Json => {
    const { payload: body, headers } = NOTIFICATIONS.components.messages[name]
    return { body, headers }
  }

  it('in the default format', async () => {
    const { accessToken } = await redeem(server, await codeFor(server, ['auth_base', 'USER_NAME']))
    await codeFor(server, ['USER_GENDER'])
    await call(server, '/v1/authorizations/cancelToken', { accessToken })
    await walletCall(server, 'revoke', { userId: USER_ID, appId: APP_ID })
    const requests = await arrivedAt('/notify', 4)
    expect(problemsOf(requests, NOTIFICATIONS, messageOf('event'))).toEqual([])
  })

  it('in the format of AMS', async () => {
    await codeFor(server, ['auth_user'], { appId: OTHER_APP_ID })
    await walletCall(server, 'revoke', { userId: USER_ID, appId: OTHER_APP_ID })
    const requests = await arrivedAt('/notify-ams', 2)
    expect(problemsOf(requests, NOTIFICATIONS, messageOf('amsEvent'))).toEqual([])
    expect(await call(server, '/v1/authorizations/events', {}, OTHER_SIGNING)).toBeTruthy()
  })
})

it('an OAuth client', async () => {
  const [logout] = await arrivedAt('/logout')
  const { headers, payload } = NOTIFICATIONS.components.messages.logout
  const form = Object.fromEntries(new URLSearchParams(logout?.body))
  expect(createValueCheck(NOTIFICATIONS, headers)(ownHeaders(logout?.headers ?? {}))).toEqual([])
  expect(createValueCheck(NOTIFICATIONS, payload)(form)).toEqual([])
  const claims = payload.properties.logout_token['x-claims']
  const token = decodeJwt(String(form['logout_token']))
  expect(createValueCheck(NOTIFICATIONS, claims)(token)).toEqual([])
})
