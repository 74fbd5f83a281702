/**
 * @module What the endpoints of OAuth share.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ResolvedClient } from '../../engine/oauth/clients.ts'
import type { TokenRequestContext } from '../../engine/oauth/token-constraints.ts'
import type { Ports } from '../../engine/ports/ports.ts'
import { authenticateClient, type ClientAuthOptions } from './client-authentication.ts'
import { OAuthError } from './errors.ts'
import { type FormParameters, readForm } from './form-parameters.ts'
import { readDpopProof } from './rfc9449-dpop.ts'

/** `typ` of what is signed here. */
export const JWT_TYPES = {
  idToken: 'JWT',
  accessToken: 'at+jwt',
  introspection: 'token-introspection+jwt',
} as const

export interface JwtSigner {
  sign(type: string, claims: object): Promise<string>
  verify(type: string, token: string): Promise<{ readonly [claim: string]: unknown } | undefined>
  algorithms(): readonly string[]
}

export type OAuthOptions = Omit<ClientAuthOptions, 'ports'> & {
  readonly ports: Ports
  readonly jwtSigner: JwtSigner
  /** The page of the wallet at which its users answer; `undefined` when there is none. */
  readonly authorizeUrl: (walletId: string | undefined) => string | undefined
  /** Whether clients may register themselves. */
  readonly allowsRegistration: boolean
  readonly randomText: (bytes: number) => string
}

/** What a client has sent to an endpoint of its own, once it has proven who it is. */
export type ClientRequest = {
  readonly party: ResolvedClient
  readonly form: FormParameters
  readonly proof: TokenRequestContext
  readonly now: number
}

/** A form that a client's server sends, or one of its registered pages. @throws {OAuthError} */
export async function authenticateRequest(
  options: OAuthOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<ClientRequest> {
  const form = readForm(typeof request.body === 'string' ? request.body : '')
  const party = await authenticateClient(options, request, form)
  requireOrigin(request, party)
  const jkt = await readDpopProof(options, request, reply)
  const { client } = party
  if (client.dpopBoundAccessTokens && jkt === undefined)
    throw new OAuthError(
      'invalid_dpop_proof',
      'This client proves with each request that it has its key: the DPoP header is missing.',
    )
  const proof = { client, ...(jkt !== undefined && { jkt }) }
  return { party, form, proof, now: options.clock() }
}

/** Servers send no Origin, and pages cannot leave it out (requirement R030). @throws {OAuthError} `unauthorized_client` */
export function requireOrigin(
  { headers }: FastifyRequest,
  { client }: Pick<ResolvedClient, 'client'>,
): void {
  const isOfPage = headers.origin !== undefined || headers['sec-fetch-site'] !== undefined
  const isOwnPage = headers.origin !== undefined && client.allowedOrigins.includes(headers.origin)
  if (headers.cookie !== undefined || (isOfPage && !isOwnPage)) {
    throw new OAuthError(
      'unauthorized_client',
      'This call comes from a browser, and not from a page that is registered for this client. Send it from a server, without cookies.',
      { status: 403 },
    )
  }
}

/** @throws {OAuthError} `unauthorized_client` */
export function requireGrantType(
  { client }: Pick<ResolvedClient, 'client'>,
  grantType: ResolvedClient['client']['grantTypes'][number],
): void {
  if (!client.grantTypes.includes(grantType))
    throw new OAuthError('unauthorized_client', `This client is not registered for ${grantType}.`)
}

/** Node keeps the first of several headers of a kind, or joins them: here it matters how many there were. */
export function headerCount({ raw: { rawHeaders } }: FastifyRequest, name: string): number {
  return rawHeaders.filter(
    (text, index) => index % 2 === 0 && text.length === name.length && text.toLowerCase() === name,
  ).length
}
