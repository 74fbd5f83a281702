/**
 * @module Records for tests of stores and of code that uses a store.
 */

import type { RecordIntegrity } from '../../src/engine/ports/record-integrity.ts'
import type { Authorization, ConsentRequest, Grant, NewEvent } from '../../src/engine/records.ts'
import type { OperatorAction } from '../../src/engine/store/operator-actions.ts'
import type { KeyRecord } from '../../src/engine/store/platform-keys.ts'
import type { RegisteredClient } from '../../src/engine/store/registered-clients.ts'
import type { ChangeCause, RecordUpdate } from '../../src/engine/store/registry.ts'
import type { Store } from '../../src/engine/store/store.ts'

export const NOW = 1_800_000_000

/** How many calls a test makes at the same time to provoke a race. */
export const PARALLEL = 64

/** Prompts that were opened a minute ago no longer block a new one. */
export const PROMPT = { openSince: NOW - 60, at: NOW }

export type StoreUnderTest = Store & {
  /** Edits the database by hand. */
  exec(sql: string): Promise<void>
  close(): Promise<void>
}

/** Opens a new and empty store. */
export type OpenStore = (integrity?: RecordIntegrity) => Promise<StoreUnderTest>

export function grantOf(more: Partial<Grant> = {}): Grant {
  return {
    grantId: 0x123456789abc,
    user: { walletId: 'w', userId: 'u' },
    appId: 'app',
    clientNumber: 1,
    subject: 'subject-1',
    epoch: 0,
    granted: {},
    denied: {},
    ...more,
  }
}

export function authorizationOf(more: Partial<Authorization> = {}): Authorization {
  return {
    authorizationId: '6b49d200000102030405060708090a0b',
    grantId: 0x123456789abc,
    epoch: 3,
    scopeSet: 1,
    keyVersion: 1,
    generation: 0,
    redeemedAt: NOW,
    rotatedAt: NOW,
    expiresAt: NOW + 1000,
    ...more,
  }
}

export function requestOf(more: Partial<ConsentRequest> = {}): ConsentRequest {
  return {
    idHash: 'hash-1',
    user: { walletId: 'w', userId: 'u' },
    appId: 'app',
    requested: ['a', 'b'],
    unapproved: ['c'],
    sheet: '{"scopes":[]}',
    sheetHash: 'sheet-hash',
    expiresAt: NOW + 600,
    ...more,
  }
}

export function registeredClientOf(more: Partial<RegisteredClient> = {}): RegisteredClient {
  return {
    client: {
      clientId: 'dc_1',
      appId: 'app',
      tokenEndpointAuth: { method: 'none' },
      grantTypes: ['authorization_code'],
      redirectUris: ['https://shop.example/back'],
      allowedOrigins: [],
      jwks: [],
      resources: [],
      resourceServerFor: [],
      platformScopes: [],
      requirePushedAuthorizationRequests: false,
      requireSignedRequestObject: false,
      dpopBoundAccessTokens: false,
      accessTokenFormat: 'sealed',
      idTokenSignedResponseAlg: 'RS256',
      introspectionSignedResponseAlg: 'RS256',
    },
    tokenHash: 'hash',
    version: 1,
    registeredAt: NOW,
    ...more,
  }
}

export function eventOf(more: Partial<NewEvent> = {}): NewEvent {
  return {
    eventId: 'event-1',
    clientNumber: 1,
    subject: 'subject-1',
    appId: 'app',
    type: 'AUTHORIZATION_WITHDRAWN',
    scopes: ['a'],
    reason: 'USER',
    ...more,
  }
}

/** An authorization id: the issue time, then a number. */
export function hexId(time: number, n: number): string {
  return time.toString(16).padStart(8, '0') + n.toString(16).padStart(24, '0')
}

/** Makes concurrent calls. */
export function times<T>(count: number, make: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => make(index)))
}

export function actionOf(more: Partial<OperatorAction> = {}): OperatorAction {
  return {
    id: 'action-1',
    action: 'suspend',
    kind: 'key',
    target: 'c',
    keyVersion: 1,
    reason: 'stolen',
    actor: 'ana',
    startedAt: NOW,
    ...more,
  }
}

export function platformKeyOf(more: Partial<KeyRecord> = {}): KeyRecord {
  return {
    kind: 'master',
    version: 1,
    activeFrom: undefined,
    sealed: Buffer.from('sealed'),
    ...more,
  }
}

/** A new version of a record of the registry. */
export function updateOf(more: Partial<RecordUpdate> = {}): RecordUpdate {
  return {
    kind: 'client',
    id: 'c1',
    follows: 0,
    owner: 'registry',
    document: { name: 'one' },
    references: [],
    ...more,
  }
}

export function causeOf(more: Partial<ChangeCause> = {}): ChangeCause {
  return {
    actor: 'ana',
    source: 'api',
    reason: 'a test',
    requestId: 'request-1',
    changedAt: NOW,
    ...more,
  }
}
