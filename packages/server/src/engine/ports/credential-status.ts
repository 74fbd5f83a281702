/**
 * @module The port that reads whether a credential is valid, from a cache where the required consistency allows it.
 */
import type { Grant } from '../records.ts'
import type { Client } from '../registry.ts'
import type { CredentialClaims } from './credentials.ts'

/** Everything that the validity of a code or token depends on. */
export type CredentialStatus = {
  readonly grant: Grant
  /** Whether the authorization has ended or does not exist (yet). */
  readonly ended: boolean
  /** Credentials from codes that were issued up to and including this instant are revoked. 0: none are. */
  readonly revokedThrough: number
}

/** How recent the status of a credential must be. */
export type Consistency = {
  /** Whether the status is read from the store, not from the node's cache, which may be a second old. */
  readonly strong: boolean
  /** The sequence number of a revocation log entry that must be included. 0: none. */
  readonly minSequence: number
}

export interface CredentialStatusReader {
  /**
   * Reads the status of a credential at the requested consistency.
   * @returns `undefined` when the grant does not exist
   * @throws {StoreUnavailableError} when the cache is not recent enough and the store does not respond
   */
  read(
    claims: CredentialClaims,
    client: Pick<Client, 'clientId'>,
    consistency: Consistency,
  ): Promise<CredentialStatus | undefined>
}
