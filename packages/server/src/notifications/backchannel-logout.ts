/**
 * @module Sends a logout token to an OAuth client when a user withdraws a grant or logs out.
 * @see [OpenID Connect Back-Channel Logout](https://openid.net/specs/openid-connect-backchannel-1_0.html)
 */
import type { TokenAlgorithm } from '../engine/oauth/token-algorithms.ts'
import type { Delivery } from '../engine/records.ts'
import type { OAuthClient } from '../engine/registry.ts'
import type { WebhookClient } from './webhook-client.ts'

const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout'
const LOGOUT_TOKEN_LIFETIME_SECONDS = 120
const LOGOUT_TOKEN_TYPE = 'logout+jwt'
const TOKEN_ID_BYTES = 16

export type LogoutContext = {
  readonly webhookClient: WebhookClient
  readonly sign: (type: string, claims: object, algorithm: TokenAlgorithm) => Promise<string>
  readonly randomText: (bytes: number) => string
  /** Epoch seconds. */
  readonly clock: () => number
}

export type LogoutClient = Pick<OAuthClient, 'clientId' | 'idTokenSignedResponseAlg'> & {
  readonly backchannelLogoutUri: string
}

/**
 * Sends one logout token. Each attempt has a new token with a `jti` of its own: a client may refuse a `jti` that it has seen
 * (Back-Channel Logout §2.6), also when its response to the first attempt was lost. `txn` (RFC 8417 §2.2) names the event, and is the same
 * in every attempt.
 * @returns the status of the response
 * @throws {Error} when no response arrives
 */
export async function sendLogout(
  { webhookClient, sign, randomText, clock }: LogoutContext,
  { subject, eventId }: Pick<Delivery, 'subject' | 'eventId'>,
  client: LogoutClient,
  timeoutMilliseconds: number,
): Promise<number> {
  const { clientId, backchannelLogoutUri, idTokenSignedResponseAlg } = client
  const now = clock()
  const claims = {
    aud: clientId,
    sub: subject,
    iat: now,
    exp: now + LOGOUT_TOKEN_LIFETIME_SECONDS,
    jti: randomText(TOKEN_ID_BYTES),
    txn: eventId,
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
  return status
}

/** Frameworks change an empty 200 to 204 (Back-Channel Logout §2.8). */
export function isLoggedOut(status: number): boolean {
  return status === 200 || status === 204
}
