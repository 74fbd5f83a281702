/**
 * @module The embedded store: one SQLite file for one serving process. Other processes of the same machine, such as the `assent`
 * command, may write to the file, so only immutable rows are cached.
 */
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import type { RecordIntegrity } from '../../engine/ports/record-integrity.ts'
import type { Store } from '../../engine/store/store.ts'
import { createAuditReader } from '../audit-reader.ts'
import { createTesterNames } from '../erased-users.ts'
import { createProtectedRecords, type ProtectedRecords } from '../protected-records.ts'
import {
  assertRecordKey,
  recordKeyCheck,
  type SignedTable,
  signedTablesByMigration,
  signStatements,
} from '../signed-tables.ts'
import type { StoreHandle } from '../store-handle.ts'
import { createDictionaryStore } from './dictionary.ts'
import { type Connection, IN_MEMORY, openConnection } from './driver.ts'
import { createErasure } from './erasure.ts'
import { createGroupCommit, type GroupCommit } from './group-commit.ts'
import { migrate } from './migrate.ts'
import { createAccessLogStore } from './queries/access-log.ts'
import { createAdminRequestStore } from './queries/admin-requests.ts'
import { createAdminSignInStore } from './queries/admin-sign-in.ts'
import { createAuthorizationStore } from './queries/authorizations.ts'
import { createConsentRequestStore } from './queries/consent-requests.ts'
import { createDeliveryStore } from './queries/deliveries.ts'
import { createEventStore } from './queries/events.ts'
import { createGrantStore } from './queries/grants.ts'
import { createGuardianRequestStore } from './queries/guardian-requests.ts'
import { createNodeStore } from './queries/nodes.ts'
import { createOperatorActionStore } from './queries/operator-actions.ts'
import { createPlatformKeyStore } from './queries/platform-keys.ts'
import { createPrivacyLinkStore } from './queries/privacy-links.ts'
import { createReceiptStore } from './queries/receipts.ts'
import { createRegisteredClientStore } from './queries/registered-clients.ts'
import { createRegistryStore } from './queries/registry.ts'
import { createReplayCache } from './queries/replay-cache.ts'
import { createRevocationStore } from './queries/revocations.ts'
import { createSignatureEncodingStore } from './queries/signature-encodings.ts'
import { startCheckpointWorker } from './wal-checkpoints.ts'

/** SQLite's default: a commit runs a checkpoint when the write-ahead log has this many pages. */
const AUTOCHECKPOINT_PAGES = 1000

/**
 * Opens the file. Creates and migrates it as needed.
 * @param options.serves whether the process serves requests; a separate thread then runs the checkpoints
 * @throws {Error} when the rows were signed with another key
 */
export function openSqliteStore(
  path: string,
  { integrity, serves = false }: { readonly integrity: RecordIntegrity; readonly serves?: boolean },
): StoreHandle {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const protectedRecords = createProtectedRecords(integrity)
  const connection = openMigrated(path, protectedRecords)
  // Requests do not wait for the access log, so its commits need not wait for the disk.
  const accessLogConnection = path === IN_MEMORY ? connection : openConnection(path, 'NORMAL')
  const connections = [...new Set([connection, accessLogConnection])]
  const checkpoints = serves ? moveCheckpointsToWorker(path, connections) : undefined
  const group = createGroupCommit(connection)
  const queries = createQueries(connection, group, protectedRecords, accessLogConnection)
  const ping = connection.prepare('SELECT 1')
  return {
    ...toStore(queries, group),
    audit: createAuditReader(
      {
        query: (text, ...parameters) => connection.prepare(text).all(...parameters),
        parameter: () => '?',
      },
      protectedRecords,
    ),
    async ping() {
      group.checkDisk()
      ping.get()
    },
    // Other processes write rarely; the subscriber finds their entries when it polls.
    watch: queries.registry.watch,
    statistics: () => group.statistics,
    async close() {
      group.flush()
      await checkpoints?.stop()
      for (const one of connections.reverse()) one.close()
    },
  }
}

function openMigrated(path: string, protectedRecords: ProtectedRecords): Connection {
  const connection = openConnection(path)
  try {
    const steps = signedTablesByMigration(protectedRecords).map(([migration, tables]) => [
      migration,
      () => signRows(connection, tables),
    ])
    migrate(connection, Object.fromEntries(steps))
    checkRecordKey(connection, protectedRecords.integrity)
    return connection
  } catch (error) {
    connection.close()
    throw error
  }
}

function signRows(connection: Connection, tables: readonly SignedTable[]): void {
  for (const table of tables) {
    const { select, update } = signStatements(table, () => '?')
    const statement = connection.prepare(update)
    for (const row of connection.prepare(select).all())
      statement.get(table.sign(row), ...row.slice(0, table.keyLength))
  }
}

function checkRecordKey(connection: Connection, integrity: RecordIntegrity): void {
  const { version, checkValue } = recordKeyCheck(integrity)
  const insert =
    'INSERT INTO record_keys (version, check_value) VALUES (?, ?) ON CONFLICT DO NOTHING'
  connection.prepare(insert).get(version, checkValue)
  const select = connection.prepare('SELECT check_value FROM record_keys WHERE version = ?')
  assertRecordKey(integrity, select.get(version))
}

function moveCheckpointsToWorker(
  path: string,
  connections: readonly Connection[],
): { stop(): Promise<void> } {
  const setAutocheckpoint = (pages: number): void => {
    for (const connection of connections) connection.exec(`PRAGMA wal_autocheckpoint = ${pages}`)
  }
  const worker = startCheckpointWorker(path, () => setAutocheckpoint(AUTOCHECKPOINT_PAGES))
  setAutocheckpoint(0)
  return worker
}

function createQueries(
  connection: Connection,
  group: GroupCommit,
  protectedRecords: ProtectedRecords,
  accessLogConnection: Connection,
) {
  const events = createEventStore(connection, group, protectedRecords)
  const revocations = createRevocationStore(connection, group, events)
  const receipts = createReceiptStore(connection, group)
  const replayCache = createReplayCache(connection, group)
  const grants = createGrantStore(
    connection,
    group,
    protectedRecords,
    revocations,
    events,
    receipts,
    replayCache,
  )
  return {
    dictionary: createDictionaryStore(connection, group),
    events,
    deliveries: createDeliveryStore(connection, group, protectedRecords),
    revocations,
    receipts,
    grants,
    requests: createConsentRequestStore(
      connection,
      group,
      protectedRecords,
      grants,
      events,
      receipts,
    ),
    authorizations: createAuthorizationStore(connection, group, revocations, events),
    guardianRequests: createGuardianRequestStore(connection, group),
    privacyLinks: createPrivacyLinkStore(connection, group, protectedRecords),
    erasure: createErasure(connection, group, protectedRecords, revocations),
    replayCache,
    registeredClients: createRegisteredClientStore(connection, group, protectedRecords),
    platformKeys: createPlatformKeyStore(connection, group),
    operatorActions: createOperatorActionStore(connection, group, protectedRecords),
    registry: createRegistryStore(connection, group, protectedRecords),
    adminSignIn: createAdminSignInStore(connection, group, protectedRecords),
    adminRequests: createAdminRequestStore(connection, group),
    signatureEncodings: createSignatureEncodingStore(connection, group),
    nodes: createNodeStore(connection, group),
    testerNames: createTesterNames(protectedRecords.integrity),
    accessLog: createAccessLogStore(accessLogConnection, createGroupCommit(accessLogConnection)),
  }
}

/** The methods of the store, without those that the queries offer to each other. */
function toStore(queries: ReturnType<typeof createQueries>, group: GroupCommit): Store {
  const { events, revocations, receipts, grants, requests, authorizations } = queries
  const { privacyLinks, replayCache, accessLog, registry } = queries
  const { dropExpired: dropAdminSessions, ...adminSignIn } = queries.adminSignIn
  const { dropExpired: dropAdminRequests, ...adminRequests } = queries.adminRequests
  return {
    ...queries.dictionary,
    ...queries.deliveries,
    ...queries.guardianRequests,
    ...queries.erasure,
    ...queries.platformKeys,
    ...queries.registeredClients,
    ...queries.operatorActions,
    ...queries.signatureEncodings,
    ...queries.testerNames,
    ...queries.nodes,
    ...registry.store,
    ...adminSignIn,
    ...adminRequests,
    findGrant: grants.findGrant,
    listGrants: grants.listGrants,
    pageGrants: grants.pageGrants,
    openGrant: grants.openGrant,
    findForgedGrant: grants.findForgedGrant,
    discardGrant: grants.discardGrant,
    replaceGrant: grants.replaceGrant,
    acknowledgeDeletion: grants.acknowledgeDeletion,
    readDeletion: grants.readDeletion,
    createConsentRequest: requests.createConsentRequest,
    readConsentRequest: requests.readConsentRequest,
    openPrompt: requests.openPrompt,
    decideConsent: requests.decideConsent,
    completeConsent: requests.completeConsent,
    createPrivacyLink: privacyLinks.createPrivacyLink,
    consumePrivacyLink: privacyLinks.consumePrivacyLink,
    consumeOnce: replayCache.consumeOnce,
    isConsumed: replayCache.isConsumed,
    readReceipt: receipts.readReceipt,
    listReceipts: receipts.listReceipts,
    listUnchained: receipts.listUnchained,
    readChainHead: receipts.readChainHead,
    listChainHeads: receipts.listChainHeads,
    appendToChain: receipts.appendToChain,
    readChain: receipts.readChain,
    findOrCreateUserKey: receipts.findOrCreateUserKey,
    readUserKey: receipts.readUserKey,
    redeemCode: authorizations.redeemCode,
    rotateRefresh: authorizations.rotateRefresh,
    recordRequest: authorizations.recordRequest,
    readAuthorization: authorizations.readAuthorization,
    endAuthorization: authorizations.endAuthorization,
    appendAccessLog: accessLog.appendAccessLog,
    listAccessLog: accessLog.listAccessLog,
    appendEvent: (event) => group.write(() => events.appendEvent(event)),
    listUndistributed: events.listUndistributed,
    distributeEvents: events.distributeEvents,
    listEvents: events.listEvents,
    findEvent: events.findEvent,
    revokeIssuedThrough: revocations.revokeIssuedThrough,
    readRevocations: revocations.readRevocations,
    readRevocationEntries: revocations.readRevocationEntries,
    async readGrantState(grantId, authorizationId) {
      const grant = grants.read(grantId)
      if (!grant) return undefined
      const authorization = authorizations.read(authorizationId)
      return { grant, authorization, revokedThrough: revocations.revokedThrough(grant) }
    },
    async dropExpired(now, limit, accessLogBefore = 0) {
      const dropped = await group.write(
        () =>
          requests.dropExpired(now, limit) +
          privacyLinks.dropExpired(now, limit) +
          replayCache.dropExpired(now, limit) +
          authorizations.dropExpired(now, limit) +
          events.dropExpired(limit) +
          registry.dropExpired(now, limit) +
          dropAdminSessions(now, limit) +
          dropAdminRequests(now, limit),
      )
      return dropped + (await accessLog.dropAccessLog(accessLogBefore, limit))
    },
  }
}
