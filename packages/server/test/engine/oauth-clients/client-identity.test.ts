/**
 * @module Which OAuth clients the platform knows, and what users of the others are asked.
 */
import { describe, expect, it } from 'vitest'
import { completeConsent, decideConsent } from '../../../src/engine/consent/decide.ts'
import {
  foreignRedirectUris,
  hasProvenIdentity,
  redirectHostOf,
} from '../../../src/engine/oauth-clients/client-identity.ts'
import type { OAuthClient, TokenEndpointAuth } from '../../../src/engine/registry.ts'
import { ask, granted, prompted } from '../../support/consult.ts'
import {
  createEngine,
  DAY,
  grantFor,
  grantOf,
  NATIVE_CLIENT,
  NOW,
  OAUTH_CLIENT,
  PUBLIC_CLIENT,
  promptedScopes,
} from '../../support/engine.ts'
import { USER } from '../../support/registry.ts'

const HTTPS = 'https://shop.example/back'
const LOOPBACK = 'http://127.0.0.1:5001/back'
const SCHEME = 'com.shop.app:/back'
const SECRET: TokenEndpointAuth = { method: 'client_secret_basic', secretHashes: ['h'] }
const KEY: TokenEndpointAuth = { method: 'private_key_jwt' }
const CERTIFICATE: TokenEndpointAuth = { method: 'tls_client_auth', tlsClientAuthSanDns: 'c' }
const NONE: TokenEndpointAuth = { method: 'none' }
const vouched = { redirectHosts: ['shop.example'], isVouchedFor: true }
const invited = { redirectHosts: ['shop.example'], isVouchedFor: false }

describe(hasProvenIdentity, () => {
  it.each<[string, TokenEndpointAuth, string, OAuthClient['registration'], boolean]>([
    ['web', SECRET, HTTPS, undefined, true],
    ['web', KEY, LOOPBACK, undefined, true],
    ['web', CERTIFICATE, SCHEME, undefined, true],
    ['web', NONE, HTTPS, undefined, true],
    ['web', NONE, LOOPBACK, undefined, false],
    ['web', NONE, 'http://[::1]/back', undefined, false],
    ['web', NONE, 'http://localhost/back', undefined, false],
    ['web', NONE, SCHEME, undefined, false],
    ['web', NONE, 'cursor://back', undefined, false],
    ['dc_1', SECRET, HTTPS, vouched, true],
    ['dc_1', KEY, HTTPS, vouched, true],
    ['dc_1', NONE, HTTPS, vouched, true],
    ['dc_1', NONE, LOOPBACK, vouched, false],
    ['dc_1', SECRET, HTTPS, invited, false],
    ['dc_1', KEY, HTTPS, invited, false],
    ['dc_1', NONE, HTTPS, invited, false],
    ['dc_1', SECRET, HTTPS, undefined, false],
  ])(
    'of %s with %j and %s, registered by %j: %s',
    (clientId, auth, uri, registration, isProven) => {
      const client: OAuthClient = {
        ...OAUTH_CLIENT,
        clientId,
        tokenEndpointAuth: auth,
        ...(registration && { registration }),
      }
      expect(hasProvenIdentity(client, uri)).toBe(isProven)
    },
  )
})

describe(redirectHostOf, () => {
  it.each([
    ['https://shop.example/back', 'shop.example'],
    ['https://Shop.Example:8443/back?x=y', 'shop.example'],
    ['https://shop.example', 'shop.example'],
    ['http://127.0.0.1:5001/back', '127.0.0.1'],
    ['http://[::1]:5001/back', '[::1]'],
    ['com.shop.app:/back', 'com.shop.app'],
    ['cursor://anysphere/back', 'cursor'],
  ])('of %s is %s', (uri, host) => {
    expect(redirectHostOf(uri)).toBe(host)
    expect(foreignRedirectUris([uri], [host])).toEqual([])
    expect(foreignRedirectUris([uri], [`x${host}`])).toEqual([uri])
  })
})

describe('the request of a client that anybody can be', () => {
  const native = { clientId: NATIVE_CLIENT.clientId }
  const requests = [
    ['on a loopback address', LOOPBACK, '127.0.0.1'],
    ['with a private-use scheme', SCHEME, 'com.shop.app'],
  ] as const

  it.each(requests)('is never answered silently %s', async (_name, redirectUri, redirectHost) => {
    const engine = createEngine({ grants: [grantFor(native.clientId, ['base', 'name'])] })
    const { sheet } = await prompted(engine, ['base', 'name'], { oauth: native, redirectUri })
    expect(promptedScopes(sheet)).toEqual(['base', 'name'])
    expect(sheet.unverifiedApp).toEqual({ redirectHost })
    expect(sheet.lifetimes).toEqual(['once', '30d'])
  })

  it.each(requests)('shows a prompt for the user id alone %s', async (_name, redirectUri) => {
    const engine = createEngine({ grants: [grantFor(native.clientId, ['base'])] })
    const { sheet } = await prompted(engine, ['base'], { oauth: native, redirectUri })
    expect(sheet.scopes).toMatchObject([{ scope: 'base', required: true }])
    expect(sheet.lifetimes).toEqual(['until_withdrawn'])
  })

  it.each([['base'], ['name']])('with prompt none is refused for %s', async (scope) => {
    const engine = createEngine({ grants: [grantFor(native.clientId, ['base', 'name'])] })
    const asked = ask(engine, [scope], {
      oauth: { ...native, prompts: ['none'] },
      redirectUri: LOOPBACK,
    })
    await expect(asked).rejects.toMatchObject({ code: 'CONSENT_REQUIRED' })
  })

  it('gives no restricted scope', async () => {
    const engine = createEngine()
    const { sheet } = await prompted(engine, ['name', 'kyc'], {
      oauth: native,
      redirectUri: LOOPBACK,
    })
    expect(promptedScopes(sheet)).toEqual(['name'])
    const alone = ask(createEngine(), ['kyc'], { oauth: native, redirectUri: LOOPBACK })
    await expect(alone).rejects.toMatchObject({ code: 'SCOPE_NOT_APPROVED' })
  })

  it('gives a code when the user allows it, and asks again the next time', async () => {
    const engine = createEngine()
    const { ports, state } = engine
    for (const requestId of ['request-1', 'request-2']) {
      const { consentRequestId, sheetHash } = await prompted(engine, ['base', 'name'], {
        oauth: { ...native, requestId },
        redirectUri: LOOPBACK,
      })
      const decision = { consentRequestId, sheetHash, granted: ['base', 'name'] }
      await decideConsent(ports, decision, NOW)
      const completed = await completeConsent(ports, { consentRequestId, user: USER }, NOW)
      expect(completed).toMatchObject({ kind: 'granted', authSuccessScopes: ['base', 'name'] })
    }
    const [grant] = state.grants
    expect(grant?.granted['base']).not.toHaveProperty('expiresAt')
    expect(grant?.granted['name']).toMatchObject({ requesters: [native.clientId] })
  })

  it('is respected when the user denies it', async () => {
    const engine = createEngine()
    const request = { oauth: native, redirectUri: LOOPBACK }
    const { consentRequestId, sheetHash } = await prompted(engine, ['base'], request)
    await decideConsent(engine.ports, { consentRequestId, sheetHash, granted: [] }, NOW)
    await expect(ask(engine, ['base'], request)).rejects.toMatchObject({
      code: 'DECLINED_RECENTLY',
    })
    // The mini program itself is known, so it needs no prompt for the user id.
    expect((await granted(engine, ['base'])).authSuccessScopes).toEqual(['base'])
  })

  it('is refused when the client was removed meanwhile', async () => {
    const asked = ask(createEngine(), ['base'], { oauth: { clientId: 'dc_gone' } })
    await expect(asked).rejects.toMatchObject({ code: 'AUTH_REQUEST_INVALID' })
  })
})

describe('consent is for who requested it', () => {
  const web = { oauth: { clientId: OAUTH_CLIENT.clientId } }
  const phone = { oauth: { clientId: PUBLIC_CLIENT.clientId } }

  it.each([
    ['the same client', grantFor(OAUTH_CLIENT.clientId, ['name']), web, 'granted'],
    ['another client', grantFor(OAUTH_CLIENT.clientId, ['name']), phone, 'consent'],
    [
      'the mini program, given to a client',
      grantFor(OAUTH_CLIENT.clientId, ['name']),
      {},
      'consent',
    ],
    ['a client, given to the mini program', grantOf(['name']), web, 'consent'],
    ['the mini program', grantOf(['name']), {}, 'granted'],
  ])('for %s', async (_name, grant, request, kind) => {
    const engine = createEngine({ grants: [grant] })
    await expect(ask(engine, ['name'], request)).resolves.toMatchObject({ kind })
  })

  it('remembers each of them, and gives no scope that another client got', async () => {
    const engine = createEngine({ grants: [grantFor(OAUTH_CLIENT.clientId, ['name', 'avatar'])] })
    const { ports } = engine
    const { consentRequestId, sheetHash, sheet } = await prompted(engine, ['name', 'avatar'], phone)
    expect(promptedScopes(sheet)).toEqual(['name', 'avatar'])
    const decision = {
      consentRequestId,
      sheetHash,
      granted: ['name'],
      lifetime: 'until_withdrawn',
    } as const
    await decideConsent(ports, decision, NOW)
    const completed = await completeConsent(ports, { consentRequestId, user: USER }, NOW)
    expect(completed).toMatchObject({ authSuccessScopes: ['name'] })
    const requestId = 'request-2'
    const again = { oauth: { ...phone.oauth, requestId } }
    expect((await granted(engine, ['name'], again)).authSuccessScopes).toEqual(['name'])
    const third = { oauth: { ...web.oauth, requestId: 'request-3' } }
    expect((await granted(engine, ['name', 'avatar'], third)).authSuccessScopes).toEqual([
      'name',
      'avatar',
    ])
  })

  it('forgets the others when the consent had ended', async () => {
    const engine = createEngine({ grants: [grantFor(OAUTH_CLIENT.clientId, ['name'])] })
    const decide = async (now: number) => {
      const request = { ...phone, presence: 'prepared', now } as const
      const { consentRequestId, sheetHash } = await prompted(engine, ['name'], request)
      const decision = { consentRequestId, sheetHash, granted: ['name'], lifetime: '30d' } as const
      await decideConsent(engine.ports, decision, now)
    }
    await decide(NOW)
    expect(engine.state.grants[0]?.granted['name']?.requesters).toEqual([
      OAUTH_CLIENT.clientId,
      PUBLIC_CLIENT.clientId,
    ])
    await decide(NOW + 31 * DAY)
    expect(engine.state.grants[0]?.granted['name']?.requesters).toEqual([PUBLIC_CLIENT.clientId])
  })
})
