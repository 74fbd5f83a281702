/**
 * @module Does what the modules of `oidcc-basic-certification-test-plan` and `oidcc-formpost-basic-certification-test-plan` do.
 * @see docs/conformance.md#modules
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { authorize, get } from '../support/oauth.ts'
import type { TestServer } from '../support/server.ts'
import { OIDCC_MODULES } from './oidcc-modules.ts'
import { loggedIn, requestOf, startOidcServer } from './oidcc-parties.ts'

let server: TestServer
beforeAll(async () => {
  server = await startOidcServer()
})
afterAll(() => server.close())

describe.each(['query', 'form_post'] as const)('OpenID Basic, %s', (responseMode) => {
  it.each(Object.entries(OIDCC_MODULES))('%s', (_module, run) => run({ server, responseMode }))
})

describe('the page that posts a response', () => {
  const parties = () => ({ server, responseMode: 'form_post' }) as const

  it('has no code in its address, runs one script, and expires with the code', async () => {
    const { pathname, search } = await authorize(
      server,
      requestOf(parties(), { state: '"><b>&' }),
      loggedIn(parties(), {}),
    )
    expect(search).not.toContain('ac_')
    const { body, headers } = await get(server, pathname + search)
    expect(body).toContain('value="&quot;>&lt;b>&amp;"')
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'sha256-/)
    expect(headers['referrer-policy']).toBe('no-referrer')
    server.clock.now += 60
    expect((await get(server, pathname + search)).status).toBe(400)
    expect((await get(server, `${pathname}?response=fr_x`)).status).toBe(400)
  })

  it('is refused for a private-use scheme, which no form can be posted to', async () => {
    const query = requestOf(parties(), {
      client_id: 'native',
      redirect_uri: 'com.kopi.app:/callback',
    })
    const { headers } = await get(server, `/oauth2/authorize?${query}`)
    expect(String(headers['location'])).not.toContain('authRequest')
  })
})

describe('the rule for codes', () => {
  it('demands PKCE of all other clients', async () => {
    const query = requestOf({ server, responseMode: 'query' }, { client_id: 'signer' })
    const { headers } = await get(server, `/oauth2/authorize?${query}`)
    expect(String(headers['location'])).toContain('error=invalid_request')
  })
})
