/**
 * @module The checks of OAuth clients in assent.yaml.
 */
import { createPublicKey } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { loadConfig } from '../../../src/config/load.ts'
import { CLIENT_KEY, REDIRECT_URI } from '../../support/oauth.ts'
import { APP_ID, OTHER_APP_ID, testConfig } from '../../support/server.ts'
import { WEAK_KEYS } from '../../support/weak-keys.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'assent-config-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const PAGE = {
  clientId: 'page',
  appId: APP_ID,
  tokenEndpointAuthMethod: 'none',
  redirectUris: [REDIRECT_URI],
}
const SERVER = {
  ...PAGE,
  clientId: 'server',
  tokenEndpointAuthMethod: 'private_key_jwt',
  jwks: [CLIENT_KEY.jwk],
}

function check(clients: readonly object[], more: object = {}): string {
  const config = testConfig()
  const [kopi, ...others] = config.clients
  const path = join(folder, 'assent.yaml')
  writeFileSync(
    path,
    stringify({ ...config, ...more, clients: [{ ...kopi, oauth: clients }, ...others] }),
  )
  try {
    loadConfig(path)
    return ''
  } catch (error) {
    return (error as Error).message
  }
}

describe('the keys of an OAuth client', () => {
  it.each(Object.entries(WEAK_KEYS))('cannot be one with %s', (_name, jwk) => {
    expect(check([{ ...SERVER, jwks: [jwk] }])).toContain('oauth/0/jwks contains a key that has ')
  })

  it('cannot be one of another merchant, also of its messages', () => {
    const [kopi, bloom] = testConfig().clients
    const own = createPublicKey(kopi?.keys[0]?.publicKey ?? '').export({ format: 'jwk' })
    expect(check([{ ...SERVER, jwks: [own] }])).toBe('')
    const foreign = createPublicKey(bloom?.keys[0]?.publicKey ?? '').export({ format: 'jwk' })
    expect(check([{ ...SERVER, jwks: [foreign] }])).toContain('is also a key of client')
  })
})

describe('an OAuth client', () => {
  it('passes when it is valid', () => {
    expect(check([PAGE, SERVER])).toBe('')
  })

  it.each<[string, object, RegExp]>([
    [
      'a duplicate ID',
      { clientId: 'server' },
      /oauth\/1\/clientId must be unique, but server appears more than once/,
    ],
    [
      'an ID that is reserved for registered clients',
      { clientId: 'dc_1' },
      /clientId must not start with dc_/,
    ],
    [
      'a mini program of another client',
      { appId: OTHER_APP_ID },
      /appId must be the appId of a mini program of this client, but is other-app/,
    ],
    [
      'an unknown wallet',
      { walletId: 'w' },
      /walletId must be the walletId of one of wallets, but is w/,
    ],
    [
      'an unknown authentication method',
      { tokenEndpointAuthMethod: 'client_secret_jwt' },
      /tokenEndpointAuthMethod must be one of private_key_jwt, /,
    ],
    ['an unknown grant type', { grantTypes: ['password'] }, /grantTypes\/0 must be one of /],
    [
      'a missing secret',
      { tokenEndpointAuthMethod: 'client_secret_basic' },
      /oauth\/1\/tokenEndpointAuthMethod .* a secret/,
    ],
    [
      'a secret instead of its hash',
      { tokenEndpointAuthMethod: 'client_secret_basic', secretHashes: ['secret'] },
      /secretHashes\/0 must match/,
    ],
    ['missing keys', { tokenEndpointAuthMethod: 'private_key_jwt' }, /jwks .* to verify/],
    [
      'a missing certificate name',
      { tokenEndpointAuthMethod: 'tls_client_auth' },
      /oauth\/1\/tokenEndpointAuthMethod .* tlsClientAuthSanDns/,
    ],
    [
      'a missing certificate header',
      { tokenEndpointAuthMethod: 'tls_client_auth', tlsClientAuthSanDns: 'c' },
      /tokenEndpointAuthMethod needs oauth\/clientCertificateHeader/,
    ],
    [
      'a redirect URI with http',
      { redirectUris: ['http://kopi.example/'] },
      /redirectUris http:\/\/kopi\.example\/ is/,
    ],
    ['a fragment', { redirectUris: [`${REDIRECT_URI}#x`] }, /redirectUris .*#x is neither https/],
    ['a wildcard', { redirectUris: ['https://*.kopi.example/'] }, /redirectUris .* is neither/],
    ['a dot segment', { redirectUris: ['https://kopi.example/a/../b'] }, /is neither https/],
    ['a scheme without a dot', { redirectUris: ['kopi:/back'] }, /is neither https/],
    ['a missing redirect URI', { redirectUris: [] }, /redirectUris must contain at least one/],
    [
      'an origin with a path',
      { allowedOrigins: ['https://kopi.example/x'] },
      /allowedOrigins .* is not an origin/,
    ],
    [
      'a page with a secret',
      { ...SERVER, clientId: 'x', allowedOrigins: ['https://kopi.example'] },
      /allowedOrigins is for browser clients/,
    ],
    ['an invalid resource', { resources: ['x'] }, /resources x is not an absolute URI/],
    [
      'a resource server without authentication',
      { resourceServerFor: ['https://a/'] },
      /resourceServerFor a resource/,
    ],
    [
      'client credentials of a public client',
      { grantTypes: ['client_credentials'] },
      /grantTypes client_credentials requires client authentication/,
    ],
    [
      'platform scopes without client_credentials',
      { platformScopes: ['events'] },
      /platformScopes .* client_credentials/,
    ],
    ['keys in two places', { ...SERVER, clientId: 'x', jwksUri: 'https://k/' }, /jwksUri .* jwks/],
    [
      'a jwksUri without TLS',
      { ...SERVER, clientId: 'x', jwks: [], jwksUri: 'http://k.example/' },
      /jwksUri http:\/\/k\.example\/ is not an https URL/,
    ],
    [
      'a private key',
      { ...SERVER, clientId: 'x', jwks: [{ ...CLIENT_KEY.jwk, d: 'x' }] },
      /jwks contains a key that is a private or/,
    ],
    [
      'a short RSA key',
      { ...SERVER, clientId: 'x', jwks: [{ kty: 'RSA', n: `${'_'.repeat(170)}8`, e: 'AQAB' }] },
      /jwks contains a key that has a modulus of 1024 bits/,
    ],
    [
      'a key of an unsupported type',
      { ...SERVER, clientId: 'x', jwks: [{ kty: 'EC', crv: 'secp256k1', x: 'x', y: 'y' }] },
      /jwks contains a key that is on another curve/,
    ],
    [
      'a logout URI without TLS',
      { backchannelLogoutUri: 'http://kopi.example/' },
      /backchannelLogoutUri .* is not an https URL/,
    ],
    ['an unknown property', { secret: 'x' }, /secret is not a known property/],
  ])('is rejected with a message about %s', (_name, change, message) => {
    expect(check([SERVER, { ...PAGE, ...change }])).toMatch(message)
  })

  it('may use http in development', () => {
    const client = { ...SERVER, jwks: [], jwksUri: 'http://127.0.0.1:1/keys' }
    expect(check([client], { notifications: { allowPrivateAddresses: true } })).toBe('')
  })
})
