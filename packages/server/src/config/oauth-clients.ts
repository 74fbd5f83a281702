/**
 * @module Converts the document of an OAuth client to the one of the engine, with the defaults of absent members.
 */
import { defaultTokenAlgorithm, withProfile } from '../engine/oauth-clients/client-profiles.ts'
import type { OAuthClient, TokenEndpointAuth } from '../engine/registry.ts'
import type { OAuthClientEntry } from './sections.ts'

export function toOAuthClient(declared: OAuthClientEntry): OAuthClient {
  const {
    tokenEndpointAuthMethod,
    secretHashes = [],
    tlsClientAuthSanDns = '',
    walletId,
    jwksUri,
    backchannelLogoutUri,
    profile,
    pkce,
    assertionAudience,
    postLogoutRedirectUris,
    userinfoSignedResponseAlg,
  } = declared
  return {
    clientId: declared.clientId,
    appId: declared.appId,
    tokenEndpointAuth: tokenEndpointAuthOf(
      tokenEndpointAuthMethod,
      secretHashes,
      tlsClientAuthSanDns,
    ),
    grantTypes: declared.grantTypes ?? ['authorization_code', 'refresh_token'],
    redirectUris: declared.redirectUris ?? [],
    allowedOrigins: declared.allowedOrigins ?? [],
    jwks: declared.jwks ?? [],
    resources: declared.resources ?? [],
    resourceServerFor: declared.resourceServerFor ?? [],
    platformScopes: declared.platformScopes ?? [],
    ...withProfile(profile, {
      requirePushedAuthorizationRequests: declared.requirePushedAuthorizationRequests ?? false,
      requireSignedRequestObject: declared.requireSignedRequestObject ?? false,
      dpopBoundAccessTokens: declared.dpopBoundAccessTokens ?? false,
    }),
    accessTokenFormat: declared.accessTokenFormat ?? 'sealed',
    ...(profile !== undefined && { profile }),
    ...(pkce !== undefined && { pkce }),
    ...(assertionAudience !== undefined && { assertionAudience }),
    idTokenSignedResponseAlg: declared.idTokenSignedResponseAlg ?? defaultTokenAlgorithm(profile),
    introspectionSignedResponseAlg:
      declared.introspectionSignedResponseAlg ?? defaultTokenAlgorithm(profile),
    ...(userinfoSignedResponseAlg !== undefined && { userinfoSignedResponseAlg }),
    ...(jwksUri !== undefined && { jwksUri }),
    ...(walletId !== undefined && { walletId }),
    ...(backchannelLogoutUri !== undefined && { backchannelLogoutUri }),
    ...(postLogoutRedirectUris !== undefined && { postLogoutRedirectUris }),
  }
}

function tokenEndpointAuthOf(
  method: OAuthClientEntry['tokenEndpointAuthMethod'],
  secretHashes: readonly string[],
  tlsClientAuthSanDns: string,
): TokenEndpointAuth {
  switch (method) {
    case 'client_secret_basic':
    case 'client_secret_post':
      return { method, secretHashes }
    case 'tls_client_auth':
      return { method, tlsClientAuthSanDns }
    default:
      return { method }
  }
}
