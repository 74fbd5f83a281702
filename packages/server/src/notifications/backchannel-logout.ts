/**
 * @module Sends logout tokens to the OAuth clients of a mini program when a user withdraws a grant.
 * @see [OpenID Connect Back-Channel Logout](https://openid.net/specs/openid-connect-backchannel-1_0.html)
 */
import type { TokenAlgorithm } from '../engine/oauth/token-algorithms.ts'
import type { PendingEvent } from '../engine/records.ts'
import type { OAuthClient } from '../engine/registry.ts'
import type { WebhookClient } from './webhook-client.ts'

const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout'
const LOGOUT_TOKEN_LIFETIME_SECONDS = 120
const LOGOUT_TOKEN_TYPE = 'logout+jwt'

export type LogoutContext = {
  readonly webhookClient: WebhookClient
  /** The OAuth clients of a mini program. */
  readonly clientsOf: (appId: string) => readonly OAuthClient[]
  readonly sign: (type: string, claims: object, algorithm: TokenAlgorithm) => Promise<string>
  /** Epoch seconds. */
  readonly clock: () => number
}

/** A repeated event has the same `jti`. @returns whether every client has accepted its logout token */
export async function sendLogouts(
  context: LogoutContext,
  event: PendingEvent,
  timeoutMilliseconds: number,
): Promise<boolean> {
  if (event.type !== 'AUTHORIZATION_WITHDRAWN' || event.subject === '') return true
  const clients = context.clientsOf(event.appId)
  const accepted = await Promise.all(
    clients.map((client) => sendLogout(context, event, client, timeoutMilliseconds)),
  )
  return accepted.every(Boolean)
}

async function sendLogout(
  { webhookClient, sign, clock }: LogoutContext,
  { subject, eventId }: PendingEvent,
  { clientId, backchannelLogoutUri, idTokenSignedResponseAlg }: OAuthClient,
  timeoutMilliseconds: number,
): Promise<boolean> {
  if (backchannelLogoutUri === undefined) return true
  const now = clock()
  const claims = {
    aud: clientId,
    sub: subject,
    iat: now,
    exp: now + LOGOUT_TOKEN_LIFETIME_SECONDS,
    jti: `${eventId}-${clientId}`,
    events: { [LOGOUT_EVENT]: {} },
  }
  const token = await sign(LOGOUT_TOKEN_TYPE, claims, idTokenSignedResponseAlg)
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const body = new URLSearchParams({ logout_token: token }).toString()
  const { status } = await webhookClient.post(
    backchannelLogoutUri,
    headers,
    body,
    timeoutMilliseconds,
  )
  return status === 200 || status === 204
}
