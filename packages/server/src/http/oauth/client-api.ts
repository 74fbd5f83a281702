/**
 * @module The platform's own APIs, called by a client for itself with a token of the client credentials grant.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { AssentError, insufficientScope } from '../../engine/errors.ts'
import { notificationOf } from '../../engine/events.ts'
import { findOAuthClient, type ResolvedClient } from '../../engine/oauth/clients.ts'
import type { PlatformScope } from '../../engine/registry.ts'
import { type OAuthOptions, requireOrigin } from './context.ts'
import { OAuthError } from './errors.ts'
import { readForm } from './form-parameters.ts'
import { readAccessToken } from './rfc9449-dpop.ts'

export type ClientApiRequest = { readonly party: ResolvedClient; readonly now: number }

const EVENTS_AT_ONCE = 100
const CURSOR = /^\d{1,20}(\.\d{1,20})?$/

/** @throws {AssentError} `ACCESS_TOKEN_INVALID`, `ACCESS_TOKEN_EXPIRED`, `SCOPE_INSUFFICIENT` */
export async function authenticateClientApiRequest(
  options: OAuthOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  scope: PlatformScope,
): Promise<ClientApiRequest> {
  const { ports, clock } = options
  const { accessToken, jkt } = await readAccessToken(options, request, reply)
  const now = clock()
  const claims = ports.credentials.openClientToken(accessToken)
  const party = claims && (await findOAuthClient(ports, claims.binding.clientId))
  const isFitting = claims?.binding.jkt === jkt && claims?.binding.resources === undefined
  if (!party || !isFitting) throw new AssentError('ACCESS_TOKEN_INVALID')
  if (now >= claims.expiresAt) throw new AssentError('ACCESS_TOKEN_EXPIRED')
  if (await ports.store.isConsumed(ports.hasher.sha256(`ended ${accessToken}`)))
    throw new AssentError('ACCESS_TOKEN_INVALID')
  requireOrigin(request, party)
  if (!claims.scopes.includes(scope)) throw insufficientScope([scope])
  return { party, now }
}

/** What the merchant may have missed, as `POST /v1/authorizations/events` of the signed OpenAPI. */
export async function listEvents(
  options: OAuthOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<object> {
  const { party } = await authenticateClientApiRequest(options, request, reply, 'events')
  const query = readForm(request.originalUrl.split('?')[1] ?? '')
  const from = query.get('cursor')
  if (from !== undefined && !CURSOR.test(from))
    throw new OAuthError('invalid_request', 'cursor is one that was given here.')
  const { events, cursor } = await options.ports.store.listEvents(
    party.merchant.number,
    from,
    EVENTS_AT_ONCE,
  )
  return { events: events.map((event) => notificationOf(event, party.merchant)), cursor }
}

/** The merchant has deleted what it had of a user who has withdrawn, as `acknowledgeDeletion` of the signed OpenAPI. */
export async function acknowledgeDeletion(
  options: OAuthOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { party, now } = await authenticateClientApiRequest(options, request, reply, 'deletions')
  const subject = readForm(typeof request.body === 'string' ? request.body : '').require('sub')
  if (!(await options.ports.store.acknowledgeDeletion(party.merchant.number, subject, now)))
    throw new OAuthError('not_found', 'sub is none that this merchant knows a user by.')
  return reply.code(204).send()
}
