/**
 * @module The embedded store: one SQLite file, one process that serves. Another process of the same machine may write
 * too (the `assent` command): nothing is cached here that can change.
 */
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import type { StoreHandle } from '../store-handle.ts'
import { openConnection } from './driver.ts'
import { createGroupCommit } from './group-commit.ts'
import { migrate } from './migrate.ts'
import { createAccessLogStore } from './queries/access-log.ts'
import { createAuthorizationStore } from './queries/authorizations.ts'
import { createConsentRequestStore } from './queries/consent-requests.ts'
import { createDictionaryStore } from './queries/dictionary.ts'
import { createEventStore } from './queries/events.ts'
import { createGrantStore } from './queries/grants.ts'
import { createOAuthStore } from './queries/oauth.ts'
import { createReceiptStore } from './queries/receipts.ts'
import { createRevocationStore } from './queries/revocations.ts'
import { createUserStore } from './queries/users.ts'
import { startCheckpointWorker } from './wal-checkpoints.ts'

const IN_MEMORY = ':memory:'
/** SQLite's own: with so many pages in the log, a commit moves them. */
const DEFAULT_PAGES = 1000

/**
 * Opens the file, making and migrating it as needed.
 * @param options.serves for long: a thread of its own moves the log into the file
 */
export function openSqliteStore(
  path: string,
  { serves = false }: { readonly serves?: boolean } = {},
): StoreHandle {
  mkdirSync(dirname(path), { recursive: true })
  const connection = openConnection(path)
  migrate(connection)
  const group = createGroupCommit(connection)
  const events = createEventStore(connection, group)
  const revocations = createRevocationStore(connection, group, events)
  const receipts = createReceiptStore(connection, group)
  const users = createUserStore(connection, group)
  const oauth = createOAuthStore(connection, group)
  const grants = createGrantStore(connection, group, revocations, events, receipts)
  const requests = createConsentRequestStore(connection, group, grants, events, receipts)
  const authorizations = createAuthorizationStore(connection, group, revocations, events)
  // Nobody waits for these lines: so nobody is made to wait for the disk by them either.
  const apart = path === IN_MEMORY ? connection : openConnection(path, 'NORMAL')
  const committing = [...new Set([connection, apart])]
  const moveTheLog = (pages: number): void => {
    for (const one of committing) one.exec(`PRAGMA wal_autocheckpoint = ${pages}`)
  }
  const checkpointer = serves
    ? startCheckpointWorker(path, () => moveTheLog(DEFAULT_PAGES))
    : undefined
  if (checkpointer) moveTheLog(0)
  const readings = createAccessLogStore(apart, createGroupCommit(apart))
  const one = connection.prepare('SELECT 1')
  return {
    ...createDictionaryStore(connection, group),
    findGrant: grants.findGrant,
    listGrants: grants.listGrants,
    pageGrants: grants.pageGrants,
    openGrant: grants.openGrant,
    replaceGrant: grants.replaceGrant,
    acknowledgeDeletion: grants.acknowledgeDeletion,
    readDeletion: grants.readDeletion,
    createConsentRequest: requests.createConsentRequest,
    readConsentRequest: requests.readConsentRequest,
    decideConsent: requests.decideConsent,
    completeConsent: requests.completeConsent,
    createGuardianRequest: users.createGuardianRequest,
    listGuardianRequests: users.listGuardianRequests,
    deleteGuardianRequest: users.deleteGuardianRequest,
    createPrivacyLink: users.createPrivacyLink,
    consumePrivacyLink: users.consumePrivacyLink,
    eraseUser: users.eraseUser,
    consumeOnce: oauth.consumeOnce,
    isConsumed: oauth.isConsumed,
    readRegisteredClient: oauth.readRegisteredClient,
    replaceRegisteredClient: oauth.replaceRegisteredClient,
    dropRegisteredClient: oauth.dropRegisteredClient,
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
    readAuthorization: authorizations.readAuthorization,
    endAuthorization: authorizations.endAuthorization,
    appendAccessLog: readings.appendAccessLog,
    listAccessLog: readings.listAccessLog,
    claimEvents: events.claimEvents,
    recordDelivery: events.recordDelivery,
    listEvents: events.listEvents,
    listPollableEvents: events.listPollableEvents,
    acknowledgeEvents: events.acknowledgeEvents,
    listDeadLetters: events.listDeadLetters,
    replayDeadLetters: events.replayDeadLetters,
    revokeIssuedThrough: revocations.revokeIssuedThrough,
    readRevocations: revocations.readRevocations,
    readRevocationEntries: revocations.readRevocationEntries,
    async readGrantState(grantId, authorizationId) {
      const grant = grants.read(grantId)
      if (!grant) return undefined
      const authorization = authorizations.read(authorizationId)
      return { grant, authorization, revokedThrough: revocations.revokedThrough(grant) }
    },
    async dropExpired(now, limit, readingsBefore = 0) {
      const dropped = await group.write(
        () =>
          requests.dropExpired(now, limit) +
          users.dropExpired(now, limit) +
          oauth.dropExpired(now, limit) +
          authorizations.dropExpired(now, limit) +
          events.dropExpired(limit),
      )
      return dropped + (await readings.dropReadings(readingsBefore, limit))
    },
    async ping() {
      one.get()
    },
    // Another process that writes here is rare: the poll finds it.
    watch: () => ({ stop: async () => {} }),
    statistics: () => group.statistics,
    async close() {
      group.flush()
      await checkpointer?.stop()
      if (apart !== connection) apart.close()
      connection.close()
    },
  }
}
