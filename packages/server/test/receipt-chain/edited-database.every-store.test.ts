/**
 * @module A database that was edited by hand: each edit is noticed, by the read of the row or by the comparison of rows in an audit.
 */
import { createPublicKey } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { generateSymmetricKey } from '../../src/crypto/keys/key-generation.ts'
import { createKeyRecordReader } from '../../src/crypto/keys/key-records.ts'
import { createKeySealer } from '../../src/crypto/keys/key-sealing.ts'
import { isAboutUser, isKeyOfUser, readReceipt } from '../../src/crypto/records/receipts.ts'
import { createRecordIntegrity } from '../../src/crypto/records/record-integrity.ts'
import { consult } from '../../src/engine/consent/consult.ts'
import { decideConsent } from '../../src/engine/consent/decide.ts'
import { endAuthorization } from '../../src/engine/events.ts'
import type { Client } from '../../src/engine/registry.ts'
import { queryToken } from '../../src/engine/tokens/query.ts'
import { refreshTokens } from '../../src/engine/tokens/refresh.ts'
import { revokeGrant, revokeIssuedThrough } from '../../src/engine/tokens/revoke.ts'
import { startChainWriter } from '../../src/receipt-chain/chain-writer.ts'
import { type Checkpoint, createCheckpointSigner } from '../../src/receipt-chain/checkpoints.ts'
import { createSignatureCheck, verifyChains } from '../../src/receipt-chain/verify.ts'
import { verifyRecords } from '../../src/receipt-chain/verify-records.ts'
import { openPostgresStore } from '../../src/stores/postgres/store.ts'
import { EVENT_COLUMNS } from '../../src/stores/row-mapping.ts'
import { openConnection } from '../../src/stores/sqlite/driver.ts'
import { openSqliteStore } from '../../src/stores/sqlite/store.ts'
import type { StoreHandle } from '../../src/stores/store-handle.ts'
import { actionOf, authorizationOf, registeredClientOf, requestOf } from '../stores/records.ts'
import { INSTALLATION } from '../support/installation.ts'
import { TEST_RECORD_KEYS } from '../support/integrity.ts'
import { type MemoryEngine, RECEIPT_KEYS, startMemoryEngine } from '../support/memory.ts'
import { createTestStore, type TestStore } from '../support/stores.ts'

const NOW = Math.floor(Date.now() / 1000)
const PUBLIC_KEYS = new Map([['assertion-1', createPublicKey(RECEIPT_KEYS.key)]])
const KEK = RECEIPT_KEYS.userKeyEncryptionKey
const AUTHORIZATION_ID = authorizationOf().authorizationId

/** Every table that an edit changes, restored after it. */
const TABLES = [
  'grants',
  'subjects',
  'consent_requests',
  'privacy_links',
  'registered_clients',
  'events',
  'operator_actions',
  'platform_keys',
  'receipts',
  'chain_heads',
  'user_keys',
  'revocations',
  'authorizations',
  'client_numbers',
]

/** The users: one keeps the consent, one withdrew it, one changed it, one ended a login. */
const KEEPS = `user_id = 'keeps'`
const grantOf = (user: string): string => `(SELECT grant_id FROM grants WHERE user_id = '${user}')`
const RECEIPT_OF_KEEPS = `grant_id = ${grantOf('keeps')}`
const PUT_BACK = (user: string): string =>
  `UPDATE grants SET epoch = old.epoch, granted_scopes = old.granted_scopes, denied_scopes = old.denied_scopes,
     last_receipt_id = old.last_receipt_id, mac = old.mac
   FROM grants_old AS old WHERE old.grant_id = grants.grant_id AND grants.user_id = '${user}'`

const FIRST_OF_CHANGED = `(SELECT min(receipt_id) FROM receipts_backup WHERE grant_id = ${grantOf('changed')})`

/** Noticed by a read of the row: it has a wrong MAC, and permits nothing from then on. */
const READ_EDITS: readonly string[] = [
  `UPDATE grants SET granted_scopes = replace(granted_scopes, '"auth_user"', '"USER_NAME"') WHERE ${KEEPS}`,
  `UPDATE grants SET granted_scopes = replace(granted_scopes, '"nickName"', '"nickName","mobilePhone"') WHERE ${KEEPS}`,
  `UPDATE grants SET granted_scopes = replace(granted_scopes, '"expiresAt":', '"expiresAt":9') WHERE ${KEEPS}`,
  `UPDATE grants SET granted_scopes = replace(granted_scopes, '"since":1', '"since":0') WHERE ${KEEPS}`,
  `UPDATE grants SET granted_scopes = '{"auth_user":{"grantedAt":1,"since":1}}' WHERE user_id = 'withdrew'`,
  `UPDATE grants SET denied_scopes = '{"auth_user":{"deniedAt":1,"times":3}}' WHERE ${KEEPS}`,
  `UPDATE grants SET epoch = epoch + 1 WHERE ${KEEPS}`,
  `UPDATE grants SET epoch = 0 WHERE user_id = 'withdrew'`,
  `UPDATE grants SET user_id = 'thief' WHERE ${KEEPS}`,
  `UPDATE grants SET app_id = 'app-b' WHERE ${KEEPS}`,
  `UPDATE grants SET client_number = 2 WHERE ${KEEPS}`,
  `UPDATE grants SET subject = 'somebody' WHERE ${KEEPS}`,
  `UPDATE grants SET grant_id = 4711 WHERE ${KEEPS}`,
  `UPDATE grants SET last_receipt_id = 'x' WHERE ${KEEPS}`,
  `UPDATE grants SET mac = NULL WHERE ${KEEPS}`,
  `UPDATE grants SET mac = (SELECT mac FROM grants_backup WHERE user_id = 'changed') WHERE ${KEEPS}`,
  `INSERT INTO grants SELECT 4711, wallet_id, 'thief', app_id, client_number, subject, epoch, granted_scopes, denied_scopes,
     last_receipt_id, mac FROM grants_backup WHERE ${KEEPS}`,
  `UPDATE subjects SET subject = 'somebody' WHERE ${KEEPS}`,
  `UPDATE subjects SET mac = NULL WHERE ${KEEPS}`,
  `UPDATE consent_requests SET user_id = 'thief' WHERE id_hash = 'open'`,
  `UPDATE consent_requests SET prompt = '{"scopes":[{"scope":"USER_NAME"}]}' WHERE id_hash = 'open'`,
  `UPDATE consent_requests SET expires_at = expires_at + 600 WHERE id_hash = 'open'`,
  `UPDATE privacy_links SET user_id = 'changed'`,
  `UPDATE registered_clients SET client = replace(client, 'shop.example', 'evil.example')`,
  `UPDATE registered_clients SET token_hash = 'x'`,
  `UPDATE operator_actions SET ended_at = 1, ended_by = 'x'`,
  `UPDATE operator_actions SET target = 'x'`,
  `UPDATE operator_actions SET action = 'revoke'`,
  `UPDATE operator_actions SET key_version = 9`,
  `UPDATE operator_actions SET mac = NULL`,
  `UPDATE events SET scopes = 'auth_user USER_NAME' WHERE type = 'AUTHORIZATION_WITHDRAWN'`,
  `UPDATE events SET type = 'AUTHORIZATION_GRANTED' WHERE type = 'AUTHORIZATION_WITHDRAWN'`,
  `UPDATE events SET subject = 'somebody' WHERE type = 'AUTHORIZATION_WITHDRAWN'`,
  `UPDATE events SET client_number = 2 WHERE type = 'AUTHORIZATION_WITHDRAWN'`,
  `UPDATE events SET reason = 'MERCHANT' WHERE type = 'AUTHORIZATION_WITHDRAWN'`,
]

/** Noticed by the comparison of rows, because each row by itself is genuine or is no longer there. */
const COMPARED_EDITS: readonly string[] = [
  PUT_BACK('withdrew'),
  PUT_BACK('changed'),
  `DELETE FROM grants WHERE ${KEEPS}`,
  `DELETE FROM subjects WHERE ${KEEPS}`,
  `UPDATE receipts SET document = replace(document, '.', 'x.') WHERE ${RECEIPT_OF_KEEPS}`,
  `UPDATE receipts SET document = (SELECT document FROM receipts_backup WHERE grant_id = ${grantOf('ends')}) WHERE ${RECEIPT_OF_KEEPS}`,
  `UPDATE receipts SET event = 'refused' WHERE ${RECEIPT_OF_KEEPS}`,
  `UPDATE receipts SET created_at = created_at - 1 WHERE ${RECEIPT_OF_KEEPS}`,
  `UPDATE receipts SET grant_id = 4711 WHERE ${RECEIPT_OF_KEEPS}`,
  `UPDATE receipts SET wallet_id = 'w2' WHERE ${RECEIPT_OF_KEEPS}`,
  `UPDATE receipts SET receipt_id = 'x-1' WHERE ${RECEIPT_OF_KEEPS}`,
  `UPDATE receipts SET hash = 'x' WHERE ${RECEIPT_OF_KEEPS}`,
  `UPDATE receipts SET sequence = NULL, hash = NULL WHERE ${RECEIPT_OF_KEEPS}`,
  `DELETE FROM receipts WHERE ${RECEIPT_OF_KEEPS}`,
  `DELETE FROM receipts WHERE sequence = (SELECT max(sequence) FROM receipts_backup)`,
  `INSERT INTO receipts SELECT 'x-1', wallet_id, 4711, created_at, event, document, NULL, NULL FROM receipts_backup
     WHERE ${RECEIPT_OF_KEEPS}`,
  `UPDATE chain_heads SET sequence = 1`,
  `UPDATE chain_heads SET hash = 'x'`,
  `DELETE FROM chain_heads`,
  `DELETE FROM user_keys WHERE ${KEEPS}`,
  `UPDATE user_keys SET encrypted_key = (SELECT encrypted_key FROM user_keys_backup WHERE user_id = 'changed') WHERE ${KEEPS}`,
  `DELETE FROM events WHERE type = 'AUTHORIZATION_WITHDRAWN'`,
  `DELETE FROM events WHERE event_id = (SELECT receipt_id FROM receipts_backup WHERE ${RECEIPT_OF_KEEPS})`,
  `UPDATE events SET created_at = 1 WHERE type = 'AUTHORIZATION_WITHDRAWN'`,
  `DELETE FROM events WHERE event_id = ${FIRST_OF_CHANGED};
   INSERT INTO events (${EVENT_COLUMNS}) {overriding} SELECT sequence + 100, ${EVENT_COLUMNS.slice(1)} FROM events_backup
     WHERE event_id = ${FIRST_OF_CHANGED}`,
  `DELETE FROM revocations WHERE kind = 'grant'`,
  `UPDATE revocations SET epoch = epoch - 1 WHERE kind = 'grant'`,
  `DELETE FROM revocations WHERE kind = 'authorization'`,
  `DELETE FROM revocations WHERE kind = 'client'`,
  `UPDATE revocations SET revoked_through = 1 WHERE kind = 'client'`,
  `UPDATE authorizations SET ended_at = NULL`,
  `UPDATE client_numbers SET client_id = 'x' WHERE client_id = 'a'`,
]

/** Noticed when a node reads its keys. */
const KEY_EDITS: readonly string[] = [
  `UPDATE platform_keys SET sealed = (SELECT sealed FROM platform_keys_backup WHERE version = 2) WHERE version = 1`,
  'UPDATE platform_keys SET sealed = mac FROM (SELECT mac FROM grants LIMIT 1) AS one',
  'UPDATE platform_keys SET active_from = 1 WHERE version = 2',
  'UPDATE platform_keys SET active_from = NULL WHERE version = 1',
  'UPDATE platform_keys SET version = 3 WHERE version = 1',
  `UPDATE platform_keys SET kind = 'reply' WHERE version = 1`,
  `INSERT INTO platform_keys SELECT kind, 3, active_from, sealed FROM platform_keys_backup WHERE version = 1`,
]

let folder: string
let database: TestStore
let store: StoreHandle
let engine: MemoryEngine
let checkpoints: readonly Checkpoint[]
let exec: (sql: string) => Promise<void>
let disconnect: () => Promise<void>
const forged = new Set<string>()

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'assent-edited-'))
  database = await createTestStore(`sqlite:${join(folder, 'assent.db')}`)
  const integrity = createRecordIntegrity(TEST_RECORD_KEYS, (kind) => void forged.add(kind))
  const path = database.url.slice('sqlite:'.length)
  const isSqlite = database.url.startsWith('sqlite:')
  store = isSqlite
    ? openSqliteStore(path, { integrity })
    : await openPostgresStore(database.url, { integrity })
  engine = await startMemoryEngine(['auth_base', 'auth_user', 'USER_NAME'], store)
  if (isSqlite) {
    const connection = openConnection(path)
    exec = async (sql) => connection.exec(sql)
    disconnect = async () => connection.close()
  } else {
    const client = new pg.Client(database.url)
    await client.connect()
    exec = async (sql) => void (await client.query(sql))
    disconnect = () => client.end()
  }
  await fill()
  for (const table of TABLES) await exec(`CREATE TABLE ${table}_backup AS SELECT * FROM ${table}`)
}, 60_000)
afterAll(async () => {
  await disconnect()
  await engine.close()
  await database.remove()
  rmSync(folder, { recursive: true, force: true })
})

async function decide(userId: string, granted: readonly string[]): Promise<void> {
  const presence = { firstScreen: false, deepLink: false, visible: true, userGestureAt: NOW }
  const query = { appId: 'app-a', scopes: granted.map((scope) => ({ scope })) }
  const user = { walletId: 'w', userId }
  const consulted = await consult(engine.ports, { user, query, presence }, NOW)
  if (consulted.kind !== 'consent') throw new Error('no consent prompt')
  const { consentRequestId, sheetHash } = consulted
  await decideConsent(engine.ports, { consentRequestId, sheetHash, granted }, NOW)
}

async function fill(): Promise<void> {
  const { ports } = engine
  for (const user of ['keeps', 'withdrew', 'changed', 'ends']) await decide(user, ['auth_user'])
  await exec('CREATE TABLE grants_old AS SELECT * FROM grants')
  await decide('changed', ['USER_NAME'])
  await revokeGrant(ports, { user: { walletId: 'w', userId: 'withdrew' }, appId: 'app-a' }, NOW)
  const [grant] = await store.listGrants({ walletId: 'w', userId: 'ends' })
  const authorization = authorizationOf({
    grantId: grant?.grantId ?? 0,
    epoch: 1,
    expiresAt: NOW + 3600,
  })
  await store.redeemCode(authorization)
  await endAuthorization(ports.store, authorization, 'MERCHANT', NOW - 5)
  await revokeIssuedThrough(ports, { kind: 'client', id: 'b', cause: 'KEY_COMPROMISED' }, NOW - 9)
  const user = { walletId: 'w', userId: 'keeps' }
  const prompt = { openSince: NOW, at: NOW }
  await store.createConsentRequest(requestOf({ idHash: 'open', user, expiresAt: NOW + 60 }), prompt)
  await store.createPrivacyLink('link', { user, expiresAt: NOW + 60 })
  await store.replaceRegisteredClient(registeredClientOf())
  await store.recordOperatorAction(actionOf())
  for (const version of [1, 2]) {
    const head = { kind: 'master', version, activeFrom: NOW + version }
    const sealed = createKeySealer(KEK).seal(head, generateSymmetricKey())
    await store.addPlatformKey({ ...head, sealed })
  }
  const { key } = RECEIPT_KEYS
  const signingKey = () => ({ id: 'assertion-1', key })
  const signer = { ...INSTALLATION, signingKey, clock: () => NOW }
  const writer = startChainWriter({
    store,
    signCheckpoint: createCheckpointSigner(signer),
    checkpointsFile: undefined,
    onError: (error) => expect.fail(String(error)),
  })
  await writer.stop()
  const heads = await store.listChainHeads()
  checkpoints = heads.map((head) => ({ ...head, ...INSTALLATION, signedAt: NOW }))
}

/** Permits to insert a generated sequence number. */
const overriding = (): string =>
  database.url.startsWith('sqlite:') ? '' : 'OVERRIDING SYSTEM VALUE'

/** Restores every table as it was before an edit. */
async function undo(): Promise<void> {
  for (const table of TABLES) {
    await exec(`DELETE FROM ${table}`)
    await exec(`INSERT INTO ${table} ${overriding()} SELECT * FROM ${table}_backup`)
  }
}

/** What `assent audit verify` finds. */
async function audit(): Promise<{ readonly forged: number; readonly problems: readonly string[] }> {
  forged.clear()
  const links = (await store.readChain('w', 0, 1000)).map((link) => ({ walletId: 'w', ...link }))
  const heads = await store.listChainHeads()
  const chain = heads.length > 0 ? links : []
  const chains = await verifyChains(chain, checkpoints, PUBLIC_KEYS, INSTALLATION.environment)
  const records = await verifyRecords({
    reader: store.audit,
    store,
    read: readReceipt,
    isSigned: createSignatureCheck(PUBLIC_KEYS),
    isKeyOf: (...key) => isKeyOfUser(KEK, ...key),
    isAbout: (...receipt) => isAboutUser(KEK, ...receipt),
    now: NOW + 10,
  })
  return { forged: forged.size, problems: [...chains.problems, ...records.problems] }
}

describe('an audit', () => {
  it('finds nothing in a database that was not edited', async () => {
    expect(await audit()).toEqual({ forged: 0, problems: [] })
    expect((await store.readAuthorization(AUTHORIZATION_ID))?.endedAt).toBe(NOW - 5)
  })

  it(`notices each of ${READ_EDITS.length} edits by the read of the row`, async () => {
    expect(await outcomesOf(READ_EDITS, ({ forged: count }) => count > 0)).toEqual([])
  }, 120_000)

  it(`notices each of ${COMPARED_EDITS.length} edits by comparing rows`, async () => {
    expect(await outcomesOf(COMPARED_EDITS, ({ problems }) => problems.length > 0)).toEqual([])
  }, 120_000)
})

/** The rows that a starting node cannot use. */
async function keyProblems(): Promise<number> {
  const reader = createKeyRecordReader(store, createKeySealer(KEK))
  return (await reader.read()).problems.length
}

describe('a node that reads the keys of the platform', () => {
  it('reports nothing about rows that were not edited', async () => {
    expect(await keyProblems()).toBe(0)
  })

  it.each(KEY_EDITS)('notices the edit: %s', async (edit) => {
    await exec(edit)
    expect(await keyProblems()).toBeGreaterThan(0)
    await undo()
  })
})

describe('the row of an authorization', () => {
  it('does not decide what a token permits', async () => {
    const { ports } = engine
    const [grant] = await store.listGrants({ walletId: 'w', userId: 'keeps' })
    const row = authorizationOf({
      authorizationId: 'a'.repeat(32),
      grantId: grant?.grantId ?? 0,
      epoch: grant?.epoch ?? 0,
      scopeSet: await store.internScopeSet(['auth_user']),
      keyVersion: ports.credentials.keyVersion,
      expiresAt: NOW + 3600,
    })
    await store.redeemCode(row)
    const other = `(SELECT grant_id FROM grants WHERE user_id = 'changed')`
    await exec(`UPDATE authorizations SET grant_id = ${other}, epoch = 9, scope_set = 99`)

    const client = (await ports.registry.findClient('a')) as Client
    const refreshToken = ports.credentials.makeRefreshToken(row)
    const issued = await refreshTokens(ports, { client, refreshToken, reference: {} }, NOW)
    const { accessToken } = issued
    const queried = await queryToken(ports, { client, accessToken }, NOW)
    const { grantId, epoch, scopeSet } = row
    for (const token of [issued.refreshToken, queried.refreshToken])
      expect(ports.credentials.openRefreshToken(token)).toMatchObject({ grantId, epoch, scopeSet })
    expect(issued.claims).toMatchObject({ grantId, epoch, scopeSet })
    await undo()
  })
})

/** @returns the edits that were not noticed, or changed nothing */
async function outcomesOf(
  edits: readonly string[],
  isNoticed: (result: Awaited<ReturnType<typeof audit>>) => boolean,
): Promise<readonly string[]> {
  const unnoticed: string[] = []
  for (const edit of edits) {
    await exec(edit.replace('{overriding}', overriding()))
    if (!isNoticed(await audit())) unnoticed.push(edit)
    await undo()
  }
  expect(await audit()).toEqual({ forged: 0, problems: [] })
  return unnoticed
}
