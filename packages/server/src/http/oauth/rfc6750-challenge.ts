/**
 * @module Challenges (`WWW-Authenticate`) of protected resources: the endpoints and APIs that are called with an access token.
 * @see [RFC 6750 §3](https://www.rfc-editor.org/rfc/rfc6750.html#section-3),
 * [RFC 9449 §7.1](https://www.rfc-editor.org/rfc/rfc9449.html#section-7.1),
 * [RFC 9728 §5.1](https://www.rfc-editor.org/rfc/rfc9728.html#section-5.1)
 */
import type { FastifyRequest } from 'fastify'
import { METADATA_ENDPOINTS } from './endpoints.ts'
import { DPOP_ALGORITHMS, schemeOf } from './rfc9449-dpop.ts'

export type TokenError = {
  /** Absent for a request without a credential (RFC 6750 §3.1). */
  readonly error?: string
  /** The scopes that the request needs. */
  readonly scopes?: readonly string[] | undefined
}

/** The challenge of a rejected request. A client finds the authorization server by `resource_metadata`. */
export function challengeOf(
  request: FastifyRequest,
  issuer: string,
  { error, scopes }: TokenError,
): string {
  const isAboutProof = error === 'use_dpop_nonce' || error === 'invalid_dpop_proof'
  const scheme = isAboutProof ? 'DPoP' : schemeOf(request)
  const parameters = {
    error: request.headers.authorization === undefined && !isAboutProof ? undefined : error,
    scope: scopes?.join(' '),
    algs: scheme === 'DPoP' ? DPOP_ALGORITHMS.join(' ') : undefined,
    resource_metadata: metadataUrlOf(request, issuer),
  }
  const texts = Object.entries(parameters).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}="${value}"`],
  )
  return `${scheme} ${texts.join(', ')}`
}

/** A path that needs no escaping in a header. */
const PLAIN_PATH = /^\/[A-Za-z0-9/._~%-]*$/

/** The metadata names exactly the URL that the client called, because clients compare them (RFC 9728 §3.3). */
function metadataUrlOf({ originalUrl }: FastifyRequest, issuer: string): string {
  const [path = ''] = originalUrl.split('?', 1)
  const root = issuer + METADATA_ENDPOINTS.protectedResource.path
  return PLAIN_PATH.test(path) ? root + path : root
}
