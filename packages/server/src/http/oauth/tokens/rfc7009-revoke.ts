/**
 * @module Token revocation. The response is 200 whether or not the token exists or belongs to the client.
 * @see [RFC 7009 §2.2](https://www.rfc-editor.org/rfc/rfc7009.html#section-2.2)
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { revokeToken } from '../../../engine/oauth/revoke-token.ts'
import { SEQUENCE_HEADER } from '../../signed-messages/reply.ts'
import { authenticateRequest, type OAuthOptions } from '../context.ts'
import { resolveToken } from './rfc7662-introspect.ts'

export async function revoke(
  options: OAuthOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { caller, form, now } = await authenticateRequest(options, request, reply, 'ignore')
  const token = await resolveToken(options, form.require('token'))
  const sequence = await revokeToken(options.ports, caller.client, token, now)
  if (sequence > 0) reply.header(SEQUENCE_HEADER, sequence)
  return reply.send({})
}
