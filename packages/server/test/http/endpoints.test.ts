/**
 * @module The endpoint tables: every route has a row, every row has its routes, and a path is found before the router has seen it.
 */
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEndpointLookup } from '../../src/http/endpoint.ts'
import { createLoadShedder } from '../../src/http/load-shedding.ts'
import { createHttpServer } from '../../src/http/server.ts'
import { ALL_ENDPOINTS as ENDPOINTS } from '../../src/main/routes.ts'
import { startTestServer, type TestServer, testConfig } from '../support/server.ts'

/** Rows of interfaces that the test server below mounts. */
const MOUNTED = ENDPOINTS.filter(({ path }) => !path.startsWith('/test-server'))
const find = createEndpointLookup(ENDPOINTS)

describe('every row', () => {
  let server: TestServer
  let origin: string

  beforeAll(async () => {
    server = await startTestServer({
      ...testConfig(),
      signatureDiagnostics: true,
      oauth: { dynamicRegistration: true },
      administrators: {},
    })
    origin = server.urls[0] ?? ''
  })
  afterAll(() => server.close())

  it('has its routes', async () => {
    const calls = MOUNTED.flatMap(({ path, methods }) =>
      (methods === 'all' ? ['GET'] : methods).map((method) => ({ path, method })),
    )
    for (const { path, method } of calls) {
      const url = origin + path.replaceAll(/:\w+|\*/g, 'x')
      await (await fetch(url, { method, redirect: 'manual' })).arrayBuffer()
    }
    const metrics = await server.readMetrics()
    const missing = calls.filter(
      ({ path, method }) => !metrics.includes(`{method="${method}",route="${path}",`),
    )
    expect(missing).toEqual([])
  })
})

it('a route without a row is not mounted', () => {
  const app = createHttpServer({
    logger: pino({ level: 'silent' }),
    metrics: { observe: () => {} },
    loadShedder: createLoadShedder(find),
    endpoints: ENDPOINTS,
    isStopping: () => false,
    newTraceId: () => '',
  })
  expect(() => app.get('/elsewhere', async () => ({}))).toThrow(
    'The route /elsewhere is missing from the endpoint tables.',
  )
})

it('no path stands in two rows', () => {
  const paths = ENDPOINTS.map(({ path }) => path)
  expect(new Set(paths).size).toBe(paths.length)
})

it.each([
  ['/healthz', '/healthz', 'exempt'],
  ['/consent/cr_1', '/consent/:id', 'consent'],
  ['/consent/cr_1/done', '/consent/:id/done', 'consent'],
  ['/privacy/apps/a/stop', '/privacy/apps/:appId/stop', 'withdrawal'],
  ['/wallet/v1/revoke', '/wallet/v1/revoke', 'withdrawal'],
  ['/wallet/v1/consult', '/wallet/v1/consult', 'consent'],
  ['/v1/authorizations/cancelToken', '/v1/authorizations/cancelToken', 'withdrawal'],
  ['/v2/authorizations/revoke', '/v2/authorizations/revoke', 'withdrawal'],
  ['/v1/authorizations/applyToken', '/v1/authorizations/applyToken', 'token'],
  ['/oauth2/authorize', '/oauth2/authorize', 'consent'],
  ['/oauth2/revoke', '/oauth2/revoke', 'withdrawal'],
  ['/oauth2/grants/1', '/oauth2/grants/:grantId', 'token'],
  ['/admin/v1/clients/a/keys/1', '/admin/v1/clients/:clientId/keys/:version', 'token'],
  ['/admin/v1/emergencies/key-thefts', '/admin/v1/emergencies/key-thefts', 'withdrawal'],
  ['/anything/else', '/*', 'token'],
])('%s is %s, shed as %s', (path, expected, sheddingClass) => {
  expect(find(path)).toMatchObject({ path: expected, sheddingClass })
})
