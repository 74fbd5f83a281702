/**
 * @module Token exchange: of a user's token, or of a mini program's code, a narrower and shorter one.
 * @see [RFC 8693](https://www.rfc-editor.org/rfc/rfc8693.html)
 */

import type { ErrorCode } from '@assent/protocol'
import { AssentError } from '../../engine/errors.ts'
import {
  downscope,
  type ExchangedToken,
  exchangeAccessToken,
} from '../../engine/oauth/token-exchange.ts'
import type { ClientRequest, OAuthOptions } from './context.ts'
import { OAuthError } from './errors.ts'
import { redeemAuthorizationCode } from './redeem-for.ts'
import type { TokenResponse } from './rfc6749-token.ts'
import { accessTokenOf } from './rfc9068-access-token.ts'

const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'
/** Ours: what `my.getAuthCode` gave. */
const AUTH_CODE = 'urn:assent:params:oauth:token-type:auth_code'

/** RFC 8693 §2.2.2 calls a bad subject token a bad request. */
const OF_SUBJECT: ReadonlySet<string> = new Set<ErrorCode>([
  'ACCESS_TOKEN_INVALID',
  'ACCESS_TOKEN_EXPIRED',
  'CODE_UNKNOWN',
  'CODE_USED',
  'CODE_EXPIRED',
  'REFERENCE_MISMATCH',
])

export async function handleTokenExchange(
  options: OAuthOptions,
  call: ClientRequest,
): Promise<TokenResponse> {
  const { form, party, proof, now } = call
  if ((form.get('requested_token_type') ?? ACCESS_TOKEN) !== ACCESS_TOKEN)
    throw new OAuthError('invalid_request', `requested_token_type is ${ACCESS_TOKEN}.`)
  if (form.get('actor_token') !== undefined)
    throw new OAuthError(
      'invalid_request',
      'actor_token is not supported: the client itself is who acts.',
    )
  const exchanged = await fromSubject(options, call).catch((error: unknown) => {
    throw error instanceof AssentError && OF_SUBJECT.has(error.code)
      ? new OAuthError(
          'invalid_request',
          'subject_token is not valid for this client: it is unknown, expired, used, revoked or given to another.',
        )
      : error
  })
  return {
    access_token: await accessTokenOf(options, party.client, exchanged),
    issued_token_type: ACCESS_TOKEN,
    token_type: proof.jkt === undefined ? 'Bearer' : 'DPoP',
    expires_in: exchanged.claims.expiresAt - now,
    scope: exchanged.scopes.join(' '),
  }
}

async function fromSubject({ ports }: OAuthOptions, call: ClientRequest): Promise<ExchangedToken> {
  const { form, party, proof, now } = call
  const subjectToken = form.require('subject_token')
  switch (form.require('subject_token_type')) {
    case ACCESS_TOKEN:
      return exchangeAccessToken(ports, party, { ...proof, accessToken: subjectToken }, now)
    case AUTH_CODE: {
      const issued = await redeemAuthorizationCode({ ports }, call, subjectToken)
      const { claims: parent, scopes: live, grant } = issued
      return downscope(ports, { parent, scopes: live, subject: grant.subject, context: proof }, now)
    }
    default:
      throw new OAuthError(
        'invalid_request',
        `subject_token_type is ${ACCESS_TOKEN} or ${AUTH_CODE}.`,
      )
  }
}
