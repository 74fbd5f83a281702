/**
 * @module Introspection: as JSON, or signed for who wants to keep it.
 * @see [RFC 7662](https://www.rfc-editor.org/rfc/rfc7662.html), [RFC 9701](https://www.rfc-editor.org/rfc/rfc9701.html)
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import {
  type IntrospectionResult,
  introspect,
  openToken,
  type ResolvedToken,
} from '../../engine/oauth/introspect.ts'
import { authenticateRequest, JWT_TYPES, type OAuthOptions } from './context.ts'
import { OAuthError } from './errors.ts'
import { audienceOf } from './rfc9068-access-token.ts'

const SIGNED = 'application/token-introspection+jwt'

export async function answerIntrospection(
  options: OAuthOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { party, form, now } = await authenticateRequest(options, request, reply)
  const { client } = party
  if (client.tokenEndpointAuth.method === 'none')
    throw new OAuthError(
      'unauthorized_client',
      'Introspection is for clients that prove who they are.',
    )
  const opened = await resolveToken(options, form.require('token'))
  const introspected = await introspect(options.ports, client, opened, now)
  const answer = introspected ? describe(options.issuer, introspected) : { active: false }
  if (!(request.headers.accept ?? '').includes(SIGNED)) return reply.send(answer)
  const jwt = await options.jwtSigner.sign(JWT_TYPES.introspection, {
    aud: client.clientId,
    iat: now,
    token_introspection: answer,
  })
  return reply.type(SIGNED).send(jwt)
}

/** Sealed, or a JWT of ours. */
export async function resolveToken(
  { ports, jwtSigner }: OAuthOptions,
  token: string,
): Promise<ResolvedToken | undefined> {
  if (!token.includes('.')) return openToken(ports, token)
  const { jti } = (await jwtSigner.verify(JWT_TYPES.accessToken, token)) ?? {}
  return typeof jti === 'string' ? openToken(ports, token, jti) : undefined
}

function describe(
  issuer: string,
  { kind, scopes, binding, issuedAt, expiresAt, subject }: IntrospectionResult,
): object {
  const { clientId, jkt, resources, authTime } = binding
  return {
    active: true,
    iss: issuer,
    client_id: clientId,
    scope: scopes.join(' '),
    iat: issuedAt,
    exp: expiresAt,
    ...(kind !== 'refresh' && { token_type: jkt === undefined ? 'Bearer' : 'DPoP' }),
    aud: resources ? audienceOf(resources) : issuer,
    ...(subject !== undefined && { sub: subject }),
    ...(authTime !== undefined && { auth_time: authTime }),
    ...(jkt !== undefined && { cnf: { jkt } }),
  }
}
