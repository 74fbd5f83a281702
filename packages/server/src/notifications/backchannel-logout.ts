/**
 * @module Logout tokens: an OAuth client is told that a grant has ended, at the address that it is registered with.
 * @see [OpenID Connect Back-Channel Logout](https://openid.net/specs/openid-connect-backchannel-1_0.html)
 */
import type { PendingEvent } from '../engine/records.ts'
import type { OAuthClient } from '../engine/registry.ts'
import type { WebhookClient } from './webhook-client.ts'

const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout'
const LOGOUT_TOKEN_SECONDS = 120
const TYPE = 'logout+jwt'

export type LogoutParts = {
  readonly egress: WebhookClient
  /** The OAuth clients of a mini program. */
  readonly clientsOf: (appId: string) => readonly OAuthClient[]
  readonly sign: (type: string, claims: object) => Promise<string>
  /** Epoch seconds. */
  readonly clock: () => number
}

/** Whether each of them knows it now. The same event, sent again, has the same `jti`. */
export async function sendLogouts(
  { egress, clientsOf, sign, clock }: LogoutParts,
  { type, appId, subject, eventId }: PendingEvent,
  patience: number,
): Promise<boolean> {
  if (type !== 'AUTHORIZATION_WITHDRAWN' || subject === '') return true
  const sent = clientsOf(appId).map(async ({ clientId, backchannelLogoutUri }) => {
    if (backchannelLogoutUri === undefined) return true
    const now = clock()
    const token = await sign(TYPE, {
      aud: clientId,
      sub: subject,
      iat: now,
      exp: now + LOGOUT_TOKEN_SECONDS,
      jti: `${eventId}-${clientId}`,
      events: { [LOGOUT_EVENT]: {} },
    })
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const body = new URLSearchParams({ logout_token: token }).toString()
    const { status } = await egress.post(backchannelLogoutUri, headers, body, patience)
    return status === 200 || status === 204
  })
  return (await Promise.all(sent)).every(Boolean)
}
