/**
 * @module Grant management: with the `grant_id` of a token response, a client queries, extends, replaces or revokes a user's grant.
 * @see [FAPI: Grant Management](https://openid.net/specs/oauth-v2-grant-management.html)
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { grantedScope, hasScope } from '../../../engine/grant.ts'
import type { AuthorizationRequestParams, Grant } from '../../../engine/records.ts'
import { revokeGrant } from '../../../engine/tokens/revoke.ts'
import { SEQUENCE_HEADER } from '../../signed-messages/reply.ts'
import type { OAuthOptions } from '../context.ts'
import { OAuthError } from '../errors.ts'
import type { FormParameters } from '../form-parameters.ts'
import { authenticateClientApiRequest, type ClientApiRequest } from './client-api.ts'

/** An id that no authorization has, because only the state of the grant is needed. */
const NO_AUTHORIZATION = '0'.repeat(32)

export function grantIdOf(grantId: number): string {
  // Four times as fast as Number.prototype.toString(36).
  return BigInt(grantId).toString(36)
}

/** `undefined` if it is not a grant id. */
function parseGrantId(grantId: string): number | undefined {
  const number = /^[0-9a-z]{1,10}$/.test(grantId) ? Number.parseInt(grantId, 36) : -1
  return number >= 0 && number < 2 ** 48 ? number : undefined
}

export const GRANT_ACTIONS = ['merge', 'replace'] as const

/** What to do with the user's existing grant. @throws {OAuthError} `invalid_request`, `invalid_grant_id` */
export function readGrantAction(form: FormParameters): AuthorizationRequestParams['grant'] {
  const named = form.get('grant_management_action')
  if (named === undefined) return undefined
  const action = GRANT_ACTIONS.find((one) => one === named)
  if (!action)
    throw new OAuthError(
      'invalid_request',
      `grant_management_action must be one of ${GRANT_ACTIONS.join(', ')}. A user has one grant per client.`,
    )
  const grantId = parseGrantId(form.require('grant_id'))
  if (grantId === undefined)
    throw new OAuthError(
      'invalid_grant_id',
      'Invalid grant_id. Send the grant_id of a token response.',
    )
  return { action, grantId }
}

export async function queryGrant(
  options: OAuthOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<object> {
  const call = await authenticateClientApiRequest(options, request, reply, 'grants')
  const grant = await readOwnGrant(options, call, request)
  const scopes = Object.keys(grant.granted).filter((scope) => hasScope(grant, scope, call.now))
  const { resources } = call.caller.client
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

export async function handleGrantRevocation(
  options: OAuthOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const call = await authenticateClientApiRequest(options, request, reply, 'grants')
  const { user, appId } = await readOwnGrant(options, call, request)
  const sequence = await revokeGrant(
    options.ports,
    { user, appId, reason: 'MERCHANT', actor: 'merchant' },
    call.now,
  )
  if (sequence > 0) reply.header(SEQUENCE_HEADER, sequence)
  return reply.code(204).send()
}

/** The grant of the request. Grants of other mini programs are reported as unknown. @throws {OAuthError} `not_found` */
async function readOwnGrant(
  { ports: { store } }: OAuthOptions,
  { caller: { client } }: ClientApiRequest,
  { params }: FastifyRequest,
): Promise<Grant> {
  const { grantId } = params as { grantId: string }
  const number = parseGrantId(grantId)
  const state =
    number === undefined ? undefined : await store.readGrantState(number, NO_AUTHORIZATION)
  if (state?.grant.appId !== client.appId || Object.keys(state.grant.granted).length === 0)
    throw new OAuthError('not_found', 'Unknown grant_id for this client.')
  return state.grant
}
