/**
 * @module The embedded store: one SQLite file for one serving process. Other processes of the same machine, such as the `assent`
 * command, may write to the file, so only immutable rows are cached.
 */
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Store } from '../../engine/ports/store.ts'
import type { StoreHandle } from '../store-handle.ts'
import { type Connection, IN_MEMORY, openConnection } from './driver.ts'
import { createGroupCommit, type GroupCommit } from './group-commit.ts'
import { migrate } from './migrate.ts'
import { createAccessLogStore } from './queries/access-log.ts'
import { createAuthorizationStore } from './queries/authorizations.ts'
import { createConsentRequestStore } from './queries/consent-requests.ts'
import { createDeliveryStore } from './queries/deliveries.ts'
import { createDictionaryStore } from './queries/dictionary.ts'
import { createErasure } from './queries/erasure.ts'
import { createEventStore } from './queries/events.ts'
import { createGrantStore } from './queries/grants.ts'
import { createGuardianRequestStore } from './queries/guardian-requests.ts'
import { createOperatorActionStore } from './queries/operator-actions.ts'
import { createPrivacyLinkStore } from './queries/privacy-links.ts'
import { createReceiptStore } from './queries/receipts.ts'
import { createRegisteredClientStore } from './queries/registered-clients.ts'
import { createReplayCache } from './queries/replay-cache.ts'
import { createRevocationStore } from './queries/revocations.ts'
import { createSignatureEncodingStore } from './queries/signature-encodings.ts'
import { startCheckpointWorker } from './wal-checkpoints.ts'

/** SQLite's default: a commit runs a checkpoint when the write-ahead log has this many pages. */
const AUTOCHECKPOINT_PAGES = 1000

/**
 * Opens the file. Creates and migrates it as needed.
 * @param options.serves whether the process serves requests; a separate thread then runs the checkpoints
 */
export function openSqliteStore(
  path: string,
  { serves = false }: { readonly serves?: boolean } = {},
): StoreHandle {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const connection = openConnection(path)
  migrate(connection)
  // Requests do not wait for the access log, so its commits need not wait for the disk.
  const accessLogConnection = path === IN_MEMORY ? connection : openConnection(path, 'NORMAL')
  const connections = [...new Set([connection, accessLogConnection])]
  const checkpoints = serves ? moveCheckpointsToWorker(path, connections) : undefined
  const group = createGroupCommit(connection)
  const queries = createQueries(connection, group, accessLogConnection)
  const ping = connection.prepare('SELECT 1')
  return {
    ...toStore(queries, group),
    async ping() {
      group.checkDisk()
      ping.get()
    },
    // Other processes write rarely; the subscriber finds their entries when it polls.
    watch: () => ({ stop: async () => {} }),
    statistics: () => group.statistics,
    async close() {
      group.flush()
      await checkpoints?.stop()
      for (const one of connections.reverse()) one.close()
    },
  }
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
  accessLogConnection: Connection,
) {
  const events = createEventStore(connection, group)
  const revocations = createRevocationStore(connection, group, events)
  const receipts = createReceiptStore(connection, group)
  const replayCache = createReplayCache(connection, group)
  const grants = createGrantStore(connection, group, revocations, events, receipts, replayCache)
  return {
    dictionary: createDictionaryStore(connection, group),
    events,
    deliveries: createDeliveryStore(connection, group),
    revocations,
    receipts,
    grants,
    requests: createConsentRequestStore(connection, group, grants, events, receipts),
    authorizations: createAuthorizationStore(connection, group, revocations, events),
    guardianRequests: createGuardianRequestStore(connection, group),
    privacyLinks: createPrivacyLinkStore(connection, group),
    erasure: createErasure(connection, group),
    replayCache,
    registeredClients: createRegisteredClientStore(connection, group),
    operatorActions: createOperatorActionStore(connection, group),
    signatureEncodings: createSignatureEncodingStore(connection, group),
    accessLog: createAccessLogStore(accessLogConnection, createGroupCommit(accessLogConnection)),
  }
}

/** The methods of the store, without those that the queries offer to each other. */
function toStore(queries: ReturnType<typeof createQueries>, group: GroupCommit): Store {
  const { events, revocations, receipts, grants, requests, authorizations } = queries
  const { privacyLinks, replayCache, accessLog } = queries
  return {
    ...queries.dictionary,
    ...queries.deliveries,
    ...queries.guardianRequests,
    ...queries.erasure,
    ...queries.registeredClients,
    ...queries.operatorActions,
    ...queries.signatureEncodings,
    findGrant: grants.findGrant,
    listGrants: grants.listGrants,
    pageGrants: grants.pageGrants,
    openGrant: grants.openGrant,
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
          events.dropExpired(limit),
      )
      return dropped + (await accessLog.dropAccessLog(accessLogBefore, limit))
    },
  }
}
