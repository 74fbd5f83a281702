/**
 * @module Token exchange: an access token or the code of a mini program is exchanged for an access token with fewer scopes or
 * resources and a shorter lifetime.
 * @see [RFC 8693](https://www.rfc-editor.org/rfc/rfc8693.html)
 */

import { AssentError } from '../../../engine/errors.ts'
import { grantedDetails } from '../../../engine/oauth/granted-details.ts'
import {
  downscope,
  type ExchangedToken,
  exchangeAccessToken,
} from '../../../engine/oauth/token-exchange.ts'
import { describeDetails } from '../authorization/rfc9396-authorization-details.ts'
import type { ClientRequest, OAuthOptions } from '../context.ts'
import { OAuthError, toOAuthError } from '../errors.ts'
import { redeemAuthorizationCode } from './rfc6749-authorization-code.ts'
import { resolveToken } from './rfc7662-introspect.ts'
import { encodeAccessToken } from './rfc9068-access-token.ts'
import type { TokenResponse } from './token-response.ts'

export const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'
/** Specific to this server: a code from `my.getAuthCode`. */
export const AUTH_CODE = 'urn:assent:params:oauth:token-type:auth_code'

export async function handleTokenExchange(
  options: OAuthOptions,
  call: ClientRequest,
): Promise<TokenResponse> {
  const { form, caller, tokenRequest, now } = call
  if ((form.get('requested_token_type') ?? ACCESS_TOKEN) !== ACCESS_TOKEN)
    throw new OAuthError('invalid_request', `requested_token_type must be ${ACCESS_TOKEN}.`)
  if (form.get('actor_token') !== undefined || form.get('actor_token_type') !== undefined)
    throw new OAuthError(
      'invalid_request',
      'actor_token is not supported. Leave it and actor_token_type out: the client is the actor.',
    )
  const exchanged = await exchangeSubjectToken(options, call).catch((error: unknown) => {
    throw error instanceof AssentError && isInvalidCredential(error)
      ? new OAuthError(
          'invalid_request',
          'subject_token is not valid for this client: it is unknown, expired, already used, revoked, issued to another client, or bound to a key without a DPoP proof of that key.',
        )
      : error
  })
  return {
    access_token: await encodeAccessToken(options, caller.client, exchanged),
    issued_token_type: ACCESS_TOKEN,
    token_type: tokenRequest.jkt === undefined ? 'Bearer' : 'DPoP',
    expires_in: exchanged.claims.expiresAt - now,
    scope: exchanged.scopes.join(' '),
    ...describeDetails(grantedDetails(exchanged.claims.binding, exchanged.grant, exchanged.scopes)),
  }
}

/** RFC 8693 §2.2.2 requires `invalid_request` for an invalid subject token. */
function isInvalidCredential(error: AssentError): boolean {
  const { error: name } = toOAuthError(error)
  return name === 'invalid_grant' || name === 'invalid_token'
}

async function exchangeSubjectToken(
  options: OAuthOptions,
  call: ClientRequest,
): Promise<ExchangedToken> {
  const { ports } = options
  const { form, caller, tokenRequest, now } = call
  const subjectToken = form.require('subject_token')
  switch (form.require('subject_token_type')) {
    case ACCESS_TOKEN:
      return exchangeAccessToken(
        ports,
        caller,
        tokenRequest,
        await resolveToken(options, subjectToken),
        now,
      )
    case AUTH_CODE: {
      const issued = await redeemAuthorizationCode({ ports }, call, subjectToken)
      const { claims: parent, scopes: live, grant } = issued
      return downscope(ports, { parent, scopes: live, grant, context: tokenRequest }, now)
    }
    default:
      throw new OAuthError(
        'invalid_request',
        `subject_token_type must be ${ACCESS_TOKEN} or ${AUTH_CODE}.`,
      )
  }
}
