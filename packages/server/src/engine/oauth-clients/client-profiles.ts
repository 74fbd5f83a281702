/**
 * @module Security profiles of OAuth clients: what FAPI 2.0 demands beyond OAuth 2.1, and what OpenID Connect permits instead.
 * @see docs/conformance.md#profiles
 */

import { clientAlgorithm } from '../oauth/signing-algorithms.ts'
import { DEFAULT_TOKEN_ALGORITHM, type TokenAlgorithm } from '../oauth/token-algorithms.ts'
import type { ClientProfile, OAuthClient } from '../registry.ts'

/** A violated rule and the member that violates it. */
export type ClientProblem = { readonly member: keyof OAuthClient; readonly problem: string }

const FAPI_AUTH_METHODS: readonly string[] = ['private_key_jwt', 'tls_client_auth']

type ProfileFlags = Pick<
  OAuthClient,
  'requirePushedAuthorizationRequests' | 'requireSignedRequestObject' | 'dpopBoundAccessTokens'
>

/**
 * The settings that a profile demands, whatever the client declares.
 * @see [FAPI 2.0 Security Profile §5.3.2](https://openid.net/specs/fapi-security-profile-2_0-final.html#section-5.3.2)
 */
export function withProfile(profile: ClientProfile | undefined, flags: ProfileFlags): ProfileFlags {
  const isFapi = profile !== undefined
  return {
    requirePushedAuthorizationRequests: isFapi || flags.requirePushedAuthorizationRequests,
    dpopBoundAccessTokens: isFapi || flags.dpopBoundAccessTokens,
    requireSignedRequestObject:
      profile === 'fapi2-message-signing' || flags.requireSignedRequestObject,
  }
}

/** FAPI 2.0 §5.4.1 excludes RS256. */
export function defaultTokenAlgorithm(profile: ClientProfile | undefined): TokenAlgorithm {
  return profile === undefined ? DEFAULT_TOKEN_ALGORITHM : 'ES256'
}

/** What contradicts the profile of a client, or the rule for its codes. */
export function problemsOfProfile(client: OAuthClient): readonly ClientProblem[] {
  const { profile, pkce = 'required', assertionAudience = 'issuer', tokenEndpointAuth } = client
  const isFapi = profile !== undefined
  const rules: readonly (ClientProblem & { readonly isViolated: boolean })[] = [
    {
      isViolated: isFapi && !FAPI_AUTH_METHODS.includes(tokenEndpointAuth.method),
      member: 'tokenEndpointAuth',
      problem: `must be ${FAPI_AUTH_METHODS.join(' or ')} in the profile ${profile}`,
    },
    {
      isViolated: isFapi && pkce !== 'required',
      member: 'pkce',
      problem: `must be required in the profile ${profile}`,
    },
    {
      isViolated: isFapi && assertionAudience !== 'issuer',
      member: 'assertionAudience',
      problem: `must be issuer in the profile ${profile}`,
    },
    {
      isViolated: isFapi && client.jwks.some((jwk) => !clientAlgorithm(client, jwk)),
      member: 'jwks',
      problem: `must contain keys for PS256, ES256 or EdDSA only in the profile ${profile}`,
    },
    {
      isViolated: isFapi && client.idTokenSignedResponseAlg === 'RS256',
      member: 'idTokenSignedResponseAlg',
      problem: `must be ES256 or EdDSA in the profile ${profile}`,
    },
    {
      isViolated: isFapi && client.introspectionSignedResponseAlg === 'RS256',
      member: 'introspectionSignedResponseAlg',
      problem: `must be ES256 or EdDSA in the profile ${profile}`,
    },
    {
      isViolated: isFapi && client.userinfoSignedResponseAlg === 'RS256',
      member: 'userinfoSignedResponseAlg',
      problem: `must be ES256 or EdDSA in the profile ${profile}`,
    },
    {
      isViolated: pkce !== 'required' && tokenEndpointAuth.method === 'none',
      member: 'pkce',
      problem: 'must be required for a client without a secret or a key',
    },
  ]
  return rules
    .filter(({ isViolated }) => isViolated)
    .map(({ member, problem }) => ({ member, problem }))
}
