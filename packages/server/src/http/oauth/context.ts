/**
 * @module What all OAuth endpoints share: their options, and the authentication of requests from clients.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { TokenAlgorithm } from '../../engine/oauth/token-algorithms.ts'
import type { TokenRequestContext } from '../../engine/oauth/token-constraints.ts'
import type { ResolvedClient } from '../../engine/oauth-clients/clients.ts'
import type { Ports } from '../../engine/ports/ports.ts'
import type { OAuthClient } from '../../engine/registry.ts'
import type { WalletPage } from '../authorization-response.ts'
import { authenticateClient, type ClientAuthOptions } from './client-authentication.ts'
import { OAuthError } from './errors.ts'
import { bodyOf, type FormParameters, readForm } from './form-parameters.ts'
import { readDpopProof } from './rfc9449-dpop.ts'

/** `typ` of the JWTs that this server signs. */
export const JWT_TYPES = {
  idToken: 'JWT',
  userinfo: 'JWT',
  accessToken: 'at+jwt',
  introspection: 'token-introspection+jwt',
  logoutRequest: 'logout-request+jwt',
} as const

export interface JwtSigner {
  sign(type: string, claims: object, algorithm: TokenAlgorithm): Promise<string>
  verify(type: string, token: string): Promise<{ readonly [claim: string]: unknown } | undefined>
}

export type OpenRegistration = {
  /** The mini program for which the clients act. */
  readonly appId: string
  /** Counts a registration. Resolves to `false` when there were too many within the last minute. */
  readonly admit: () => Promise<boolean>
}

export type OAuthOptions = Omit<ClientAuthOptions, 'ports'> & {
  readonly ports: Ports
  readonly jwtSigner: JwtSigner
  /** The page at which users of a wallet log in and decide; `undefined` if there is none. */
  readonly walletPage: (walletId: string | undefined) => WalletPage | undefined
  /** The page at which the same wallet ends a user's session; `undefined` if there is none. */
  readonly logoutUrl: (walletId: string | undefined) => string | undefined
  /** Whether dynamic client registration is enabled. */
  readonly allowsRegistration: boolean
  /** Registration without an initial access token; `undefined` if clients need one. */
  readonly openRegistration: OpenRegistration | undefined
  /** Schemes without a dot that redirect URIs of registered clients may have. */
  readonly redirectSchemes: readonly string[]
  /** The rules for confidential clients that register themselves. */
  readonly registeredClients: Pick<OAuthClient, 'pkce' | 'assertionAudience'>
  /** Fetches a public document. Rejects if there is no response, or without a call while its host has too many or has failed. */
  readonly fetchDocument: (
    url: string,
  ) => Promise<{ readonly status: number; readonly body: string }>
  /** Whether addresses of clients may use http. */
  readonly isDevelopment: boolean
  readonly randomText: (bytes: number) => string
}

/** A form from an authenticated client. */
export type ClientRequest = {
  readonly caller: ResolvedClient
  readonly form: FormParameters
  readonly tokenRequest: TokenRequestContext
  readonly now: number
}

/**
 * What an endpoint does with a DPoP proof. `bind`: the issued tokens are bound to its key, and a client with
 * `dpop_bound_access_tokens` must send one. `optional`: the code is bound to its key (RFC 9449 §10.1). `ignore`: nothing is issued.
 */
type ProofUse = 'bind' | 'optional' | 'ignore'

/** @throws {OAuthError} */
export async function authenticateRequest(
  options: OAuthOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  proofUse: ProofUse,
): Promise<ClientRequest> {
  const form = readForm(bodyOf(request))
  // Before the client assertion is consumed: libraries send the same one again with the nonce that they are asked for.
  const proof = proofUse === 'ignore' ? undefined : await readDpopProof(options, request, reply)
  const caller = await authenticateClient(options, request, form)
  requireOrigin(request, caller)
  const { client } = caller
  if (proofUse === 'bind' && client.dpopBoundAccessTokens && !proof)
    throw new OAuthError(
      'invalid_dpop_proof',
      'This client is registered with dpop_bound_access_tokens. Send a DPoP header with each token request.',
    )
  const tokenRequest = { client, ...(proof && { jkt: proof.jkt, proof: proof.once }) }
  return { caller, form, tokenRequest, now: options.clock() }
}

/**
 * Pages may use their own client only. Browsers add these headers, and pages cannot remove them. Cookies tell nothing: load balancers
 * set them, and HTTP libraries return them.
 * @throws {OAuthError} `unauthorized_client`
 * @see [Fetch Metadata](https://www.w3.org/TR/fetch-metadata/)
 */
export function requireOrigin(
  { headers: { origin, 'sec-fetch-site': site = 'none' } }: FastifyRequest,
  { client }: { readonly client: Pick<ResolvedClient['client'], 'allowedOrigins'> },
): void {
  const isAllowed =
    origin === undefined
      ? site === 'none' || site === 'same-origin'
      : client.allowedOrigins.includes(origin)
  if (isAllowed) return
  throw new OAuthError(
    'unauthorized_client',
    'This request comes from a page whose origin is not in allowedOrigins of this client. Register the origin, or send the request from a server.',
    { status: 403 },
  )
}

/** @throws {OAuthError} `unauthorized_client` */
export function requireGrantType(
  { client }: Pick<ResolvedClient, 'client'>,
  grantType: ResolvedClient['client']['grantTypes'][number],
): void {
  if (!client.grantTypes.includes(grantType))
    throw new OAuthError(
      'unauthorized_client',
      `This client is not registered for grant_type=${grantType}.`,
    )
}

/** How often a header was sent. Node keeps the first or joins them, which hides duplicates. */
export function headerCount({ raw: { rawHeaders } }: FastifyRequest, name: string): number {
  return rawHeaders.filter(
    (text, index) => index % 2 === 0 && text.length === name.length && text.toLowerCase() === name,
  ).length
}
