/**
 * @module Migration 0006 renames tables, columns and record fields: a database that an earlier version has filled keeps every record.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { ConsentRequest, Grant, NewEvent } from '../../src/engine/records.ts'
import type { StoreHandle } from '../../src/stores/store-handle.ts'
import { AUTHORIZATION_ID, GRANTED } from './migration-rows.ts'
import { NOW } from './records.ts'

const LAST_OLD_MIGRATION = '0005'
const USER = { walletId: 'w', userId: 'u' }
const CHILD = { walletId: 'w', userId: 'child' }

export function oldMigrations(
  store: 'sqlite' | 'postgres',
): readonly { readonly name: string; readonly text: string }[] {
  const folder = new URL(`../../migrations/${store}/`, import.meta.url)
  return readdirSync(folder)
    .filter((name) => name.slice(0, 4) <= LAST_OLD_MIGRATION)
    .sort()
    .map((name) => ({ name, text: readFileSync(new URL(name, folder), 'utf8') }))
}

export type MigratedStore = {
  readonly store: StoreHandle
  /** The names of all tables, columns and indexes. */
  names(): Promise<readonly string[]>
  close(): Promise<void>
}

const GRANT: Grant = {
  grantId: 7,
  user: USER,
  appId: 'app',
  clientNumber: 1,
  subject: 'subject-1',
  epoch: 3,
  granted: GRANTED,
  denied: {
    USER_NAME: { deniedAt: NOW, times: 2, withdrawnAt: NOW - 5 },
    at: { deniedAt: NOW + 1, times: 1 },
    USER_EMAIL: { deniedAt: NOW + 2, times: 0 },
  },
  lastReceiptId: 'r-2',
}

const MINIMAL_REQUEST: ConsentRequest = {
  idHash: 'minimal',
  user: USER,
  appId: 'app',
  requested: [],
  unapproved: [],
  sheet: '{}',
  sheetHash: 'sheet-hash',
  expiresAt: NOW + 600,
}

const FULL_REQUEST: ConsentRequest = {
  ...MINIMAL_REQUEST,
  idHash: 'full',
  requested: ['a', 'b'],
  unapproved: ['c'],
  sheet: '{"askedAt":1}',
  codeChallenge: 'verifier-hash',
  redirect: {
    uri: 'https://shop.example/back',
    state: '"askedAt":1',
    oauth: {
      requestId: 'r',
      clientId: 'dc_1',
      challenge: 'c',
      requestedAt: NOW,
      expiresAt: NOW + 600,
      grant: { grantId: 7, action: 'merge' },
    },
  },
  outcome: 'granted',
  completedAt: NOW + 1,
  pageInstance: 'page',
  guardianId: 'parent',
}

const eventOf = (eventId: string): NewEvent => ({
  eventId,
  clientNumber: 1,
  subject: `s-${eventId}`,
  appId: 'app',
  type: 'AUTHORIZATION_WITHDRAWN',
  scopes: ['a', 'b'],
  reason: 'USER',
})

/** Words that only names of the old schema contain. */
const OLD_NAMES =
  /^(clients|held|refused|asked|not_entitled|sheet|binding|tenant|at|wrapped)$|void|taken|reading|parked|page_link|open_sheet|asked_at|sheet_hash|to_chain|clients_number|scope_sets_number|^clients_/

/** @param migrate fills a new database with the rows of the earlier version, and opens the store, which migrates it */
export function describeMigration(name: string, migrate: () => Promise<MigratedStore>): void {
  describe(`a ${name} database of the version before migration 0006`, () => {
    async function withStore(test: (store: StoreHandle, migrated: MigratedStore) => Promise<void>) {
      const migrated = await migrate()
      try {
        await test(migrated.store, migrated)
      } finally {
        await migrated.close()
      }
    }

    it('keeps dictionaries, and continues their numbers', () =>
      withStore(async (store) => {
        expect(await store.internClient('shop')).toBe(1)
        expect(await store.internClient('other')).toBe(2)
        expect(await store.internClient('new')).toBeGreaterThan(2)
        expect(await store.readScopeSet(1)).toEqual(['a', 'b'])
        expect(await store.internScopeSet(['b', 'a'])).toBe(1)
        expect(await store.internScopeSet(['c'])).toBeGreaterThan(1)
      }))

    it('keeps grants, authorizations and revocations', () =>
      withStore(async (store) => {
        const authorization = {
          authorizationId: AUTHORIZATION_ID,
          grantId: 7,
          epoch: 3,
          scopeSet: 1,
          keyVersion: 1,
          generation: 2,
          redeemedAt: NOW,
          rotatedAt: NOW + 1,
          expiresAt: NOW + 1000,
        }
        expect(await store.findGrant(USER, 'app')).toEqual(GRANT)
        expect(await store.readGrantState(7, AUTHORIZATION_ID)).toEqual({
          grant: GRANT,
          authorization,
          revokedThrough: NOW - 7,
        })
        expect(await store.readDeletion(1, USER)).toBe(NOW)
        const entries = await store.readRevocationEntries([1, 2, 3])
        expect([...entries].sort((a, b) => a.sequence - b.sequence)).toEqual([
          { sequence: 1, createdAt: NOW, kind: 'grant', grantId: 7, epoch: 2 },
          {
            sequence: 2,
            createdAt: NOW + 1,
            kind: 'authorization',
            authorizationId: AUTHORIZATION_ID,
          },
          { sequence: 3, createdAt: NOW + 2, kind: 'client', id: 'shop', revokedThrough: NOW - 7 },
        ])
        expect(await store.revokeIssuedThrough('client', 'shop', NOW)).toBeGreaterThan(3)
        expect(await store.replaceGrant({ ...GRANT, epoch: 4 }, true)).toBeTruthy()
      }))

    it('keeps consent requests, and the active prompt of a user', () =>
      withStore(async (store) => {
        expect(await store.readConsentRequest('full')).toEqual(FULL_REQUEST)
        expect(await store.readConsentRequest('minimal')).toEqual(MINIMAL_REQUEST)
        const next = { ...MINIMAL_REQUEST, idHash: 'next' }
        const prompt = { openSince: NOW - 60, at: NOW }
        expect(await store.createConsentRequest(next, prompt)).toBe(false)
        expect(await store.decideConsent('minimal', 'dismissed', undefined)).toBe('decided')
        expect(await store.createConsentRequest(next, prompt)).toBe(true)
      }))

    it('keeps guardian requests and privacy links', () =>
      withStore(async (store) => {
        const guardian = { walletId: 'w', userId: 'parent' }
        expect(await store.listGuardianRequests(guardian)).toEqual([
          {
            user: CHILD,
            guardianId: 'parent',
            appId: 'app',
            scopes: [{ scope: 'a', required: true }],
            requestedAt: NOW,
          },
        ])
        const link = { user: USER, locale: 'ar', expiresAt: NOW + 60 }
        expect(await store.consumePrivacyLink('link', NOW)).toEqual(link)
      }))

    it('keeps events in every state', () =>
      withStore(async (store) => {
        const expected = ['pollable', 'undelivered', 'waiting'].map(eventOf)
        // PostgreSQL lists an event when all older transactions of the server have ended.
        await expect
          .poll(async () => (await store.listEvents(1, undefined, 10)).events, { timeout: 20_000 })
          .toMatchObject(expected)
        expect(await store.listPollableEvents(1, 10)).toMatchObject([eventOf('pollable')])
        expect(await store.listDeadLetters(10)).toMatchObject([
          { ...eventOf('undelivered'), recipient: 'merchant/1' },
        ])
        expect(await store.listUndistributed(10)).toMatchObject([eventOf('waiting')])
        await store.acknowledgeEvents(1, ['pollable'])
        expect(await store.listPollableEvents(1, 10)).toEqual([])
        expect(await store.replayDeadLetters({ clientNumber: 1 })).toBe(1)
        const limits = { total: 10, perRecipient: new Map(), perOtherRecipient: 10 }
        expect(await store.claimDeliveries(limits, 1000)).toMatchObject([eventOf('undelivered')])
      }))

    it('keeps the access log', () =>
      withStore(async (store) => {
        const entry = { api: 'inquiryUserInfo', fields: ['userId', 'avatar'], count: 2 }
        expect(await store.listAccessLog(7, NOW + 1, 10)).toEqual([{ ...entry, accessedAt: NOW }])
        const added = { ...entry, grantId: 7, entryId: 2, accessedAt: NOW + 1 }
        await store.appendAccessLog([added, { ...added, entryId: 3, api: 'cards' }])
        expect(await store.listAccessLog(7, NOW + 2, 10)).toHaveLength(3)
      }))

    it('keeps receipts, their chain and the keys of users', () =>
      withStore(async (store) => {
        const first = {
          receiptId: 'r-1',
          grantId: 7,
          createdAt: NOW,
          event: 'granted',
          document: 'a.b.c',
        }
        expect(await store.readReceipt('r-1')).toEqual(first)
        expect((await store.listReceipts([7], 10)).map(({ receiptId }) => receiptId)).toEqual([
          'r-2',
          'r-1',
        ])
        expect(await store.listChainHeads()).toEqual([
          { walletId: 'w', sequence: 1, hash: 'hash-1' },
        ])
        expect(await store.readChain('w', 0, 10)).toEqual([
          { receiptId: 'r-1', document: 'a.b.c', sequence: 1, hash: 'hash-1' },
        ])
        expect(await store.listUnchained(10)).toEqual([
          { receiptId: 'r-2', walletId: 'w', document: 'd.e.f' },
        ])
        const links = [{ receiptId: 'r-2', sequence: 2, hash: 'hash-2' }]
        expect(await store.appendToChain('w', { sequence: 1, hash: 'hash-1' }, links)).toBe(true)
        expect(Buffer.from((await store.readUserKey(USER)) ?? []).toString('hex')).toBe('00ff07')
      }))

    it('keeps the replay cache and registered clients', () =>
      withStore(async (store) => {
        expect(await store.isConsumed('used')).toBe(true)
        expect(await store.consumeOnce('used', NOW + 60)).toBe(false)
        expect(await store.readRegisteredClient('dc_1')).toEqual({
          client: {
            clientId: 'dc_1',
            appId: 'app',
            tokenEndpointAuth: { method: 'tls_client_auth', tlsClientAuthSanDns: 'shop.example' },
            grantTypes: ['authorization_code'],
            redirectUris: ['https://shop.example/back?auth=origins'],
            allowedOrigins: ['https://shop.example'],
            jwks: [{ kty: 'OKP', crv: 'Ed25519', x: 'AA' }],
            resources: ['https://api.example'],
            resourceServerFor: ['https://api.example'],
            platformScopes: ['events'],
            requirePushedAuthorizationRequests: true,
            requireSignedRequestObject: false,
            dpopBoundAccessTokens: true,
            accessTokenFormat: 'jwt',
            idTokenSignedResponseAlg: 'RS256',
            introspectionSignedResponseAlg: 'RS256',
          },
          tokenHash: 'token-hash',
          version: 4,
          registeredAt: NOW,
        })
      }))

    it('has no table, column, index or constraint with an old name', () =>
      withStore(async (_, { names }) => {
        const all = await names()
        expect(all).toEqual(expect.arrayContaining(['client_numbers', 'granted_scopes']))
        expect(all.filter((name) => OLD_NAMES.test(name))).toEqual([])
      }))
  })
}
