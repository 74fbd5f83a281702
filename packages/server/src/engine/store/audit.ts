/**
 * @module The port to an audit of the whole database. It reads every row of a table once, in the order of the primary key, and page by
 * page, so that a running server is not held up.
 * @see docs/operating.md#edited-databases
 */
import type { NewReceipt } from '../receipt-records.ts'
import type {
  Authorization,
  ConsentRequest,
  Grant,
  OutboxEvent,
  RevocationEntry,
  UserRef,
} from '../records.ts'
import type { OperatorAction } from './operator-actions.ts'
import type { RegisteredClient } from './registered-clients.ts'
import type { Reference, RegistryChange, StagedRecord } from './registry.ts'

/** The pairwise id of a user for a client. */
export type Subject = {
  readonly clientNumber: number
  readonly user: UserRef
  readonly subject: string
}

/** A receipt with all columns of its row. `sequence` and `hash` are absent until it is in a chain. */
export type StoredReceipt = NewReceipt & { readonly sequence?: number; readonly hash?: string }

export type StoredUserKey = { readonly user: UserRef; readonly encryptedKey: Uint8Array }

/** A version of a registry record. */
export type AuditedVersion = StagedRecord & {
  readonly changeId: string
  /** The references by which the database finds the record, in any order. They must be those of the record. */
  readonly foundBy: readonly Reference[]
}

/** Rows that are not genuine are reported and left out: see `RecordIntegrity`. */
export interface AuditReader {
  grants(): AsyncIterable<Grant>
  subjects(): AsyncIterable<Subject>
  consentRequests(): AsyncIterable<ConsentRequest>
  privacyLinks(): AsyncIterable<object>
  registeredClients(): AsyncIterable<RegisteredClient>
  events(): AsyncIterable<OutboxEvent>
  operatorActions(): AsyncIterable<OperatorAction>
  /** In the order of the sequence. */
  registryChanges(): AsyncIterable<RegistryChange>
  /** Also of changes that are staged. In order of kind, id and version. */
  registryVersions(): AsyncIterable<AuditedVersion>
  receipts(): AsyncIterable<StoredReceipt>
  userKeys(): AsyncIterable<StoredUserKey>
  authorizations(): AsyncIterable<Authorization>
  revocations(): AsyncIterable<RevocationEntry>
  /** Client ids by number. */
  clientNumbers(): AsyncIterable<readonly [number: number, clientId: string]>
}
