/**
 * @module Pushed authorization requests: the client's server sends the request, and the browser carries only a `request_uri`. That URI
 * is the encrypted request, so nothing is stored.
 * @see [RFC 9126](https://www.rfc-editor.org/rfc/rfc9126.html)
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { AUTHORIZATION_REQUEST_SECONDS } from '../../../engine/oauth/authorize.ts'
import { requireFirst } from '../../../engine/once.ts'
import { authenticateRequest, type OAuthOptions } from '../context.ts'
import { OAuthError } from '../errors.ts'
import { REQUEST_URI_PREFIX, readAndSeal } from './rfc6749-authorize.ts'

export async function pushRequest(
  options: OAuthOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { caller, form, tokenRequest } = await authenticateRequest(
    options,
    request,
    reply,
    'optional',
  )
  if (form.get('request_uri') !== undefined)
    throw new OAuthError(
      'invalid_request',
      'request_uri is not allowed in a pushed request. Send the parameters themselves.',
    )
  const { authRequest } = await readAndSeal(options, caller, form, tokenRequest.jkt)
  // A public client has proven nothing yet. Its proof has no effect here but the binding of the request to its own key.
  const isPublic = caller.client.tokenEndpointAuth.method === 'none'
  if (!isPublic) await requireFirst(options.ports, tokenRequest.proof)
  return reply.code(201).send({
    request_uri: REQUEST_URI_PREFIX + authRequest,
    expires_in: AUTHORIZATION_REQUEST_SECONDS,
  })
}
