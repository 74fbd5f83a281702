/**
 * @module The port to durable state: one interface per kind of record, implemented by every database.
 * @see ARCHITECTURE.md#records, ARCHITECTURE.md#invariants
 */
import type { AccessLogStore } from './access-log.ts'
import type { AdminRequestStore } from './admin-requests.ts'
import type { AdminSignInStore } from './admin-sign-in.ts'
import type { AuthorizationStore } from './authorizations.ts'
import type { ConsentRequestStore } from './consent-requests.ts'
import type { GrantStore } from './grants.ts'
import type { NodeStore } from './nodes.ts'
import type { OperatorActionStore } from './operator-actions.ts'
import type { Outbox } from './outbox.ts'
import type { PlatformKeyStore } from './platform-keys.ts'
import type { ReceiptStore } from './receipts.ts'
import type { RegisteredClientStore } from './registered-clients.ts'
import type { RegistryStore } from './registry.ts'
import type { RevocationLog } from './revocation-log.ts'
import type { SignatureEncodings } from './signature-encodings.ts'
import type { TesterNames } from './testers.ts'

/**
 * The store did not respond in time. The outcome of the call is unknown; the same call may succeed when it is repeated.
 * HTTP adapters respond with status 503 and `Retry-After`.
 */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError'
}

/**
 * Durable state.
 *
 * Every method is atomic: under any interleaving, on any number of nodes, it happens as a whole or not at all. The
 * promise of a write resolves after the commit. Every method rejects with {@link StoreUnavailableError} when the
 * database does not respond in time, and with nothing else that a caller should handle.
 */
export interface Store
  extends GrantStore,
    ConsentRequestStore,
    AuthorizationStore,
    RevocationLog,
    RegisteredClientStore,
    Outbox,
    OperatorActionStore,
    AccessLogStore,
    ReceiptStore,
    PlatformKeyStore,
    RegistryStore,
    AdminSignInStore,
    AdminRequestStore,
    SignatureEncodings,
    TesterNames,
    NodeStore {
  /**
   * Deletes expired consent requests, authorizations, privacy links and replay cache entries, events older than
   * `EVENT_WINDOW_SECONDS`, records of changes of the registry that were staged for `STAGING_SECONDS` and not committed, and access
   * log entries before an instant: at most `limit` rows of each kind of record. Unlike other methods it may delete one kind and fail
   * for the next; the following call continues.
   * @param accessLogBefore epoch seconds; 0 keeps the whole access log
   * @returns the number of deleted rows
   */
  dropExpired(now: number, limit: number, accessLogBefore?: number): Promise<number>
}
