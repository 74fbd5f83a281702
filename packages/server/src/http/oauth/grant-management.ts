/**
 * @module Grant management: a client reads what a user's grant holds, asks for more or for something else in its place, and gives it back as
 * a whole, by the `grant_id` that came with the tokens.
 * @see [FAPI: Grant Management](https://openid.net/specs/oauth-v2-grant-management.html)
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { grantedScope, hasScope } from '../../engine/grant.ts'
import type { AuthorizationRequestParams, Grant } from '../../engine/records.ts'
import { revokeGrant } from '../../engine/tokens/revoke.ts'
import { SEQUENCE_HEADER } from '../signed-messages/reply.ts'
import { authenticateClientApiRequest, type ClientApiRequest } from './client-api.ts'
import type { OAuthOptions } from './context.ts'
import { OAuthError } from './errors.ts'
import type { FormParameters } from './form-parameters.ts'

/** No authorization has it: only the grant is read. */
const NO_AUTHORIZATION = '0'.repeat(32)

export function grantIdOf(grantId: number): string {
  // A number would be written as a fraction is, digit by digit: that takes four times as long.
  return BigInt(grantId).toString(36)
}

/** `undefined`: no such id can have been given. */
function numberOf(grantId: string): number | undefined {
  const number = /^[0-9a-z]{1,10}$/.test(grantId) ? Number.parseInt(grantId, 36) : -1
  return number >= 0 && number < 2 ** 48 ? number : undefined
}

export const GRANT_ACTIONS = ['merge', 'replace'] as const

/** What shall become of the grant that is there. @throws {OAuthError} `invalid_request`, `invalid_grant_id` */
export function readGrantAction(form: FormParameters): AuthorizationRequestParams['grant'] {
  const named = form.get('grant_management_action')
  if (named === undefined) return undefined
  const action = GRANT_ACTIONS.find((one) => one === named)
  if (!action)
    throw new OAuthError(
      'invalid_request',
      `grant_management_action is one of ${GRANT_ACTIONS.join(', ')}: a user has one grant for a client.`,
    )
  const grantId = numberOf(form.require('grant_id'))
  if (grantId === undefined)
    throw new OAuthError('invalid_grant_id', 'grant_id is none that was given here.')
  return { action, grantId }
}

export async function queryGrant(
  options: OAuthOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<object> {
  const call = await authenticateClientApiRequest(options, request, reply, 'grants')
  const grant = await ownGrant(options, call, request)
  const scopes = Object.keys(grant.granted).filter((scope) => hasScope(grant, scope, call.now))
  const { resources } = call.party.client
  return {
    scopes: scopes.map((scope) => {
      const { grantedAt, expiresAt, lifetime } = grantedScope(grant, scope) ?? {}
      return {
        scope,
        granted_at: grantedAt,
        ...(lifetime !== undefined && { lifetime }),
        ...(expiresAt !== undefined && { expires_at: expiresAt }),
        ...(resources.length > 0 && { resources }),
      }
    }),
    sub: grant.subject,
  }
}

export async function endGrant(
  options: OAuthOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const call = await authenticateClientApiRequest(options, request, reply, 'grants')
  const { user, appId } = await ownGrant(options, call, request)
  const sequence = await revokeGrant(
    options.ports,
    { user, appId, reason: 'MERCHANT', actor: 'merchant' },
    call.now,
  )
  if (sequence > 0) reply.header(SEQUENCE_HEADER, sequence)
  return reply.code(204).send()
}

/** One of the client's mini program; any other is as unknown as none. @throws {OAuthError} `not_found` */
async function ownGrant(
  { ports: { store } }: OAuthOptions,
  { party: { client } }: ClientApiRequest,
  { params }: FastifyRequest,
): Promise<Grant> {
  const { grantId } = params as { grantId: string }
  const number = numberOf(grantId)
  const standing =
    number === undefined ? undefined : await store.readGrantState(number, NO_AUTHORIZATION)
  if (standing?.grant.appId !== client.appId || Object.keys(standing.grant.granted).length === 0)
    throw new OAuthError('not_found', 'This client has no such grant.')
  return standing.grant
}
