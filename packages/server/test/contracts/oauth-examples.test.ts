/**
 * @module Every example of the OAuth document runs, with replies that the document describes. Values of secrets and tokens, which no
 * document can have, are replaced by valid ones.
 */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { oauthContract } from '../../src/contracts/oauth/document.ts'
import { ISSUER } from '../support/oauth.ts'
import {
  EXAMPLE_AUTHORIZATION,
  exampleClientToken,
  exampleCode,
  exampleLogoutRequest,
  exampleRequestUri,
  exampleResponse,
  exampleTokens,
  initialAccessToken,
  registeredClient,
  startExampleServer,
} from '../support/oauth-examples.ts'
import { createReplyCheck } from '../support/openapi.ts'
import { send, type TestServer } from '../support/server.ts'

// biome-ignore lint/suspicious/noExplicitAny: the document is JSON
const document = oauthContract(ISSUER) as any
const check = createReplyCheck(document)

let server: TestServer
beforeAll(async () => {
  server = await startExampleServer()
})
afterAll(() => server.close())

type Values = Readonly<Record<string, string>>

type Example = {
  readonly path: string
  readonly method: string
  readonly security: readonly object[]
  readonly query: Values
  readonly form: Values | undefined
  readonly json: Values | undefined
}

function listExamples(): readonly (readonly [title: string, example: Example])[] {
  return Object.entries<Record<string, never>>(document.paths).flatMap(([path, operations]) =>
    // biome-ignore lint/suspicious/noExplicitAny: the document is JSON
    Object.entries<any>(operations).flatMap(([method, operation]) => {
      const { parameters = [], requestBody, security } = operation
      const query = Object.fromEntries(
        parameters
          .filter((one: Values) => one['in'] === 'query' && 'example' in one)
          .map((one: Values) => [one['name'], one['example']]),
      )
      const { content = {} } = requestBody ?? {}
      const forms = content['application/x-www-form-urlencoded']?.examples
      const json = content['application/json']?.example
      const common = { path, method: method.toUpperCase(), security, query, json }
      // biome-ignore lint/suspicious/noExplicitAny: the document is JSON
      return Object.entries<any>(forms ?? { '': {} }).map(
        ([name, { value }]) =>
          [`${operation.operationId} ${name}`, { ...common, form: value }] as const,
      )
    }),
  )
}

/** Valid values instead of those that end with `…`. */
const CREDENTIALS: Readonly<Record<string, () => Promise<string>>> = {
  'ac_AAAB1x…': () => exampleCode(server),
  'rt_AAAB1x…': async () => (await exampleTokens(server))['refresh_token'],
  'at_AAAB1x…': async () => (await exampleTokens(server))['access_token'],
  'fr_AAAB1x…': () => exampleResponse(server),
  'urn:ietf:params:oauth:request_uri:pr_AAAB1x…': () => exampleRequestUri(server),
}

async function validValueOf(name: string, value: string): Promise<string> {
  if (name === 'logout_request') return exampleLogoutRequest(server)
  if (name === 'id_token_hint') return (await exampleTokens(server))['id_token']
  if (name === 'sub') return subjectOf((await exampleTokens(server))['id_token'])
  return (await CREDENTIALS[value]?.()) ?? value
}

function subjectOf(idToken: string): string {
  return JSON.parse(Buffer.from(idToken.split('.')[1] ?? '', 'base64url').toString()).sub
}

async function fill(values: Values): Promise<URLSearchParams> {
  const entries = Object.entries(values).map(
    async ([name, value]) => [name, await validValueOf(name, value)] as const,
  )
  return new URLSearchParams(Object.fromEntries(await Promise.all(entries)))
}

/** What the path and the body of an example need besides its own values. */
async function prepare({ path, security, form, json }: Example): Promise<{
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly more?: Values
}> {
  const [scheme = ''] = Object.keys(security[0] ?? {})
  if (scheme === 'clientSecretBasic') return { path, headers: EXAMPLE_AUTHORIZATION }
  if (scheme === 'registrationToken' && !path.includes('{'))
    return { path, headers: { authorization: `Bearer ${initialAccessToken(server)}` } }
  if (scheme === 'registrationToken') {
    const client = await registeredClient(server)
    const { client_id: id, registration_access_token: own } = client
    const headers = { authorization: `Bearer ${own}` }
    return {
      path: path.replace('{client_id}', id),
      headers,
      ...(json && { more: { client_id: id } }),
    }
  }
  if (path === '/oauth2/userinfo')
    return form
      ? { path, headers: {} }
      : {
          path,
          headers: { authorization: `Bearer ${(await exampleTokens(server))['access_token']}` },
        }
  if (scheme === 'accessToken') {
    const { grant_id: grantId } = await exampleTokens(server)
    const headers = { authorization: `Bearer ${await exampleClientToken(server)}` }
    return { path: path.replace('{grant_id}', grantId), headers }
  }
  return { path: path.replace('{path}', 'oauth2/userinfo'), headers: {} }
}

it.each(listExamples())('%s', async (_title, example) => {
  const { method, query, form, json } = example
  const { path, headers, more } = await prepare(example)
  const target = Object.keys(query).length > 0 ? `${path}?${await fill(query)}` : path
  const body = json ? JSON.stringify({ ...json, ...more }) : form ? String(await fill(form)) : ''
  const type = json ? 'application/json' : 'application/x-www-form-urlencoded'
  const reply = await send(server, target, { 'content-type': type, ...headers }, body, method)
  const isJson = String(reply.headers['content-type']).startsWith('application/json')
  const content = isJson ? JSON.parse(reply.body) : reply.body === '' ? undefined : reply.body
  expect([reply.status < 400, content?.error_description]).toEqual([true, undefined])
  const seen = {
    status: reply.status,
    headers: new Headers({ 'content-type': String(reply.headers['content-type']) }),
    body: content,
  }
  expect(check(example.path, method, seen)).toEqual([])
})
