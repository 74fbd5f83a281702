/**
 * @module Security profiles: what they demand, and which settings contradict them.
 */
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { clientAlgorithm } from '../../../src/engine/oauth/signing-algorithms.ts'
import { withProfile } from '../../../src/engine/oauth-clients/client-profiles.ts'
import { problemsOfClient } from '../../../src/engine/oauth-clients/client-rules.ts'
import type { OAuthClient, PublicJwk } from '../../../src/engine/registry.ts'
import { OAUTH_CLIENT, PUBLIC_CLIENT } from '../../support/engine.ts'

const RSA = exportKey(generateKeyPairSync('rsa', { modulusLength: 2048 }))
const P256 = exportKey(generateKeyPairSync('ec', { namedCurve: 'P-256' }))

function exportKey({ publicKey }: { readonly publicKey: KeyObject }): PublicJwk {
  return publicKey.export({ format: 'jwk' }) as PublicJwk
}

const FAPI: OAuthClient = {
  ...OAUTH_CLIENT,
  tokenEndpointAuth: { method: 'private_key_jwt' },
  jwks: [P256],
  idTokenSignedResponseAlg: 'ES256',
  introspectionSignedResponseAlg: 'ES256',
  profile: 'fapi2-security',
}

describe(problemsOfClient, () => {
  it.each<[string, OAuthClient, readonly string[]]>([
    ['a client of the profile', FAPI, []],
    ['an RSA key without alg', { ...FAPI, jwks: [RSA] }, []],
    [
      'a secret',
      { ...FAPI, tokenEndpointAuth: OAUTH_CLIENT.tokenEndpointAuth },
      ['tokenEndpointAuth'],
    ],
    ['no PKCE', { ...FAPI, pkce: 'optional' }, ['pkce']],
    [
      'another audience',
      { ...FAPI, assertionAudience: 'issuer-or-endpoint' },
      ['assertionAudience'],
    ],
    ['an RS256 key', { ...FAPI, jwks: [{ ...RSA, alg: 'RS256' }] }, ['jwks']],
    [
      'RS256 for UserInfo',
      { ...FAPI, userinfoSignedResponseAlg: 'RS256' },
      ['userinfoSignedResponseAlg'],
    ],
    ['no PKCE of a client without a secret', { ...PUBLIC_CLIENT, pkce: 'or-nonce' }, ['pkce']],
    ['no PKCE of a client with a secret', { ...OAUTH_CLIENT, pkce: 'or-nonce' }, []],
  ])('finds what contradicts: %s', (_, client, members) => {
    expect(problemsOfClient(client).map(({ member }) => member)).toEqual(members)
  })
})

it.each([
  [
    undefined,
    {
      requirePushedAuthorizationRequests: false,
      dpopBoundAccessTokens: false,
      requireSignedRequestObject: false,
    },
  ],
  [
    'fapi2-security' as const,
    {
      requirePushedAuthorizationRequests: true,
      dpopBoundAccessTokens: true,
      requireSignedRequestObject: false,
    },
  ],
  [
    'fapi2-message-signing' as const,
    {
      requirePushedAuthorizationRequests: true,
      dpopBoundAccessTokens: true,
      requireSignedRequestObject: true,
    },
  ],
])('the profile %s sets its flags', (profile, flags) => {
  expect(withProfile(profile, OAUTH_CLIENT)).toEqual(flags)
})

it.each<[PublicJwk, string, string | undefined]>([
  [RSA, 'RS256', 'PS256'],
  [{ ...RSA, alg: 'RS256' }, 'RS256', undefined],
  [{ ...RSA, alg: 'PS256' }, 'PS256', 'PS256'],
  [P256, 'ES256', 'ES256'],
])('the key %o is for %s, in a profile for %s', (jwk, plain, inProfile) => {
  expect([clientAlgorithm(OAUTH_CLIENT, jwk), clientAlgorithm(FAPI, jwk)]).toEqual([
    plain,
    inProfile,
  ])
})
