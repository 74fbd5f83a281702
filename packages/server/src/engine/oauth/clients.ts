/**
 * @module Finds OAuth clients: declared in assent.yaml, or registered dynamically (RFC 7591).
 */
import type { Ports } from '../ports.ts'
import { activeMiniProgram, type Client, type MiniProgram, type OAuthClient } from '../registry.ts'

export type ResolvedClient = {
  readonly client: OAuthClient
  /** The merchant that owns its mini program. */
  readonly merchant: Client
  readonly miniProgram: MiniProgram
}

/** Ids of dynamically registered clients begin with this. Other ids are not looked up in the store. */
export const REGISTERED_PREFIX = 'dc_'

/** @returns `undefined` when the client does not exist, or its mini program or merchant is not active */
export async function findOAuthClient(
  { registry, store }: Pick<Ports, 'registry' | 'store'>,
  clientId: string,
): Promise<ResolvedClient | undefined> {
  const client =
    registry.oauthClients.get(clientId) ??
    (clientId.startsWith(REGISTERED_PREFIX)
      ? (await store.readRegisteredClient(clientId))?.client
      : undefined)
  const active = client && activeMiniProgram(registry, client.appId)
  return active && { client, merchant: active.client, miniProgram: active.miniProgram }
}
