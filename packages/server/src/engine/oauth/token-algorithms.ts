/**
 * @module The algorithms with which the server signs JSON Web Tokens for OAuth clients. It has a key for each of them, and the metadata
 * lists all of them.
 */

/** In the order of the metadata. */
export const TOKEN_ALGORITHMS = ['RS256', 'ES256', 'EdDSA'] as const
export type TokenAlgorithm = (typeof TOKEN_ALGORITHMS)[number]

/**
 * The algorithm for clients that name none. Many libraries accept only this one by default
 * ([OpenID Connect Registration §2](https://openid.net/specs/openid-connect-registration-1_0.html#ClientMetadata),
 * [RFC 9701 §6](https://www.rfc-editor.org/rfc/rfc9701.html#section-6)).
 */
export const DEFAULT_TOKEN_ALGORITHM: TokenAlgorithm = 'RS256'
