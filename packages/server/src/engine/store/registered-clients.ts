/**
 * @module The port to OAuth clients that registered themselves.
 * @see [RFC 7591](https://www.rfc-editor.org/rfc/rfc7591.html), [RFC 7592](https://www.rfc-editor.org/rfc/rfc7592.html)
 */
import type { OAuthClient } from '../registry.ts'

export type RegisteredClient = {
  readonly client: OAuthClient
  /** base64url SHA-256 of the registration access token (RFC 7592). */
  readonly tokenHash: string
  /** 1 when the client is registered; incremented by every update. */
  readonly version: number
  readonly registeredAt: number
}

export interface RegisteredClientStore {
  readRegisteredClient(clientId: string): Promise<RegisteredClient | undefined>
  /**
   * Replaces the preceding version, `client.version - 1`; version 1 is inserted.
   * @returns `false` when another change came first; nothing is written
   */
  replaceRegisteredClient(client: RegisteredClient): Promise<boolean>
  /** Lists the clients of a mini program that have a `backchannelLogoutUri`, in no particular order. */
  listLogoutClients(appId: string): Promise<readonly OAuthClient[]>
  /** Deletes a client. An unknown one is ignored. */
  dropRegisteredClient(clientId: string): Promise<void>
}
