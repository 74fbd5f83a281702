/**
 * @module PKCE: the code verifier of a token request and the code challenge of an authorization request.
 * @see [RFC 7636](https://www.rfc-editor.org/rfc/rfc7636.html)
 */
import type { OAuthClient } from '../../engine/registry.ts'
import { OAuthError } from './errors.ts'
import { type FormParameters, isOpenIdRequest } from './form-parameters.ts'

/** RFC 7636 §4.1 */
export const CODE_VERIFIER = /^[A-Za-z0-9._~-]{43,128}$/
/** A SHA-256 hash in base64url: a code challenge, or the thumbprint of a key. */
export const SHA256_BASE64URL = /^[A-Za-z0-9_-]{43}$/

/** `undefined` if there is none. @throws {OAuthError} `invalid_request` */
export function readVerifier(form: FormParameters): string | undefined {
  const verifier = form.get('code_verifier')
  if (verifier !== undefined && !CODE_VERIFIER.test(verifier))
    throw new OAuthError(
      'invalid_request',
      'code_verifier must consist of 43 to 128 characters of A–Z a–z 0–9 - . _ ~.',
    )
  return verifier
}

/**
 * @returns `undefined` if there is none and the client may do without: its registration says so and the request has what protects the
 * code instead
 * @throws {OAuthError} `invalid_request`
 */
export function readChallenge(
  { pkce = 'required' }: Pick<OAuthClient, 'pkce'>,
  form: FormParameters,
): string | undefined {
  const challenge = form.get('code_challenge')
  if (challenge === undefined && form.get('code_challenge_method') === undefined) {
    const hasNonce = isOpenIdRequest(form) && form.get('nonce') !== undefined
    if (pkce === 'optional' || (pkce === 'or-nonce' && hasNonce)) return undefined
  }
  const isS256 = form.get('code_challenge_method') === 'S256'
  if (challenge === undefined || !isS256 || !SHA256_BASE64URL.test(challenge))
    throw new OAuthError(
      'invalid_request',
      'Send code_challenge with code_challenge_method=S256 (RFC 7636).',
    )
  return challenge
}
