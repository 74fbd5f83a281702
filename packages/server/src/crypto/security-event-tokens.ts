/**
 * @module Notifications as Security Event Tokens, signed with ES256, for receivers of OpenID Shared Signals.
 * @see [RFC 8417](https://www.rfc-editor.org/rfc/rfc8417.html)
 */
import type { EventType, Notification } from '@assent/protocol'
import { SignJWT } from 'jose'
import type { AssertionKeys } from './keys/key-ring.ts'

const OAUTH_EVENTS = 'https://schemas.openid.net/secevent/oauth/event-type'
const EVENT_URIS: Readonly<Record<EventType, string>> = {
  AUTHORIZATION_GRANTED: `${OAUTH_EVENTS}/token-issued`,
  AUTHORIZATION_CHANGED: `${OAUTH_EVENTS}/token-issued`,
  AUTHORIZATION_WITHDRAWN: `${OAUTH_EVENTS}/tokens-revoked`,
  TOKEN_CANCELLED: `${OAUTH_EVENTS}/token-revoked`,
  CLIENT_SUSPENDED: `${OAUTH_EVENTS}/client-disabled`,
  KEY_COMPROMISED: `${OAUTH_EVENTS}/client-credential-changed`,
}

export function createSecurityEventSigner(options: {
  readonly keys: Pick<AssertionKeys, 'current'>
  readonly issuer: string
  /** Epoch seconds. */
  readonly clock: () => number
}): (notification: Notification) => Promise<string> {
  const { keys, issuer, clock } = options
  return ({ eventId, eventType, authClientId, userId, ...event }) => {
    const { id: kid, key } = keys.current()
    return new SignJWT({
      ...(userId !== undefined && { sub_id: { format: 'iss_sub', iss: issuer, sub: userId } }),
      events: { [EVENT_URIS[eventType]]: { ...event, eventType } },
    })
      .setProtectedHeader({ alg: 'ES256', kid, typ: 'secevent+jwt' })
      .setIssuer(issuer)
      .setAudience(authClientId)
      .setJti(eventId)
      .setIssuedAt(clock())
      .sign(key)
  }
}
