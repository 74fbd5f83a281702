/**
 * @module OAuth clients as assent.yaml declares them.
 */
import type { Config } from './config-schema.ts'
import { problemsOfClient } from './engine/oauth/client-rules.ts'
import { REGISTERED_PREFIX } from './engine/oauth/clients.ts'
import type { ClientAuth, OAuthClient } from './engine/registry.ts'
import type { Problem, YamlFile } from './yaml-file.ts'

/** By the same rules as a client that registers itself. */
export function checkOAuthClients({ value, problem }: YamlFile<Config>): readonly Problem[] {
  const seen = new Set<string>()
  return value.clients.flatMap(({ oauth = [], miniPrograms }, owner) =>
    oauth.flatMap((declared, index) => {
      const path = ['clients', owner, 'oauth', index]
      const { clientId, appId, walletId, auth } = declared
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
          auth === 'tls_client_auth' && value.oauth?.certificateHeader === undefined,
          'auth',
          'needs oauth/certificateHeader',
        ],
      ]
      seen.add(clientId)
      const isDevelopment = value.notifications?.privateAddresses
      return [
        ...rules
          .filter(([isWrong]) => isWrong)
          .map(([, member, text]) => problem([...path, member], text)),
        ...problemsOfClient(toOAuthClient(declared), isDevelopment).map((one) =>
          problem([...path, one.member], one.problem),
        ),
      ]
    }),
  )
}

type DeclaredOAuthClient = NonNullable<Config['clients'][number]['oauth']>[number]

export function toOAuthClient(declared: DeclaredOAuthClient): OAuthClient {
  const { auth, secretHashes = [], sanDns = '', walletId, jwksUri, backchannelLogoutUri } = declared
  return {
    clientId: declared.clientId,
    appId: declared.appId,
    auth: authOf(auth, secretHashes, sanDns),
    grantTypes: declared.grantTypes ?? ['authorization_code', 'refresh_token'],
    redirectUris: declared.redirectUris ?? [],
    origins: declared.origins ?? [],
    jwks: declared.jwks ?? [],
    resources: declared.resources ?? [],
    serves: declared.serves ?? [],
    platformScopes: declared.platformScopes ?? [],
    requirePushedRequests: declared.requirePushedRequests ?? false,
    requireSignedRequests: declared.requireSignedRequests ?? false,
    requireDpop: declared.requireDpop ?? false,
    accessTokenFormat: declared.accessTokenFormat ?? 'sealed',
    ...(jwksUri !== undefined && { jwksUri }),
    ...(walletId !== undefined && { walletId }),
    ...(backchannelLogoutUri !== undefined && { backchannelLogoutUri }),
  }
}

function authOf(
  method: DeclaredOAuthClient['auth'],
  secretHashes: readonly string[],
  sanDns: string,
): ClientAuth {
  switch (method) {
    case 'client_secret_basic':
    case 'client_secret_post':
      return { method, secretHashes }
    case 'tls_client_auth':
      return { method, sanDns }
    default:
      return { method }
  }
}
