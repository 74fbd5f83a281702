/**
 * @module Pushed authorization requests: a client's server sends the request first, and the browser carries its name alone. The name
 * is the request, sealed: nothing is stored.
 * @see [RFC 9126](https://www.rfc-editor.org/rfc/rfc9126.html)
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { AUTH_REQUEST_LIFETIME_SECONDS } from '../../engine/consent/prepare.ts'
import { authenticateRequest, type OAuthOptions } from './context.ts'
import { OAuthError } from './errors.ts'
import { REQUEST_URI_PREFIX, readAndSeal } from './rfc6749-authorize.ts'

export async function pushRequest(
  options: OAuthOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { party, form, proof } = await authenticateRequest(options, request, reply)
  if (form.get('request_uri') !== undefined)
    throw new OAuthError(
      'invalid_request',
      'A request is pushed itself: request_uri has no place here.',
    )
  const { authRequest } = await readAndSeal(options, party, form, proof.jkt)
  return reply.code(201).send({
    request_uri: REQUEST_URI_PREFIX + authRequest,
    expires_in: AUTH_REQUEST_LIFETIME_SECONDS,
  })
}
