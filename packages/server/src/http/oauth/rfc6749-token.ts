/**
 * @module The token endpoint: a code, a refresh token, another token or nothing but itself is what a client brings.
 * @see [RFC 6749 §3.2](https://www.rfc-editor.org/rfc/rfc6749.html#section-3.2)
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { TokenRequestContext } from '../../engine/oauth/token-constraints.ts'
import { GRANT_TYPES, type GrantType } from '../../engine/registry.ts'
import type { IssuedTokens } from '../../engine/tokens/issue-tokens.ts'
import { refreshTokens } from '../../engine/tokens/refresh.ts'
import {
  authenticateRequest,
  type ClientRequest,
  type OAuthOptions,
  requireGrantType,
} from './context.ts'
import { OAuthError } from './errors.ts'
import { readScopes } from './form-parameters.ts'
import { grantIdOf } from './grant-management.ts'
import { idTokenOf } from './oidc-id-token.ts'
import { redeemAuthorizationCode } from './redeem-for.ts'
import { readResources } from './rfc6749-authorize.ts'
import { grantClientCredentials } from './rfc6749-client-credentials.ts'
import { handleTokenExchange } from './rfc8693-token-exchange.ts'
import { accessTokenOf } from './rfc9068-access-token.ts'

export type TokenResponse = {
  readonly access_token: string
  readonly token_type: 'Bearer' | 'DPoP'
  readonly expires_in: number
  readonly scope: string
  readonly refresh_token?: string
  readonly id_token?: string
  readonly issued_token_type?: string
  readonly grant_id?: string
}

export async function handleTokenRequest(
  options: OAuthOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<TokenResponse> {
  const call = await authenticateRequest(options, request, reply)
  const named = call.form.require('grant_type')
  const grantType = GRANT_TYPES.find((one) => one === named)
  if (!grantType)
    throw new OAuthError(
      'unsupported_grant_type',
      `grant_type is one of ${GRANT_TYPES.join(', ')}.`,
    )
  requireGrantType(call.party, grantType)
  const { party, form, now } = call
  const proof = readTokenRequest(call, grantType, options.issuer)
  return GRANTS[grantType](options, { party, form, proof, now })
}

const GRANTS: Readonly<
  Record<GrantType, (options: OAuthOptions, call: ClientRequest) => Promise<TokenResponse>>
> = {
  authorization_code: redeem,
  refresh_token: refresh,
  client_credentials: grantClientCredentials,
  'urn:ietf:params:oauth:grant-type:token-exchange': handleTokenExchange,
}

/** What the client has shown, and what it wants of what it may have. */
function readTokenRequest(
  { form, proof }: ClientRequest,
  grantType: GrantType,
  issuer: string,
): TokenRequestContext {
  // The scopes of a code were decided when it was made: RFC 6749 §4.1.3 has no such parameter.
  const scope = grantType === 'authorization_code' ? undefined : form.get('scope')
  const redirectUri = form.get('redirect_uri')
  const resources = readResources(form, issuer)
  return {
    client: proof.client,
    ...(proof.jkt !== undefined && { jkt: proof.jkt }),
    ...(scope !== undefined && { scopes: readScopes(scope) }),
    ...(redirectUri !== undefined && { redirectUri }),
    ...(resources && { resources }),
  }
}

async function redeem(options: OAuthOptions, call: ClientRequest): Promise<TokenResponse> {
  const issued = await redeemAuthorizationCode(options, call, call.form.require('code'))
  return respond(options, call, issued, issued.binding ?? {})
}

async function refresh(options: OAuthOptions, call: ClientRequest): Promise<TokenResponse> {
  const { party, form, proof, now } = call
  const issued = await refreshTokens(
    options.ports,
    {
      client: party.merchant,
      refreshToken: form.require('refresh_token'),
      reference: { appId: party.client.appId },
      oauth: proof,
    },
    now,
  )
  const authTime = issued.claims.binding?.authTime
  return respond(options, call, issued, authTime === undefined ? {} : { authTime })
}

async function respond(
  options: OAuthOptions,
  { party: { client }, proof, now }: Pick<ClientRequest, 'party' | 'proof' | 'now'>,
  issued: IssuedTokens,
  login: { readonly authTime?: number; readonly nonce?: string },
): Promise<TokenResponse> {
  const { scopes, grant } = issued
  const { subject } = grant
  const refreshes =
    client.grantTypes.includes('refresh_token') &&
    // What was granted for once is not prolonged.
    issued.refreshTokenExpiresAt > issued.accessTokenExpiresAt
  return {
    access_token: await accessTokenOf(options, client, { subject, ...issued }),
    token_type: proof.jkt === undefined ? 'Bearer' : 'DPoP',
    expires_in: issued.accessTokenExpiresAt - now,
    scope: scopes.join(' '),
    ...(refreshes && { refresh_token: issued.refreshToken }),
    ...(scopes.includes('openid') && {
      id_token: await idTokenOf(options, client, { subject, now, ...login }),
    }),
    grant_id: grantIdOf(grant.grantId),
  }
}
