/**
 * @module Tokens of a service account, by client credentials with a signed assertion.
 * @see docs/administrators.md#service-accounts, [RFC 7523](https://www.rfc-editor.org/rfc/rfc7523.html)
 */
import {
  type AuthorizationServer,
  allowInsecureRequests,
  clientCredentialsGrantRequest,
  customFetch,
  PrivateKeyJwt,
  processClientCredentialsResponse,
} from 'oauth4webapi'
import type { Authorize, RequestContext } from './authorize.ts'

export type ServiceAccount = {
  /** Begins with `sa_`. */
  readonly id: string
  /** The private key: a JWK on P-256 or Ed25519, or a key of WebCrypto. */
  readonly key: JsonWebKey | CryptoKey
  /** The `kid` of the key, if the account has several. */
  readonly keyId?: string
  /** The roles of the token, as `admin:operator`. Default: all roles of the account. */
  readonly scopes?: readonly string[]
}

type Token = { readonly value: string; readonly expiresAt: number }

/** A token is replaced when it is valid for less than this. */
const MARGIN_MS = 30_000

/**
 * Gets a token at the first request, and another one before it expires. Concurrent requests share it.
 * The promise rejects with the error of oauth4webapi when the server refuses the assertion.
 */
export function serviceAccount(account: ServiceAccount): Authorize {
  let current: Promise<Token> | undefined
  let expiresAt = Number.POSITIVE_INFINITY
  return async (context) => {
    if (!current || expiresAt - MARGIN_MS < Date.now()) {
      current = requestToken(account, context)
      expiresAt = Number.POSITIVE_INFINITY
    }
    try {
      const token = await current
      expiresAt = token.expiresAt
      return { Authorization: `Bearer ${token.value}` }
    } catch (error) {
      current = undefined
      throw error
    }
  }
}

async function requestToken(
  { id, key, keyId, scopes }: ServiceAccount,
  { issuer, fetch: send }: RequestContext,
): Promise<Token> {
  const server: AuthorizationServer = { issuer, token_endpoint: `${issuer}/oauth2/token` }
  const client = { client_id: id }
  const signingKey = key instanceof CryptoKey ? key : await importKey(key)
  const proof = PrivateKeyJwt(keyId === undefined ? signingKey : { key: signingKey, kid: keyId })
  const parameters = scopes ? { scope: scopes.join(' ') } : {}
  const options = {
    [customFetch]: send,
    [allowInsecureRequests]: new URL(issuer).protocol === 'http:',
  }
  const reply = await clientCredentialsGrantRequest(server, client, proof, parameters, options)
  const token = await processClientCredentialsResponse(server, client, reply)
  const { access_token: value, expires_in: seconds = 0 } = token
  return { value, expiresAt: Date.now() + seconds * 1000 }
}

function importKey(jwk: JsonWebKey): Promise<CryptoKey> {
  const algorithm = jwk.kty === 'EC' ? { name: 'ECDSA', namedCurve: 'P-256' } : { name: 'Ed25519' }
  return crypto.subtle.importKey('jwk', jwk, algorithm, false, ['sign'])
}
