/**
 * @module The port to authorizations, one per redeemed code, and to the replay cache.
 */
import type { Authorization, NewEvent, OnceRecord } from '../records.ts'

export interface AuthorizationStore {
  /**
   * Inserts the authorization of a code, and the record of the request in the same transaction. Of concurrent calls for one code, one
   * inserts it. The record is also written when the code was redeemed before.
   * @returns the existing authorization when the code was redeemed before; `undefined` when this call redeemed it; `repeated` when the
   * request was recorded before, and nothing is written
   * @see [RFC 6749 §4.1.2](https://www.rfc-editor.org/rfc/rfc6749.html#section-4.1.2)
   */
  redeemCode(
    authorization: Authorization,
    once?: OnceRecord,
  ): Promise<Authorization | 'repeated' | undefined>
  /**
   * Increments the refresh token generation if it equals `generation` and the authorization is valid, and records the request in the
   * same transaction. The record is also written when the generation is not incremented.
   * @returns the new record; `undefined` when the generation differs, or the authorization is unknown, ended or expired; `repeated` when
   * the request was recorded before, and nothing is written
   * @see [RFC 9700 §4.14.2](https://www.rfc-editor.org/rfc/rfc9700.html#section-4.14.2)
   */
  rotateRefresh(
    authorizationId: string,
    generation: number,
    now: number,
    once?: OnceRecord,
  ): Promise<Authorization | 'repeated' | undefined>
  /**
   * Records a request that concerns an authorization and changes nothing.
   * @returns `false` when it was recorded before
   */
  recordRequest(authorizationId: string, once: OnceRecord): Promise<boolean>
  readAuthorization(authorizationId: string): Promise<Authorization | undefined>
  /**
   * Ends an authorization permanently and writes the event and the revocation log entry in the same transaction.
   * @returns the sequence number of the revocation log entry; 0 when the authorization is unknown or has ended before
   */
  endAuthorization(authorizationId: string, now: number, event?: NewEvent): Promise<number>

  /**
   * Records the use of a value that is used once. Of concurrent calls, one succeeds. See `recordOnce`.
   * @param expiresAt when the entry may be dropped: not before the value itself expires
   * @returns `false` when the value was consumed before
   */
  consumeOnce(idHash: string, expiresAt: number): Promise<boolean>
  /** Whether a single-use value was consumed. */
  isConsumed(idHash: string): Promise<boolean>
}
