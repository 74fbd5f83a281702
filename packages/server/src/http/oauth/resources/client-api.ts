/**
 * @module The platform's APIs that a client calls on its own behalf, with a token of the client credentials grant.
 * @see [Scopes and claims](../../../../../../docs/oauth.md#scopes-and-claims)
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { AssentError, insufficientScope } from '../../../engine/errors.ts'
import { EVENT_CURSOR_PATTERN, notificationOf } from '../../../engine/events.ts'
import {
  findOAuthClient,
  isClientTokenRevoked,
  type ResolvedClient,
} from '../../../engine/oauth-clients/clients.ts'
import { requireFirst } from '../../../engine/once.ts'
import type { PlatformScope } from '../../../engine/registry.ts'
import { type OAuthOptions, requireOrigin } from '../context.ts'
import { OAuthError } from '../errors.ts'
import { bodyOf, queryOf, readForm } from '../form-parameters.ts'
import { readAccessToken } from '../rfc9449-dpop.ts'

export type ClientApiRequest = { readonly caller: ResolvedClient; readonly now: number }

const MAX_EVENTS = 100
const CURSOR = new RegExp(EVENT_CURSOR_PATTERN)

/** @throws {AssentError} `ACCESS_TOKEN_INVALID`, `ACCESS_TOKEN_EXPIRED`, `SCOPE_INSUFFICIENT` */
export async function authenticateClientApiRequest(
  options: OAuthOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  scope: PlatformScope,
): Promise<ClientApiRequest> {
  const { ports, clock } = options
  const { accessToken, jkt, once } = await readAccessToken(options, request, reply)
  const now = clock()
  const claims = ports.credentials.openClientToken(accessToken)
  const caller = claims && (await findOAuthClient(ports, claims.binding.clientId))
  const matchesBinding = claims?.binding.jkt === jkt && claims?.binding.resources === undefined
  const isUnbound = caller?.client.dpopBoundAccessTokens === true && jkt === undefined
  if (!caller || !matchesBinding || isUnbound || isClientTokenRevoked(caller, claims))
    throw new AssentError('ACCESS_TOKEN_INVALID')
  if (now >= claims.expiresAt) throw new AssentError('ACCESS_TOKEN_EXPIRED')
  await options.identify(request, caller.merchant.clientId)
  if (await ports.store.isConsumed(ports.hasher.sha256(`ended ${accessToken}`)))
    throw new AssentError('ACCESS_TOKEN_INVALID')
  requireOrigin(request, caller)
  if (!claims.scopes.includes(scope)) throw insufficientScope([scope])
  await requireFirst(ports, once)
  return { caller, now }
}

/** The events of the client's merchant, like the operation `events` of the merchant API. */
export async function listEvents(
  options: OAuthOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<object> {
  const { caller } = await authenticateClientApiRequest(options, request, reply, 'events')
  const from = readForm(queryOf(request)).get('cursor')
  if (from !== undefined && !CURSOR.test(from))
    throw new OAuthError(
      'invalid_request',
      'Invalid cursor. Send the cursor of the previous response.',
    )
  const { merchant } = caller
  const { events, cursor } = await options.ports.store.listEvents(merchant.number, from, MAX_EVENTS)
  return { events: events.map((event) => notificationOf(event, merchant)), cursor }
}

/** Records that the merchant deleted the data of a user, like the operation `acknowledgeDeletion` of the merchant API. */
export async function acknowledgeDeletion(
  options: OAuthOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { caller, now } = await authenticateClientApiRequest(options, request, reply, 'deletions')
  const subject = readForm(bodyOf(request)).require('sub')
  if (!(await options.ports.store.acknowledgeDeletion(caller.merchant.number, subject, now)))
    throw new OAuthError('not_found', 'Unknown sub for this merchant.')
  return reply.code(204).send()
}
