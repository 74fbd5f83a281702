/**
 * @module Revocation: of a token that is not this client's, or is none, the answer is the same.
 * @see [RFC 7009](https://www.rfc-editor.org/rfc/rfc7009.html)
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { revokeToken } from '../../engine/oauth/revoke-token.ts'
import { SEQUENCE_HEADER } from '../signed-messages/reply.ts'
import { authenticateRequest, type OAuthOptions } from './context.ts'
import { resolveToken } from './rfc7662-introspect.ts'

export async function revoke(
  options: OAuthOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { party, form, now } = await authenticateRequest(options, request, reply)
  const opened = await resolveToken(options, form.require('token'))
  const sequence = await revokeToken(options.ports, party.client, opened, now)
  if (sequence > 0) reply.header(SEQUENCE_HEADER, sequence)
  return reply.send({})
}
