/**
 * @module Metrics and probes over HTTP.
 */
import { beforeAll, describe, expect, it } from 'vitest'
import { createMetricsServer } from '../../../src/http/management/metrics-server.ts'
import {
  codeFor,
  redeem,
  startTestServer,
  type TestServer,
  testConfig,
  USER_ID,
} from '../../support/server.ts'

const startedAt = Math.floor(Date.now() / 1000)
let server: TestServer
beforeAll(async () => {
  const config = testConfig()
  server = await startTestServer({ ...config, listen: { ...config.listen, drainSeconds: 2 } })
})

const get = (path: string): Promise<Response> => fetch(server.url + path)

describe('management interface', () => {
  it('metrics count requests by route, status and result, without user data', async () => {
    const code = await codeFor(server, ['auth_user'])
    for (let times = 0; times < 3; times++) await redeem(server, code)
    await get('/consent/cr_unknown')
    const text = await server.readMetrics()
    const count = (result: string): string | undefined =>
      new RegExp(
        `assent_http_request_duration_seconds_count\\{method="POST",route="/v1/authorizations/applyToken",status="200",result="${result}"\\} (\\d+)`,
      ).exec(text)?.[1]
    expect([count('SUCCESS'), count('USED_CODE')]).toEqual(['1', '2'])
    expect(text).toContain('route="/consent/:id"')
    expect(text).toContain('process_resident_memory_bytes')
    for (const canary of [code, USER_ID, 'cr_unknown', 'Maya']) expect(text).not.toContain(canary)
    expect(server.log.join('\n')).toContain('"result":"USED_CODE"')
  })

  it('metrics count the calls, statements and connections of the store', async () => {
    const value = async (name: string): Promise<number> =>
      Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(await server.readMetrics())?.[1])
    const before = await value('assent_store_calls_total')
    await redeem(server, await codeFor(server, ['auth_base']))
    expect(await value('assent_store_calls_total')).toBeGreaterThan(before)
    expect(await value('assent_store_statements_total')).toBeGreaterThan(0)
    expect(await value('assent_store_statement_seconds_total')).toBeGreaterThan(0)
    expect(await value('assent_store_unavailable_total')).toBe(0)
    expect(await value('assent_store_connections')).toBeGreaterThan(0)
    expect(await value('assent_store_waiting')).toBe(0)
  })

  it('metrics tell the age of the configuration', async () => {
    const loadedAt = /^assent_config_loaded_timestamp_seconds (\d+)$/m.exec(
      await server.readMetrics(),
    )?.[1]
    expect(Number(loadedAt)).toBeGreaterThanOrEqual(startedAt)
    expect(Number(loadedAt)).toBeLessThanOrEqual(Date.now() / 1000)
  })

  it.each(['/healthz', '/readyz', '/unknown'])('%s forbids to guess its type', async (path) => {
    expect((await get(path)).headers.get('x-content-type-options')).toBe('nosniff')
  })

  it.each(['/metrics', '/unknown'])('%s of the metrics listener forbids it, too', async (path) => {
    const app = createMetricsServer({ contentType: 'text/plain', text: async () => '<b>' })
    const { headers } = await app.inject(path)
    expect(headers['x-content-type-options']).toBe('nosniff')
  })

  it('while draining, the server is not ready but serves requests; then it closes', async () => {
    expect((await get('/readyz')).status).toBe(200)
    const closed = server.close()
    expect((await get('/readyz')).status).toBe(503)
    expect((await get('/healthz')).status).toBe(200)
    expect((await redeem(server, 'nothing')).result.resultCode).toBe('INVALID_CODE')
    await closed
    await expect(get('/readyz')).rejects.toThrow()
  })
})
