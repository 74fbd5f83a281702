/**
 * @module What the operator's probes and monitoring see.
 */
import { beforeAll, describe, expect, it } from 'vitest'
import {
  codeFor,
  redeem,
  startTestServer,
  type TestServer,
  testConfig,
  USER_ID,
} from '../support/server.ts'

let server: TestServer
beforeAll(async () => {
  const config = testConfig()
  server = await startTestServer({ ...config, listen: { ...config.listen, drainSeconds: 0.5 } })
})

const get = (path: string): Promise<Response> => fetch(server.url + path)

describe('ops', () => {
  it('metrics count requests by route, status and result, and name nobody', async () => {
    const code = await codeFor(server, ['auth_user'])
    for (let times = 0; times < 3; times++) await redeem(server, code)
    await get('/consent/cr_unknown')
    const response = await get('/metrics')
    expect(response.headers.get('content-type')).toContain('text/plain')
    const text = await response.text()
    const count = (result: string): string | undefined =>
      new RegExp(
        `assent_request_seconds_count\\{method="POST",route="/v1/authorizations/applyToken",status="200",result="${result}"\\} (\\d+)`,
      ).exec(text)?.[1]
    expect([count('SUCCESS'), count('USED_CODE')]).toEqual(['1', '2'])
    expect(text).toContain('route="/consent/:id"')
    expect(text).toContain('process_resident_memory_bytes')
    for (const canary of [code, USER_ID, 'cr_unknown', 'Maya']) expect(text).not.toContain(canary)
    expect(server.log.join('\n')).toContain('"result":"USED_CODE"')
  })

  it('after the signal it is not ready and serves on, then it is gone', async () => {
    expect((await get('/readyz')).status).toBe(200)
    const closed = server.close()
    expect((await get('/readyz')).status).toBe(503)
    expect((await get('/healthz')).status).toBe(200)
    expect((await redeem(server, 'nothing')).result.resultCode).toBe('INVALID_CODE')
    await closed
    await expect(get('/readyz')).rejects.toThrow()
  })
})
