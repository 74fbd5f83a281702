/**
 * @module The token endpoint: authorization_code, refresh_token, client_credentials and token-exchange grants.
 * @see [RFC 6749 §3.2](https://www.rfc-editor.org/rfc/rfc6749.html#section-3.2)
 */
import { ERRORS } from '@assent/protocol'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { AssentError } from '../../../engine/errors.ts'
import { grantedDetails } from '../../../engine/oauth/granted-details.ts'
import type { TokenRequestContext } from '../../../engine/oauth/token-constraints.ts'
import type { CodeBinding } from '../../../engine/ports/credentials.ts'
import { GRANT_TYPES, type GrantType } from '../../../engine/registry.ts'
import type { IssuedTokens } from '../../../engine/tokens/issue-tokens.ts'
import { refreshTokens } from '../../../engine/tokens/refresh.ts'
import { readProfile } from '../../../engine/users/profile.ts'
import { describeDetails } from '../authorization/rfc9396-authorization-details.ts'
import {
  authenticateRequest,
  type ClientRequest,
  type OAuthOptions,
  requireGrantType,
} from '../context.ts'
import { OAuthError } from '../errors.ts'
import { readScopes } from '../form-parameters.ts'
import { grantIdOf } from '../resources/grant-management.ts'
import { claimsOf } from '../resources/oidc-userinfo.ts'
import { readResources } from '../rfc8707-resources.ts'
import { signIdToken } from './oidc-id-token.ts'
import { redeemAuthorizationCode } from './rfc6749-authorization-code.ts'
import { grantClientCredentials } from './rfc6749-client-credentials.ts'
import { handleTokenExchange } from './rfc8693-token-exchange.ts'
import { encodeAccessToken } from './rfc9068-access-token.ts'
import { grantServiceAccount, isServiceAccountRequest } from './service-account-token.ts'
import type { TokenResponse } from './token-response.ts'

export async function handleTokenRequest(
  options: OAuthOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<TokenResponse> {
  if (isServiceAccountRequest(request)) return grantServiceAccount(options, request, reply)
  const call = await authenticateRequest(options, request, reply, 'bind')
  const requested = call.form.require('grant_type')
  const grantType = GRANT_TYPES.find((one) => one === requested)
  if (!grantType)
    throw new OAuthError(
      'unsupported_grant_type',
      `grant_type must be one of ${GRANT_TYPES.join(', ')}.`,
    )
  requireGrantType(call.caller, grantType)
  const tokenRequest = readTokenRequest(call, grantType, options.issuer)
  return GRANTS[grantType](options, { ...call, tokenRequest })
}

const GRANTS: Readonly<
  Record<GrantType, (options: OAuthOptions, call: ClientRequest) => Promise<TokenResponse>>
> = {
  authorization_code: grantAuthorizationCode,
  refresh_token: grantRefreshToken,
  client_credentials: grantClientCredentials,
  'urn:ietf:params:oauth:grant-type:token-exchange': handleTokenExchange,
}

const RESOURCE_PARAMETERS: Readonly<
  Partial<Record<GrantType, readonly ('resource' | 'audience')[]>>
> = { 'urn:ietf:params:oauth:grant-type:token-exchange': ['resource', 'audience'] }

/** The parameters that all grants have in common. */
function readTokenRequest(
  { form, tokenRequest }: ClientRequest,
  grantType: GrantType,
  issuer: string,
): TokenRequestContext {
  // RFC 6749 §4.1.3 has no scope parameter: the scopes of a code are fixed when it is issued.
  const scope = grantType === 'authorization_code' ? undefined : form.get('scope')
  const redirectUri = form.get('redirect_uri')
  const resources = readResources(form, tokenRequest.client, issuer, RESOURCE_PARAMETERS[grantType])
  return {
    ...tokenRequest,
    ...(scope !== undefined && { scopes: readScopes(scope) }),
    ...(redirectUri !== undefined && { redirectUri }),
    ...(resources && { resources }),
  }
}

async function grantAuthorizationCode(
  options: OAuthOptions,
  call: ClientRequest,
): Promise<TokenResponse> {
  const issued = await redeemAuthorizationCode(options, call, call.form.require('code'))
  const { idTokenClaims = [], ...login } = issued.binding ?? {}
  const claims = await readClaims(options, issued, idTokenClaims, call.now)
  return respond(options, call, issued, { ...login, claims })
}

/**
 * The claims of the user that the client requested for its ID token. The code is redeemed at this point, so that a directory that does not
 * answer leaves them out: the client reads them at the UserInfo endpoint.
 */
async function readClaims(
  { ports }: OAuthOptions,
  issued: IssuedTokens,
  names: readonly string[],
  now: number,
): Promise<object> {
  if (names.length === 0) return {}
  const profile = await readProfile(ports, issued, now).catch(() => undefined)
  const claims = profile ? Object.entries(claimsOf(profile)) : []
  return Object.fromEntries(claims.filter(([name]) => names.includes(name)))
}

async function grantRefreshToken(
  options: OAuthOptions,
  call: ClientRequest,
): Promise<TokenResponse> {
  const { caller, form, tokenRequest, now } = call
  const issued = await refreshTokens(
    options.ports,
    {
      client: caller.merchant,
      refreshToken: form.require('refresh_token'),
      reference: { appId: caller.client.appId },
      oauth: tokenRequest,
    },
    now,
  ).catch(toRefreshError)
  const authTime = issued.claims.binding?.authTime
  return respond(options, call, issued, authTime === undefined ? {} : { authTime })
}

/** `access_denied` belongs to the authorization endpoint. RFC 6749 §5.2 has `invalid_grant` for a grant that cannot be used. */
function toRefreshError(error: unknown): never {
  const isAccountClosed = error instanceof AssentError && error.code === 'USER_NOT_ACTIVE'
  throw isAccountClosed
    ? new OAuthError('invalid_grant', ERRORS.USER_NOT_ACTIVE.message, { cause: error })
    : error
}

async function respond(
  options: OAuthOptions,
  { caller: { client }, tokenRequest, now }: ClientRequest,
  issued: IssuedTokens,
  login: Pick<CodeBinding, 'authTime' | 'nonce' | 'acr'> & { readonly claims?: object },
): Promise<TokenResponse> {
  const { scopes, grant } = issued
  const { subject } = grant
  const hasRefreshToken =
    client.grantTypes.includes('refresh_token') &&
    // Consent that was given for one time cannot be extended.
    issued.refreshTokenExpiresAt > issued.accessTokenExpiresAt
  return {
    access_token: await encodeAccessToken(options, client, issued),
    token_type: tokenRequest.jkt === undefined ? 'Bearer' : 'DPoP',
    expires_in: issued.accessTokenExpiresAt - now,
    scope: scopes.join(' '),
    ...(hasRefreshToken && { refresh_token: issued.refreshToken }),
    ...(scopes.includes('openid') && {
      id_token: await signIdToken(options, client, { subject, now, ...login }),
    }),
    grant_id: grantIdOf(grant.grantId),
    ...describeDetails(grantedDetails(issued.claims.binding, grant, scopes)),
  }
}
