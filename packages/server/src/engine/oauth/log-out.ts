/**
 * @module A user logs out at an OAuth client. The wallet has the user's session; what ends here is what the OAuth clients of the mini program
 * keep: each of them with a logout URI gets a logout token. Grants and tokens stay, because consent outlives a session.
 * @see docs/oauth.md#log-out
 */

import type { ResolvedClient } from '../oauth-clients/clients.ts'
import type { Ports } from '../ports/ports.ts'
import { type NewEvent, USER_LOGGED_OUT } from '../records.ts'

/**
 * Writes the event from which the OAuth clients are told.
 * @param subject the pairwise id of the user
 * @param idToken the ID token that names the user. One ID token is one login, so it can be ended once
 */
export async function logOut(
  { store, hasher }: Pick<Ports, 'store' | 'hasher'>,
  { client, merchant }: Pick<ResolvedClient, 'client' | 'merchant'>,
  { subject, idToken }: { readonly subject: string; readonly idToken: string },
): Promise<void> {
  const event: NewEvent = {
    eventId: `logout-${hasher.sha256(idToken)}`,
    clientNumber: merchant.number,
    subject,
    appId: client.appId,
    type: USER_LOGGED_OUT,
    scopes: [],
    reason: 'USER',
  }
  await store.appendEvent(event)
}
