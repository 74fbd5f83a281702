/**
 * @module Registration without an initial access token. Anybody may call it, so each node registers a limited number of clients per minute.
 * @see [RFC 7591 §3](https://www.rfc-editor.org/rfc/rfc7591.html#section-3),
 * [Register clients without a token](../../../../../../docs/oauth.md#register-clients-without-a-token)
 */
import { RateLimiterMemory } from 'rate-limiter-flexible'
import type { OpenRegistration } from '../context.ts'

const MAX_REGISTRATIONS_PER_MINUTE = 30

export function createOpenRegistration(appId: string): OpenRegistration {
  const limiter = new RateLimiterMemory({ points: MAX_REGISTRATIONS_PER_MINUTE, duration: 60 })
  return {
    appId,
    admit: () =>
      limiter.consume('all').then(
        () => true,
        () => false,
      ),
  }
}
