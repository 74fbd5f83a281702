/**
 * @module Redemption of an authorization code, for the authorization code grant and for token exchange.
 * @see [RFC 6749 §4.1.3](https://www.rfc-editor.org/rfc/rfc6749.html#section-4.1.3)
 */
import { type RedeemedCode, redeemCode } from '../../../engine/tokens/redeem.ts'
import type { ClientRequest, OAuthOptions } from '../context.ts'
import { readVerifier } from '../rfc7636-verifier.ts'

/** @throws {OAuthError}, {AssentError} */
export function redeemAuthorizationCode(
  { ports }: Pick<OAuthOptions, 'ports'>,
  { caller, form, tokenRequest, now }: ClientRequest,
  code: string,
): Promise<RedeemedCode> {
  const verifier = readVerifier(form)
  return redeemCode(
    ports,
    {
      client: caller.merchant,
      code,
      reference: { appId: caller.client.appId },
      oauth: tokenRequest,
      ...(verifier !== undefined && { verifier }),
    },
    now,
  )
}
