/**
 * @module OAuth clients as assent.yaml declares them.
 */

import { problemsOfClient } from '../../engine/oauth/client-rules.ts'
import { REGISTERED_PREFIX } from '../../engine/oauth/clients.ts'
import type { OAuthClient, TokenEndpointAuth } from '../../engine/registry.ts'
import type { Config } from '../schema.ts'
import type { ConfigIssue, YamlFile } from '../yaml.ts'

/** By the same rules as a client that registers itself. */
export function checkOAuthClients({ value, addIssue }: YamlFile<Config>): readonly ConfigIssue[] {
  const seen = new Set<string>()
  return value.clients.flatMap(({ oauth = [], miniPrograms }, owner) =>
    oauth.flatMap((declared, index) => {
      const path = ['clients', owner, 'oauth', index]
      const { clientId, appId, walletId, tokenEndpointAuthMethod } = declared
      const rules: readonly (readonly [isWrong: boolean, member: string, problem: string])[] = [
        [seen.has(clientId), 'clientId', `${clientId} is there twice`],
        [
          clientId.startsWith(REGISTERED_PREFIX),
          'clientId',
          `${REGISTERED_PREFIX} begins the ids of clients that register themselves`,
        ],
        [
          !miniPrograms.some((one) => one.appId === appId),
          'appId',
          `${appId} is no mini program of this client`,
        ],
        [
          walletId !== undefined && !value.wallets.some((one) => one.walletId === walletId),
          'walletId',
          `${walletId} is no wallet`,
        ],
        [
          tokenEndpointAuthMethod === 'tls_client_auth' &&
            value.oauth?.clientCertificateHeader === undefined,
          'tokenEndpointAuthMethod',
          'needs oauth/clientCertificateHeader',
        ],
      ]
      seen.add(clientId)
      const isDevelopment = value.notifications?.allowPrivateAddresses
      return [
        ...rules
          .filter(([isWrong]) => isWrong)
          .map(([, member, text]) => addIssue([...path, member], text)),
        ...problemsOfClient(toOAuthClient(declared), isDevelopment).map((one) =>
          addIssue([...path, one.member], one.problem),
        ),
      ]
    }),
  )
}

type DeclaredOAuthClient = NonNullable<Config['clients'][number]['oauth']>[number]

export function toOAuthClient(declared: DeclaredOAuthClient): OAuthClient {
  const {
    tokenEndpointAuthMethod,
    secretHashes = [],
    tlsClientAuthSanDns = '',
    walletId,
    jwksUri,
    backchannelLogoutUri,
  } = declared
  return {
    clientId: declared.clientId,
    appId: declared.appId,
    tokenEndpointAuth: authOf(tokenEndpointAuthMethod, secretHashes, tlsClientAuthSanDns),
    grantTypes: declared.grantTypes ?? ['authorization_code', 'refresh_token'],
    redirectUris: declared.redirectUris ?? [],
    allowedOrigins: declared.allowedOrigins ?? [],
    jwks: declared.jwks ?? [],
    resources: declared.resources ?? [],
    resourceServerFor: declared.resourceServerFor ?? [],
    platformScopes: declared.platformScopes ?? [],
    requirePushedAuthorizationRequests: declared.requirePushedAuthorizationRequests ?? false,
    requireSignedRequestObject: declared.requireSignedRequestObject ?? false,
    dpopBoundAccessTokens: declared.dpopBoundAccessTokens ?? false,
    accessTokenFormat: declared.accessTokenFormat ?? 'sealed',
    ...(jwksUri !== undefined && { jwksUri }),
    ...(walletId !== undefined && { walletId }),
    ...(backchannelLogoutUri !== undefined && { backchannelLogoutUri }),
  }
}

function authOf(
  method: DeclaredOAuthClient['tokenEndpointAuthMethod'],
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
