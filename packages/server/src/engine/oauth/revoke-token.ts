/**
 * @module Token revocation. Access and refresh token are revoked together, because they belong to one authorization.
 * @see [RFC 7009](https://www.rfc-editor.org/rfc/rfc7009.html)
 */
import { endAuthorization } from '../events.ts'
import type { Ports } from '../ports.ts'
import type { OAuthClient } from '../registry.ts'
import type { ResolvedToken } from './introspect.ts'

/**
 * A token of another client is left unchanged.
 * @returns the sequence number in the revocation log; 0 when no authorization was ended
 */
export async function revokeToken(
  { store }: Pick<Ports, 'store'>,
  client: OAuthClient,
  opened: ResolvedToken | undefined,
  now: number,
): Promise<number> {
  if (!opened || opened.claims.binding?.clientId !== client.clientId) return 0
  if (opened.kind === 'client') {
    await store.consumeOnce(opened.idHash, opened.claims.expiresAt)
    return 0
  }
  return endAuthorization(store, opened.claims, 'MERCHANT', now)
}
