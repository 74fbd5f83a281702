/**
 * @module Finds out which administrator has sent a request: a person with a session, or a service account with a token.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { AdminError } from '../../engine/admin/admin-error.ts'
import type { Principal } from '../../engine/admin/principal.ts'
import { findServiceAccount, servicePrincipalOf } from '../../engine/admin/service-accounts.ts'
import { readSession, type SignedIn } from '../../engine/admin/sessions.ts'
import { AssentError } from '../../engine/errors.ts'
import { requireFirst } from '../../engine/once.ts'
import { OAuthError } from '../oauth/errors.ts'
import { readAccessToken, schemeOf } from '../oauth/rfc9449-dpop.ts'
import { readSessionCookie } from './cookies.ts'
import { requireCsrfToken, requireOwnPage } from './cross-site.ts'
import type { AdminOptions } from './options.ts'

const SAFE_METHODS = ['GET', 'HEAD']

/**
 * Who has sent a request: the service account of its token, or the member of its session.
 * @throws {AdminError} `sign-in-required`, `cross-site`
 */
export async function authenticateAdmin(
  options: AdminOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Principal> {
  if (request.headers.authorization !== undefined)
    return authenticateServiceAccount(options, request, reply)
  return (await authenticateMember(options, request)).principal
}

/**
 * The member whose session the request has. A request that changes something must come from a page of this server, and carry the
 * `csrf-token` of the session.
 * @throws {AdminError} `sign-in-required`, `cross-site`
 */
export async function authenticateMember(
  { ports, issuer, limits, clock }: Pick<AdminOptions, 'ports' | 'issuer' | 'limits' | 'clock'>,
  request: FastifyRequest,
  csrfToken: unknown = request.headers['csrf-token'],
): Promise<SignedIn> {
  const signedIn = await readSession(ports, readSessionCookie(request), limits, clock())
  if (!SAFE_METHODS.includes(request.method)) {
    requireOwnPage(request, issuer)
    requireCsrfToken(csrfToken, signedIn.csrfToken)
  }
  return signedIn
}

/** The account is read at each request, so that a suspension and a lost role are in force at once. */
async function authenticateServiceAccount(
  options: AdminOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Principal> {
  const { ports, clock } = options
  try {
    const { accessToken, jkt, once } = await readAccessToken(options, request, reply)
    const claims = ports.credentials.openClientToken(accessToken)
    const account = await findServiceAccount(ports.store, claims?.binding.clientId ?? '')
    const fits = claims?.binding.jkt === jkt && claims?.binding.resources === undefined
    if (!claims || !account || !fits || clock() >= claims.expiresAt)
      throw new AssentError('ACCESS_TOKEN_INVALID')
    await requireFirst(ports, once)
    return servicePrincipalOf(account, claims.scopes)
  } catch (error) {
    if (!(error instanceof AssentError || error instanceof OAuthError)) throw error
    const code = error instanceof OAuthError ? error.error : 'invalid_token'
    reply.header('www-authenticate', `${schemeOf(request)} error="${code}"`)
    throw new AdminError(
      'sign-in-required',
      'The access token is invalid or has expired. Request a new one at the token endpoint.',
      { cause: error },
    )
  }
}
