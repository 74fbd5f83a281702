/**
 * @module The port to requests of administrators that must not happen twice, by their `Idempotency-Key`.
 * @see docs/admin-api.md#repeated-requests
 */

export type AdminRequest = {
  /** base64url SHA-256 of the caller and the key. */
  readonly idHash: string
  /** base64url SHA-256 of everything that the request says. */
  readonly requestHash: string
  readonly claimedAt: number
  /** When the key may be used for another request, in epoch seconds. */
  readonly expiresAt: number
  /** JSON. Absent: the request has no reply yet. */
  readonly reply?: string
}

/** A node that has not stored the reply by then has stopped. */
export const ADMIN_REQUEST_LEASE_SECONDS = 60

export interface AdminRequestStore {
  /**
   * Claims a key for a request. A key that has expired, or whose node has stopped, is free.
   * @returns the earlier request with this key; `undefined`: it is claimed
   */
  claimAdminRequest(request: AdminRequest): Promise<AdminRequest | undefined>
  completeAdminRequest(idHash: string, reply: string): Promise<void>
  /** The request has failed, so that its key is free. */
  releaseAdminRequest(idHash: string): Promise<void>
}
