/**
 * @module Token introspection. The response is JSON, or a signed JWT if the client accepts that type.
 * @see [RFC 7662](https://www.rfc-editor.org/rfc/rfc7662.html), [RFC 9701](https://www.rfc-editor.org/rfc/rfc9701.html)
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import {
  type IntrospectionResult,
  introspect,
  openToken,
  type ResolvedToken,
} from '../../../engine/oauth/introspect.ts'
import { PLATFORM } from '../../../engine/oauth/resources.ts'
import { describeDetails } from '../authorization/rfc9396-authorization-details.ts'
import { authenticateRequest, JWT_TYPES, type OAuthOptions } from '../context.ts'
import { OAuthError } from '../errors.ts'
import { audienceOf } from './rfc9068-access-token.ts'

const JWT_RESPONSE = 'application/token-introspection+jwt'

export async function introspectToken(
  options: OAuthOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { caller, form, now } = await authenticateRequest(options, request, reply, 'ignore')
  const { client } = caller
  if (client.tokenEndpointAuth.method === 'none')
    throw new OAuthError(
      'unauthorized_client',
      'Introspection requires client authentication. Register another token_endpoint_auth_method than none.',
    )
  const token = await resolveToken(options, form.require('token'))
  const result = await introspect(options.ports, client, token, now)
  const response = result ? describeToken(options.issuer, result) : { active: false }
  if (!(request.headers.accept ?? '').includes(JWT_RESPONSE)) return reply.send(response)
  const claims = { aud: client.clientId, iat: now, token_introspection: response }
  const jwt = await options.jwtSigner.sign(
    JWT_TYPES.introspection,
    claims,
    client.introspectionSignedResponseAlg,
  )
  return reply.type(JWT_RESPONSE).send(jwt)
}

/** Opens a sealed token, or a JWT access token that this server signed. */
export async function resolveToken(
  { ports, jwtSigner }: OAuthOptions,
  token: string,
): Promise<ResolvedToken | undefined> {
  if (!token.includes('.')) return openToken(ports, token)
  const { jti } = (await jwtSigner.verify(JWT_TYPES.accessToken, token)) ?? {}
  return typeof jti === 'string' ? openToken(ports, token, jti) : undefined
}

function describeToken(
  issuer: string,
  { kind, scopes, binding, issuedAt, expiresAt, subject, details }: IntrospectionResult,
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
    aud: resources ? audienceOf(resources.map((one) => (one === PLATFORM ? issuer : one))) : issuer,
    ...(subject !== undefined && { sub: subject }),
    ...(authTime !== undefined && { auth_time: authTime }),
    ...(jkt !== undefined && { cnf: { jkt } }),
    ...describeDetails(details),
  }
}
