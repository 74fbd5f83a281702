/**
 * @module Finds OAuth clients: declared in assent.yaml, or registered dynamically (RFC 7591).
 */
import type { ClientTokenClaims } from '../ports/credentials.ts'
import type { Ports } from '../ports/ports.ts'
import {
  type Client,
  findActiveMiniProgram,
  type MiniProgram,
  type OAuthClient,
} from '../registry.ts'

export type ResolvedClient = {
  readonly client: OAuthClient
  /** The merchant that owns its mini program. */
  readonly merchant: Client
  readonly miniProgram: MiniProgram
}

/** Ids of dynamically registered clients begin with this. Other ids are not looked up in the store. */
export const REGISTERED_PREFIX = 'dc_'

/** Whether the id is one of a client that registered itself. */
export function isRegisteredId(clientId: string): boolean {
  return clientId.startsWith(REGISTERED_PREFIX)
}

/** @returns `undefined` when the client does not exist, or its mini program or merchant is not active */
export async function findOAuthClient(
  { registry, store }: Pick<Ports, 'registry' | 'store'>,
  clientId: string,
): Promise<ResolvedClient | undefined> {
  const client =
    (await registry.findOAuthClient(clientId)) ??
    (isRegisteredId(clientId) ? (await store.readRegisteredClient(clientId))?.client : undefined)
  const active = client && (await findActiveMiniProgram(registry, client.appId))
  return active && { client, merchant: active.client, miniProgram: active.miniProgram }
}

/** Whether an operator has revoked what was issued to the merchant or the mini program since the client got a token for itself. */
export function isClientTokenRevoked(
  { merchant, miniProgram }: Pick<ResolvedClient, 'merchant' | 'miniProgram'>,
  { issuedAt }: Pick<ClientTokenClaims, 'issuedAt'>,
): boolean {
  return [merchant, miniProgram].some(
    ({ clientTokensNotBefore = -1 }) => issuedAt <= clientTokensNotBefore,
  )
}
