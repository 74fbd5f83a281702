/**
 * @module Metadata documents: of the authorization server, the same at both well-known addresses, and of the platform as a resource.
 * @see [RFC 8414](https://www.rfc-editor.org/rfc/rfc8414.html), [OpenID Connect Discovery §3](https://openid.net/specs/openid-connect-discovery-1_0.html),
 * [RFC 9728](https://www.rfc-editor.org/rfc/rfc9728.html)
 */

import { LOCALES } from '../../engine/consent/prompt.ts'
import { TOKEN_ALGORITHMS } from '../../engine/oauth/token-algorithms.ts'
import { RESPONSE_MODES } from '../../engine/records.ts'
import { GRANT_TYPES, PLATFORM_SCOPES } from '../../engine/registry.ts'
import { PROMPTS } from './authorization/rfc6749-authorize.ts'
import { AUTHORIZATION_DETAILS_TYPE } from './authorization/rfc9396-authorization-details.ts'
import type { OAuthOptions } from './context.ts'
import { PATHS } from './endpoints.ts'
import { GRANT_ACTIONS } from './resources/grant-management.ts'
import { DPOP_ALGORITHMS } from './rfc9449-dpop.ts'

const CLIENT_ALGORITHMS = ['ES256', 'EdDSA', 'Ed25519', 'RS256', 'PS256']

export function serverMetadata({
  issuer,
  ports,
  allowsRegistration,
  clientCertificateHeader,
}: OAuthOptions): object {
  const methods = [
    'private_key_jwt',
    'client_secret_basic',
    'client_secret_post',
    ...(clientCertificateHeader === undefined ? [] : ['tls_client_auth']),
  ]
  return {
    issuer,
    authorization_endpoint: issuer + PATHS.authorize,
    pushed_authorization_request_endpoint: issuer + PATHS.pushedRequest,
    token_endpoint: issuer + PATHS.token,
    introspection_endpoint: issuer + PATHS.introspect,
    revocation_endpoint: issuer + PATHS.revoke,
    userinfo_endpoint: issuer + PATHS.userinfo,
    jwks_uri: issuer + PATHS.jwks,
    ...(allowsRegistration && { registration_endpoint: issuer + PATHS.register }),
    grant_management_endpoint: issuer + PATHS.grants,
    grant_management_actions_supported: ['query', 'revoke', ...GRANT_ACTIONS],
    grant_management_action_required: false,
    response_types_supported: ['code'],
    response_modes_supported: RESPONSE_MODES,
    grant_types_supported: GRANT_TYPES,
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
    require_pushed_authorization_requests: false,
    request_parameter_supported: true,
    request_uri_parameter_supported: false,
    request_object_signing_alg_values_supported: CLIENT_ALGORITHMS,
    authorization_details_types_supported: [AUTHORIZATION_DETAILS_TYPE],
    token_endpoint_auth_methods_supported: [...methods, 'none'],
    token_endpoint_auth_signing_alg_values_supported: CLIENT_ALGORITHMS,
    introspection_endpoint_auth_methods_supported: methods,
    introspection_endpoint_auth_signing_alg_values_supported: CLIENT_ALGORITHMS,
    introspection_signing_alg_values_supported: TOKEN_ALGORITHMS,
    revocation_endpoint_auth_methods_supported: [...methods, 'none'],
    revocation_endpoint_auth_signing_alg_values_supported: CLIENT_ALGORITHMS,
    dpop_signing_alg_values_supported: DPOP_ALGORITHMS,
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: TOKEN_ALGORITHMS,
    userinfo_signing_alg_values_supported: TOKEN_ALGORITHMS,
    prompt_values_supported: PROMPTS,
    claims_supported: CLAIMS,
    claims_parameter_supported: true,
    ui_locales_supported: LOCALES,
    end_session_endpoint: issuer + PATHS.logout,
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: false,
    scopes_supported: [...userScopes(ports), ...PLATFORM_SCOPES],
  }
}

export const CLAIMS: readonly string[] = [
  'sub',
  'iss',
  'aud',
  'exp',
  'iat',
  'auth_time',
  'nonce',
  'acr',
  'name',
  'given_name',
  'middle_name',
  'family_name',
  'nickname',
  'picture',
  'gender',
  'birthdate',
  'email',
  'email_verified',
  'phone_number',
  'phone_number_verified',
  'address',
]

/**
 * The platform as a resource: UserInfo and the APIs behind the gateway.
 * @param path of the URL that the client calls, `''` for the platform as a whole. The same server and the same keys protect every path
 */
export function resourceMetadata({ issuer, ports }: OAuthOptions, path = ''): object {
  return {
    resource: issuer + path,
    authorization_servers: [issuer],
    jwks_uri: issuer + PATHS.jwks,
    scopes_supported: userScopes(ports),
    bearer_methods_supported: ['header', 'body'],
    dpop_signing_alg_values_supported: DPOP_ALGORITHMS,
    dpop_bound_access_tokens_required: false,
  }
}

function userScopes({ registry }: OAuthOptions['ports']): readonly string[] {
  return [...registry.scopes.keys()]
}
