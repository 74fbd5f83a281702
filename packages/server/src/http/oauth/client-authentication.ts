/**
 * @module Who calls: each client proves it in the one way that it is registered with.
 * @see [RFC 6749 §2.3](https://www.rfc-editor.org/rfc/rfc6749.html#section-2.3),
 * [RFC 7523 §3](https://www.rfc-editor.org/rfc/rfc7523.html#section-3),
 * [RFC 8705 §2.1](https://www.rfc-editor.org/rfc/rfc8705.html#section-2.1)
 */
import { X509Certificate } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { decodeJwt } from 'jose'
import { findOAuthClient, type ResolvedClient } from '../../engine/oauth/clients.ts'
import type { Ports } from '../../engine/ports/ports.ts'
import type { OAuthClient, TokenEndpointAuth } from '../../engine/registry.ts'
import { type ClientKeys, verifyClientJwt } from './client-jwt.ts'
import { OAuthError } from './errors.ts'
import type { FormParameters } from './form-parameters.ts'

export const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const ASSERTION_TYPES = ['jwt', 'client-authentication+jwt']
/** Longer than that, a stolen one would be worth stealing. */
const MAX_ASSERTION_SECONDS = 300

export type ClientAuthOptions = {
  readonly ports: Pick<Ports, 'registry' | 'store' | 'hasher'>
  readonly issuer: string
  readonly clock: () => number
  readonly keys: ClientKeys
  /** The keyed hash of a secret, base64url. */
  readonly hashSecret: (secret: string) => string
  readonly isSameText: (one: string, other: string) => boolean
  /** Where a proxy puts the certificate that it has verified, as percent-encoded PEM. Absent: nowhere. */
  readonly clientCertificateHeader?: string | undefined
}

type PresentedCredentials = {
  readonly method: TokenEndpointAuth['method']
  readonly clientId: string
  readonly secret?: string
}

/** @throws {OAuthError} `invalid_client`, the same for an unknown client and a wrong proof; `invalid_request` */
export async function authenticateClient(
  options: ClientAuthOptions,
  request: FastifyRequest,
  form: FormParameters,
): Promise<ResolvedClient> {
  const shown = readCredentials(options, request, form)
  const named = form.get('client_id')
  if (named !== undefined && named !== shown.clientId)
    throw new OAuthError('invalid_request', 'client_id is another one than that of the proof.')
  const party = await findOAuthClient(options.ports, shown.clientId)
  const isProven =
    party?.client.tokenEndpointAuth.method === shown.method
      ? await AUTHENTICATORS[shown.method]({ options, client: party.client, shown, request, form })
      : // As long as for a client that is there.
        isSecretOf(options, [''], shown.secret ?? '')
  if (!party || !isProven) throw unknownClient()
  return party
}

function unknownClient(): OAuthError {
  return new OAuthError(
    'invalid_client',
    'The client is not known, or has not proven who it is in the way that it is registered with.',
  )
}

/** @throws {OAuthError} `invalid_request` when there are several */
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
  const ways = [authorization, assertion, secret].filter((one) => one !== undefined)
  if (ways.length > 1)
    throw new OAuthError('invalid_request', 'A client proves who it is in one way, not in several.')
  if (authorization !== undefined) return readBasic(authorization)
  if (assertion !== undefined) return { method: 'private_key_jwt', clientId: issuerOf(assertion) }
  if (clientId === undefined) throw unknownClient()
  if (secret !== undefined) return { method: 'client_secret_post', clientId, secret }
  return { method: hasCertificate ? 'tls_client_auth' : 'none', clientId }
}

/** Both parts are form-encoded (RFC 6749 §2.3.1). */
function readBasic(authorization: string): PresentedCredentials {
  const encoded = /^Basic ([A-Za-z0-9+/]+={0,2})$/i.exec(authorization)?.[1]
  const text = Buffer.from(encoded ?? '', 'base64').toString()
  const colon = text.indexOf(':')
  if (colon < 1) throw unknownClient()
  try {
    const [clientId, secret] = [text.slice(0, colon), text.slice(colon + 1)].map((part) =>
      decodeURIComponent(part.replaceAll('+', ' ')),
    ) as [string, string]
    return { method: 'client_secret_basic', clientId, secret }
  } catch {
    throw unknownClient()
  }
}

function issuerOf(assertion: string): string {
  try {
    return String(decodeJwt(assertion).iss)
  } catch {
    throw unknownClient()
  }
}

type Attempt = {
  readonly options: ClientAuthOptions
  readonly client: OAuthClient
  readonly shown: PresentedCredentials
  readonly request: FastifyRequest
  readonly form: FormParameters
}

const AUTHENTICATORS: Readonly<
  Record<TokenEndpointAuth['method'], (attempt: Attempt) => boolean | Promise<boolean>>
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
  shown: { secret = '' },
}: Attempt): boolean {
  return isSecretOf(
    options,
    'secretHashes' in tokenEndpointAuth ? tokenEndpointAuth.secretHashes : [],
    secret,
  )
}

function isSecretOf(
  { hashSecret, isSameText }: ClientAuthOptions,
  hashes: readonly string[],
  secret: string,
): boolean {
  const hash = hashSecret(secret)
  return hashes.filter((one) => isSameText(one, hash)).length > 0
}

/** An assertion is for this server, short-lived, and good once. */
async function verifyAssertion({
  options: { ports, issuer, clock, keys },
  client,
  request,
  form,
}: Attempt): Promise<boolean> {
  if (form.get('client_assertion_type') !== ASSERTION_TYPE) return false
  const now = clock()
  const claims = await verifyClientJwt(keys, client, form.require('client_assertion'), {
    types: ASSERTION_TYPES,
    audiences: [issuer, `${issuer}/oauth2/token`, issuer + request.routeOptions.url],
    maxSeconds: MAX_ASSERTION_SECONDS,
    now,
  })
  if (claims?.sub !== client.clientId || claims.jti === undefined) return false
  const name = `assertion ${client.clientId} ${claims.jti}`
  return ports.store.consumeOnce(ports.hasher.sha256(name), now + 2 * MAX_ASSERTION_SECONDS)
}

function verifyCertificate({
  options: { clientCertificateHeader = '' },
  client: { tokenEndpointAuth },
  request,
}: Attempt): boolean {
  return (
    'tlsClientAuthSanDns' in tokenEndpointAuth &&
    namesIn(request.headers[clientCertificateHeader]).includes(
      tokenEndpointAuth.tlsClientAuthSanDns,
    )
  )
}

/** The DNS names of a certificate that the proxy has verified. */
function namesIn(header: string | string[] | undefined): readonly string[] {
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
