/**
 * @module OAuth clients: declared in assent.yaml, or registered by themselves.
 */
import type { Ports } from '../ports/ports.ts'
import { activeMiniProgram, type Client, type MiniProgram, type OAuthClient } from '../registry.ts'

export type ResolvedClient = {
  readonly client: OAuthClient
  /** Whose it is: the merchant of its mini program. */
  readonly merchant: Client
  readonly miniProgram: MiniProgram
}

/** The ids of clients that registered themselves begin so; no other is looked for in the store. */
export const REGISTERED_PREFIX = 'dc_'

/** `undefined`: there is none, or its mini program or its merchant is not active. */
export async function findOAuthClient(
  { registry, store }: Pick<Ports, 'registry' | 'store'>,
  clientId: string,
): Promise<ResolvedClient | undefined> {
  const client =
    registry.oauthClients.get(clientId) ??
    (clientId.startsWith(REGISTERED_PREFIX)
      ? (await store.readRegisteredClient(clientId))?.client
      : undefined)
  const party = client && activeMiniProgram(registry, client.appId)
  return party && { client, merchant: party.client, miniProgram: party.miniProgram }
}
