/**
 * @module A code in the hands of an OAuth client: for tokens, or for a narrower one at once.
 */
import { type RedeemedCode, redeemCode } from '../../engine/tokens/redeem.ts'
import type { ClientRequest, OAuthOptions } from './context.ts'
import { OAuthError } from './errors.ts'
import type { FormParameters } from './form-parameters.ts'

/** @throws {OAuthError}, {Refusal} */
export function redeemAuthorizationCode(
  { ports }: Pick<OAuthOptions, 'ports'>,
  { party, form, proof, now }: ClientRequest,
  code: string,
): Promise<RedeemedCode> {
  const verifier = readVerifier(form)
  const reference = { appId: party.client.appId }
  return redeemCode(
    ports,
    {
      client: party.merchant,
      code,
      reference,
      oauth: proof,
      ...(verifier !== undefined && { verifier }),
    },
    now,
  )
}

/** RFC 7636 §4.1 */
function readVerifier(form: FormParameters): string | undefined {
  const verifier = form.get('code_verifier')
  if (verifier !== undefined && !/^[A-Za-z0-9._~-]{43,128}$/.test(verifier))
    throw new OAuthError('invalid_request', 'code_verifier is 43 to 128 of A–Z a–z 0–9 - . _ ~.')
  return verifier
}
