/**
 * @module Icons and logos over HTTP. An SVG that is opened directly is a document of this origin.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  APP_ID,
  startTestServer,
  type TestServer,
  testConfig,
  WALLET_ID,
} from '../../support/server.ts'

const DRAWING = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"/>'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer((folder) => {
    writeFileSync(join(folder, 'image.svg'), DRAWING)
    const config = testConfig()
    const [first, ...clients] = config.clients
    if (!first) throw new Error('The test configuration has no clients.')
    const miniPrograms = first.miniPrograms.map((app) => ({ ...app, icon: 'image.svg' }))
    return {
      ...config,
      wallets: config.wallets.map((one) => ({ ...one, theme: { logo: 'image.svg' } })),
      clients: [{ ...first, miniPrograms }, ...clients],
    }
  })
})
afterAll(() => server.close())

describe.each([`/consent/icons/${APP_ID}`, `/consent/logos/${WALLET_ID}`])('%s', (path) => {
  it('runs nothing, loads nothing and is framed by nobody when it is opened as a document', async () => {
    const response = await fetch(server.url + path)
    expect([response.status, await response.text()]).toEqual([200, DRAWING])
    const policy = (response.headers.get('content-security-policy') ?? '').split('; ')
    // A sandbox without exceptions: no scripts, no forms, no navigation of the window, an origin of its own.
    expect(policy.sort()).toEqual([
      "default-src 'none'",
      "frame-ancestors 'none'",
      'sandbox',
      "style-src 'unsafe-inline'",
    ])
    expect(response.headers.get('content-type')).toBe('image/svg+xml')
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
  })
})
