/**
 * @module Records that are stored with a MAC in the column `mac` of their row. Every read of such a row goes through here.
 * @see docs/operating.md#edited-databases
 */

import type { ProtectedKind, RecordIntegrity } from '../engine/ports/record-integrity.ts'
import type { ConsentRequest, Delivery, Grant, NewEvent, OutboxEvent } from '../engine/records.ts'
import type { AdminPasskey, AdminSession } from '../engine/store/admin-sign-in.ts'
import type { Subject } from '../engine/store/audit.ts'
import type { PrivacyLink } from '../engine/store/consent-requests.ts'
import type { GrantPage } from '../engine/store/grants.ts'
import type { OperatorAction } from '../engine/store/operator-actions.ts'
import type { RegisteredClient } from '../engine/store/registered-clients.ts'
import type { RegistryChange } from '../engine/store/registry.ts'
import {
  ADMIN_PASSKEY_COLUMNS,
  ADMIN_SESSION_COLUMNS,
  toAdminPasskey,
  toAdminSession,
} from './admin-sign-in-rows.ts'
import { OPERATOR_ACTION_COLUMNS, toOperatorAction } from './operator-action-rows.ts'
import {
  CONSENT_REQUEST_COLUMNS,
  PRIVACY_LINK_COLUMNS,
  type StoredPrivacyLink,
  toConsentRequest,
  toPrivacyLink,
} from './prompt-rows.ts'
import {
  REGISTRY_CHANGE_COLUMNS,
  REGISTRY_RECORD_COLUMNS,
  type StoredVersion,
  toRegistryChange,
  toStoredVersion,
} from './registry-rows.ts'
import {
  EVENT_COLUMNS,
  GRANT_COLUMNS,
  REGISTERED_CLIENT_COLUMNS,
  type Row,
  SUBJECT_COLUMNS,
  toDelivery,
  toGrant,
  toOutboxEvent,
  toRegisteredClient,
  toSubject,
} from './row-mapping.ts'

export interface ProtectedRecord<T, New = T> {
  /** The MAC to store. */
  macOf(record: New): Buffer
  /** The MAC of a row as it is, whatever the row has as MAC. For rows of earlier versions. */
  sign(row: Row): Buffer
  /** @returns `undefined` for a row that was edited or added in the database, which is reported */
  read(row: Row): T | undefined
}

export type ProtectedRecords = {
  readonly integrity: RecordIntegrity
  readonly grant: ProtectedRecord<Grant>
  readonly subject: ProtectedRecord<Subject>
  readonly consentRequest: ProtectedRecord<ConsentRequest>
  readonly privacyLink: ProtectedRecord<StoredPrivacyLink>
  readonly registeredClient: ProtectedRecord<RegisteredClient>
  readonly event: ProtectedRecord<OutboxEvent, NewEvent>
  readonly operatorAction: ProtectedRecord<OperatorAction>
  readonly registryRecord: ProtectedRecord<StoredVersion>
  readonly registryChange: ProtectedRecord<RegistryChange>
  readonly adminSession: ProtectedRecord<AdminSession>
  readonly adminPasskey: ProtectedRecord<AdminPasskey>
}

export function createProtectedRecords(integrity: RecordIntegrity): ProtectedRecords {
  function protect<T extends New, New extends object = T>(
    kind: ProtectedKind,
    columns: readonly string[],
    toRecord: (row: Row) => T,
    idOf: (record: New) => string,
    toContent: (record: New) => object = (record) => record,
  ): ProtectedRecord<T, New> {
    const macIndex = columns.indexOf('mac')
    const macOf = (record: New): Buffer => Buffer.from(integrity.macOf(kind, toContent(record)))
    return {
      macOf,
      sign: (row) => macOf(toRecord(row)),
      read(row) {
        const record = parse(toRecord, row)
        if (record && integrity.isGenuine(kind, toContent(record), row[macIndex])) return record
        integrity.reportForged(kind, record ? idOf(record) : String(row[0]))
        return undefined
      },
    }
  }

  return {
    integrity,
    grant: protect('grant', GRANT_COLUMNS, toGrant, ({ grantId }) => grantId.toString(36)),
    subject: protect('subject', SUBJECT_COLUMNS, toSubject, ({ subject }) => subject),
    consentRequest: protect(
      'consent-request',
      CONSENT_REQUEST_COLUMNS,
      toConsentRequest,
      ({ idHash }) => idHash,
      // The outcome and the opener change later. They give nothing: the code depends on the grant.
      ({ outcome: _outcome, completedAt: _completedAt, openerHash: _openerHash, ...content }) =>
        content,
    ),
    privacyLink: protect(
      'privacy-link',
      PRIVACY_LINK_COLUMNS,
      toPrivacyLink,
      ({ idHash }) => idHash,
    ),
    registeredClient: protect(
      'registered-client',
      REGISTERED_CLIENT_COLUMNS,
      toRegisteredClient,
      ({ client }) => client.clientId,
    ),
    event: protect<OutboxEvent, NewEvent>(
      'event',
      EVENT_COLUMNS,
      toOutboxEvent,
      ({ eventId }) => eventId,
      toNewEvent,
    ),
    operatorAction: protect(
      'operator-action',
      OPERATOR_ACTION_COLUMNS,
      toOperatorAction,
      ({ id }) => id,
    ),
    registryRecord: protect(
      'registry-record',
      REGISTRY_RECORD_COLUMNS,
      toStoredVersion,
      ({ kind, id, version }) => `${kind} ${id}, version ${version}`,
    ),
    registryChange: protect(
      'registry-change',
      REGISTRY_CHANGE_COLUMNS,
      toRegistryChange,
      ({ sequence }) => String(sequence),
    ),
    adminSession: protect(
      'admin-session',
      ADMIN_SESSION_COLUMNS,
      toAdminSession,
      ({ idHash }) => idHash,
    ),
    adminPasskey: protect(
      'admin-passkey',
      ADMIN_PASSKEY_COLUMNS,
      toAdminPasskey,
      ({ credentialId }) => credentialId,
    ),
  }
}

/** @returns `undefined` when the event of the delivery is not genuine */
export function readDelivery(
  { event }: Pick<ProtectedRecords, 'event'>,
  row: Row,
): Delivery | undefined {
  return event.read(row) ? toDelivery(row) : undefined
}

/** A row that was edited in the database counts as a suspension in force, because the edit may have ended one. */
export function readOperatorAction(
  { operatorAction: actions }: Pick<ProtectedRecords, 'operatorAction'>,
  row: Row,
): OperatorAction {
  const genuine = actions.read(row)
  if (genuine) return genuine
  const { endedAt: _endedAt, endedBy: _endedBy, ...inForce } = toOperatorAction(row)
  return { ...inForce, action: 'suspend' }
}

/** A link as it was created; its row also names the hash of its id. */
export function toLink(stored: StoredPrivacyLink | undefined): PrivacyLink | undefined {
  if (!stored) return undefined
  const { idHash: _idHash, ...link } = stored
  return link
}

/** The members that do not change while an event is delivered. */
function toNewEvent(event: NewEvent): NewEvent {
  const { eventId, clientNumber, subject, appId, type, scopes, reason } = event
  return { eventId, clientNumber, subject, appId, type, scopes, reason }
}

/** @returns `undefined` when an edited row cannot be parsed */
function parse<T>(toRecord: (row: Row) => T, row: Row): T | undefined {
  try {
    return toRecord(row)
  } catch {
    return undefined
  }
}

/** Rows that are not genuine are left out, so only the number of rows tells whether there are more. */
export function toGrantPage(
  rows: readonly Row[],
  limit: number,
  grants: Pick<ProtectedRecord<Grant>, 'read'>,
): GrantPage {
  const last = rows.at(-1)
  return {
    grants: rows.flatMap((row) => grants.read(row) ?? []),
    ...(rows.length === limit && last && { next: Number(last[0]) }),
  }
}
