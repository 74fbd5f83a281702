/**
 * @module The token endpoint: a code, a refresh token, another token or nothing but itself is what a client brings.
 * @see [RFC 6749 §3.2](https://www.rfc-editor.org/rfc/rfc6749.html#section-3.2)
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { OAuthProof } from '../../engine/oauth/terms.ts'
import { redeemCode } from '../../engine/redeem.ts'
import { refreshTokens } from '../../engine/refresh.ts'
import { GRANT_TYPES, type GrantType } from '../../engine/registry.ts'
import type { IssuedTokens } from '../../engine/tokens.ts'
import { OAuthError } from './errors.ts'
import { grantIdOf } from './grant-management.ts'
import { idTokenOf } from './oidc-id-token.ts'
import { type Read, readScopes } from './parameters.ts'
import { type ClientCall, type OAuthOptions, readClientCall, requireGrantType } from './parts.ts'
import { readResources } from './rfc6749-authorize.ts'
import { issueToClient } from './rfc6749-client-credentials.ts'
import { exchange } from './rfc8693-token-exchange.ts'
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

export async function giveTokens(
  options: OAuthOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<TokenResponse> {
  const call = await readClientCall(options, request, reply)
  const named = call.form.need('grant_type')
  const grantType = GRANT_TYPES.find((one) => one === named)
  if (!grantType)
    throw new OAuthError(
      'unsupported_grant_type',
      `grant_type is one of ${GRANT_TYPES.join(', ')}.`,
    )
  requireGrantType(call.party, grantType)
  return GRANTS[grantType](options, { ...call, proof: askedProof(call, options.issuer) })
}

const GRANTS: Readonly<
  Record<GrantType, (options: OAuthOptions, call: ClientCall) => Promise<TokenResponse>>
> = {
  authorization_code: redeem,
  refresh_token: refresh,
  client_credentials: issueToClient,
  'urn:ietf:params:oauth:grant-type:token-exchange': exchange,
}

/** What the client has shown, and what it wants of what it may have. */
function askedProof({ form, proof }: ClientCall, issuer: string): OAuthProof {
  const scope = form.get('scope')
  const redirectUri = form.get('redirect_uri')
  const resources = readResources(form, issuer)
  return {
    ...proof,
    ...(scope !== undefined && { scopes: readScopes(scope) }),
    ...(redirectUri !== undefined && { redirectUri }),
    ...(resources && { resources }),
  }
}

/** The scope was decided when the code was made (RFC 6749 §4.1.3 has no such parameter). */
async function redeem(
  options: OAuthOptions,
  { party, form, proof, now }: ClientCall,
): Promise<TokenResponse> {
  const { scopes: _, ...oauth } = proof
  const verifier = readVerifier(form)
  const issued = await redeemCode(
    options.ports,
    {
      client: party.owner,
      code: form.need('code'),
      reference: { appId: party.client.appId },
      oauth,
      ...(verifier !== undefined && { verifier }),
    },
    now,
  )
  const authTime = issued.terms?.authTime
  const nonce = issued.terms?.nonce
  return respond(options, { party, proof, now }, issued, {
    ...(authTime !== undefined && { authTime }),
    ...(nonce !== undefined && { nonce }),
  })
}

async function refresh(
  options: OAuthOptions,
  { party, form, proof, now }: ClientCall,
): Promise<TokenResponse> {
  const issued = await refreshTokens(
    options.ports,
    {
      client: party.owner,
      refreshToken: form.need('refresh_token'),
      reference: { appId: party.client.appId },
      oauth: proof,
    },
    now,
  )
  const authTime = issued.claims.terms?.authTime
  return respond(options, { party, proof, now }, issued, authTime === undefined ? {} : { authTime })
}

async function respond(
  options: OAuthOptions,
  { party: { client }, proof, now }: Pick<ClientCall, 'party' | 'proof' | 'now'>,
  issued: IssuedTokens,
  login: { readonly authTime?: number; readonly nonce?: string },
): Promise<TokenResponse> {
  const { claims, scopes, grant } = issued
  const refreshes =
    client.grantTypes.includes('refresh_token') &&
    // What was granted for once is not prolonged.
    issued.refreshTokenExpiresAt > issued.accessTokenExpiresAt
  return {
    access_token: await accessTokenOf(options, client, { claims, scopes, subject: grant.subject }),
    token_type: proof.jkt === undefined ? 'Bearer' : 'DPoP',
    expires_in: issued.accessTokenExpiresAt - now,
    scope: scopes.join(' '),
    ...(refreshes && { refresh_token: issued.refreshToken }),
    ...(scopes.includes('openid') && {
      id_token: await idTokenOf(options, client, { subject: grant.subject, now, ...login }),
    }),
    grant_id: grantIdOf(grant.grantId),
  }
}

/** RFC 7636 §4.1 */
function readVerifier(form: Read): string | undefined {
  const verifier = form.get('code_verifier')
  if (verifier !== undefined && !/^[A-Za-z0-9._~-]{43,128}$/.test(verifier))
    throw new OAuthError('invalid_request', 'code_verifier is 43 to 128 of A–Z a–z 0–9 - . _ ~.')
  return verifier
}
