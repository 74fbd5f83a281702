/**
 * @module Client authentication: every client uses the one method that it is registered with.
 * @see [RFC 6749 §2.3](https://www.rfc-editor.org/rfc/rfc6749.html#section-2.3),
 * [RFC 7523 §3](https://www.rfc-editor.org/rfc/rfc7523.html#section-3),
 * [RFC 8705 §2.1](https://www.rfc-editor.org/rfc/rfc8705.html#section-2.1)
 */
import { X509Certificate } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { decodeJwt } from 'jose'
import { findOAuthClient, type ResolvedClient } from '../../engine/oauth-clients/clients.ts'
import { onceRecord, recordOnce } from '../../engine/once.ts'
import type { Ports } from '../../engine/ports/ports.ts'
import type { OAuthClient, TokenEndpointAuth } from '../../engine/registry.ts'
import { CLOCK_TOLERANCE_SECONDS, type ClientKeys, verifyClientJwt } from './client-jwt.ts'
import { PATHS } from './endpoints.ts'
import { OAuthError } from './errors.ts'
import type { FormParameters } from './form-parameters.ts'

export const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const ASSERTION_JWT_TYPES = ['jwt', 'client-authentication+jwt']
/**
 * Claims of JWTs that are no assertions and may be signed with the same key: request objects, ID tokens, security event tokens, DPoP
 * proofs. Each kind of JWT has one meaning ([RFC 8725 §3.11](https://www.rfc-editor.org/rfc/rfc8725.html#section-3.11)).
 */
const CLAIMS_OF_OTHER_KINDS = [
  ...['response_type', 'client_id', 'code_challenge', 'redirect_uri', 'scope'],
  ...['nonce', 'events', 'htm', 'htu'],
]
/** Limits how long a stolen assertion is useful, and how long its `jti` must be remembered. */
const MAX_ASSERTION_SECONDS = 300

export type ClientAuthOptions = {
  /** Records a failed attempt. @returns whether there were too many; then it has waited */
  readonly recordFailure: (
    request: FastifyRequest,
    clientId: string,
    isKnown: boolean,
  ) => Promise<boolean>
  /** Counts a request for the merchant that has proven to have sent it. */
  readonly identify: (request: FastifyRequest, merchantId: string) => Promise<void>
  readonly ports: Pick<Ports, 'registry' | 'store' | 'hasher'>
  readonly issuer: string
  readonly clock: () => number
  readonly keys: ClientKeys
  /** The keyed hash of a secret, base64url. */
  readonly hashSecret: (secret: string) => string
  /** Compares in constant time. */
  readonly isSameText: (one: string, other: string) => boolean
  /** The header in which the proxy sends the verified client certificate, as percent-encoded PEM. */
  readonly clientCertificateHeader?: string | undefined
}

type PresentedCredentials = {
  readonly method: TokenEndpointAuth['method']
  readonly clientId: string
  readonly secret?: string
}

/** A client that was found, and whose requests are counted together. */
export type Caller = { readonly client: OAuthClient }

export type CallerDirectory<C extends Caller> = {
  find(clientId: string): Promise<C | undefined>
  /** The party that the requests of a caller count for. */
  ownerOf(caller: C): string
}

/** @throws {OAuthError} `invalid_client`, the same for unknown clients and for invalid credentials; `invalid_request` */
export function authenticateClient(
  options: ClientAuthOptions,
  request: FastifyRequest,
  form: FormParameters,
): Promise<ResolvedClient> {
  return authenticateCaller(options, request, form, {
    find: (clientId) => findOAuthClient(options.ports, clientId),
    ownerOf: ({ merchant }) => merchant.clientId,
  })
}

/** @throws {OAuthError} as {@link authenticateClient} */
export async function authenticateCaller<C extends Caller>(
  options: ClientAuthOptions,
  request: FastifyRequest,
  form: FormParameters,
  callers: CallerDirectory<C>,
): Promise<C> {
  const presented = readCredentials(options, request, form)
  const clientId = form.get('client_id')
  if (clientId !== undefined && clientId !== presented.clientId)
    throw new OAuthError(
      'invalid_request',
      'client_id must be the client that the credentials belong to.',
    )
  const resolved = await callers.find(presented.clientId)
  const isAuthenticated =
    resolved?.client.tokenEndpointAuth.method === presented.method
      ? await AUTHENTICATORS[presented.method]({
          options,
          client: resolved.client,
          presented,
          request,
          form,
        })
      : // Hashes even if the client is unknown, so that the response time does not tell which clients exist.
        matchesSecret(options, [''], presented.secret ?? '')
  if (!resolved || !isAuthenticated) {
    const isExcessive = await options.recordFailure(request, presented.clientId, !!resolved)
    throw isExcessive ? tooManyFailures() : invalidClient()
  }
  // A public client has proven nothing.
  if (presented.method !== 'none') await options.identify(request, callers.ownerOf(resolved))
  return resolved
}

function tooManyFailures(): OAuthError {
  return new OAuthError(
    'slow_down',
    'Authentication as this client failed too often. Correct the credentials, and retry after the time in the Retry-After header.',
  )
}

function invalidClient(): OAuthError {
  return new OAuthError(
    'invalid_client',
    'Unknown client, or client authentication failed. Use the method that the client is registered with. Its jwks_uri must respond.',
  )
}

/** @throws {OAuthError} `invalid_request` if there are several (RFC 6749 §2.3) */
function readCredentials(
  { clientCertificateHeader }: ClientAuthOptions,
  request: FastifyRequest,
  form: FormParameters,
): PresentedCredentials {
  const { authorization } = request.headers
  const assertion = form.get('client_assertion')
  const secret = form.get('client_secret')
  const clientId = form.get('client_id')
  const hasCertificate =
    clientCertificateHeader !== undefined && request.headers[clientCertificateHeader] !== undefined
  const presented = [authorization, assertion, secret].filter((one) => one !== undefined)
  if (presented.length > 1)
    throw new OAuthError(
      'invalid_request',
      'Use one client authentication method: the Authorization header, client_assertion or client_secret.',
    )
  if (authorization !== undefined) return readBasic(authorization)
  if (assertion !== undefined) return { method: 'private_key_jwt', clientId: issuerOf(assertion) }
  if (clientId === undefined) throw invalidClient()
  if (secret !== undefined) return { method: 'client_secret_post', clientId, secret }
  return { method: hasCertificate ? 'tls_client_auth' : 'none', clientId }
}

/** Both parts are form-encoded (RFC 6749 §2.3.1). */
function readBasic(authorization: string): PresentedCredentials {
  const encoded = /^Basic ([A-Za-z0-9+/]+={0,2})$/i.exec(authorization)?.[1]
  const text = Buffer.from(encoded ?? '', 'base64').toString()
  const colon = text.indexOf(':')
  if (colon < 1) throw invalidClient()
  try {
    const [clientId, secret] = [text.slice(0, colon), text.slice(colon + 1)].map((part) =>
      decodeURIComponent(part.replaceAll('+', ' ')),
    ) as [string, string]
    return { method: 'client_secret_basic', clientId, secret }
  } catch {
    throw invalidClient()
  }
}

/** The client that an assertion names, before anything is proven. @returns `undefined` without a readable assertion */
export function assertedClientId(form: FormParameters): string | undefined {
  try {
    const { iss } = decodeJwt(form.get('client_assertion') ?? '')
    return iss
  } catch {
    return undefined
  }
}

function issuerOf(assertion: string): string {
  try {
    return String(decodeJwt(assertion).iss)
  } catch {
    throw invalidClient()
  }
}

type AuthenticationAttempt = {
  readonly options: ClientAuthOptions
  readonly client: OAuthClient
  readonly presented: PresentedCredentials
  readonly request: FastifyRequest
  readonly form: FormParameters
}

const AUTHENTICATORS: Readonly<
  Record<
    TokenEndpointAuth['method'],
    (attempt: AuthenticationAttempt) => boolean | Promise<boolean>
  >
> = {
  none: () => true,
  client_secret_basic: verifySecret,
  client_secret_post: verifySecret,
  private_key_jwt: verifyAssertion,
  tls_client_auth: verifyCertificate,
}

function verifySecret({
  options,
  client: { tokenEndpointAuth },
  presented: { secret = '' },
}: AuthenticationAttempt): boolean {
  return matchesSecret(
    options,
    'secretHashes' in tokenEndpointAuth ? tokenEndpointAuth.secretHashes : [],
    secret,
  )
}

/** Compares with all hashes, so that the time does not depend on which one matches. */
function matchesSecret(
  { hashSecret, isSameText }: ClientAuthOptions,
  hashes: readonly string[],
  secret: string,
): boolean {
  const hash = hashSecret(secret)
  return hashes.filter((one) => isSameText(one, hash)).length > 0
}

/** An assertion is for this server, short-lived, and valid once (RFC 7523 §3). */
async function verifyAssertion({
  options: { ports, issuer, clock, keys },
  client,
  request,
  form,
}: AuthenticationAttempt): Promise<boolean> {
  if (form.get('client_assertion_type') !== ASSERTION_TYPE) return false
  const now = clock()
  const claims = await verifyClientJwt(keys, client, form.require('client_assertion'), {
    types: ASSERTION_JWT_TYPES,
    now,
  })
  if (claims?.sub !== client.clientId || claims.jti === undefined) return false
  const { aud, exp = Number.POSITIVE_INFINITY } = claims
  const endpoints = [issuer + PATHS.token, issuer + request.routeOptions.url]
  if (!isForThisServer(client, aud, issuer, endpoints)) return false
  if (exp > now + MAX_ASSERTION_SECONDS + CLOCK_TOLERANCE_SECONDS) return false
  if (CLAIMS_OF_OTHER_KINDS.some((name) => Object.hasOwn(claims, name))) return false
  const id = `${client.clientId} ${claims.jti}`
  return recordOnce(ports, onceRecord(ports, 'assertion', id, now + 2 * MAX_ASSERTION_SECONDS))
}

/**
 * Whether an assertion is for this server alone. FAPI 2.0 §5.3.2.1 demands the issuer as a single string; other clients may also send
 * a list of one. A list with a foreign audience could be an assertion that somebody else received (mix-up).
 */
function isForThisServer(
  { profile, assertionAudience }: OAuthClient,
  aud: string | string[] | undefined,
  issuer: string,
  endpoints: readonly string[],
): boolean {
  if (profile !== undefined) return aud === issuer
  const accepted = assertionAudience === 'issuer-or-endpoint' ? [issuer, ...endpoints] : [issuer]
  const audiences = aud === undefined ? [] : [aud].flat()
  return audiences.length > 0 && audiences.every((one) => accepted.includes(one))
}

function verifyCertificate({
  options: { clientCertificateHeader = '' },
  client: { tokenEndpointAuth },
  request,
}: AuthenticationAttempt): boolean {
  return (
    'tlsClientAuthSanDns' in tokenEndpointAuth &&
    dnsNamesOf(request.headers[clientCertificateHeader]).includes(
      tokenEndpointAuth.tlsClientAuthSanDns,
    )
  )
}

/** The DNS names of a certificate that the proxy has verified. */
function dnsNamesOf(header: string | string[] | undefined): readonly string[] {
  if (typeof header !== 'string') return []
  try {
    const { subjectAltName = '' } = new X509Certificate(decodeURIComponent(header))
    return subjectAltName
      .split(', ')
      .flatMap((name) => (name.startsWith('DNS:') ? [name.slice('DNS:'.length)] : []))
  } catch {
    return []
  }
}
