/**
 * @module The store for several nodes. Only immutable rows are cached.
 */
import type { RecordIntegrity } from '../../engine/ports/record-integrity.ts'
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
import { type Connection, openConnection, type Query } from './driver.ts'
import { createErasure } from './erasure.ts'
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
import { CHANNEL, createRevocationStore } from './queries/revocations.ts'
import { createSignatureEncodingStore } from './queries/signature-encodings.ts'

/**
 * Opens the database and migrates it as needed.
 * @param url `postgres://user@host/database`
 * @throws {Error} when the rows were signed with another key
 */
export async function openPostgresStore(
  url: string,
  { integrity }: { readonly integrity: RecordIntegrity },
): Promise<StoreHandle> {
  const protectedRecords = createProtectedRecords(integrity)
  const connection = await openMigrated(url, protectedRecords)
  const { readGrant, ...grants } = createGrantStore(connection, protectedRecords)
  const { dropExpired: dropRequests, ...requests } = createConsentRequestStore(
    connection,
    protectedRecords,
  )
  const { dropExpired: dropAuthorizations, ...authorizations } = createAuthorizationStore(
    connection,
    protectedRecords,
  )
  const { dropExpired: dropEvents, ...events } = createEventStore(connection, protectedRecords)
  const { dropExpired: dropLinks, ...privacyLinks } = createPrivacyLinkStore(
    connection,
    protectedRecords,
  )
  const { dropExpired: dropConsumedTokens, ...replayCache } = createReplayCache(connection)
  const { dropAccessLog, ...accessLog } = createAccessLogStore(connection)
  const { dropExpired: dropAdminSessions, ...adminSignIn } = createAdminSignInStore(
    connection,
    protectedRecords,
  )
  const { dropExpired: dropAdminRequests, ...adminRequests } = createAdminRequestStore(connection)
  const { dropExpired: dropStaged, ...registry } = createRegistryStore(connection, protectedRecords)
  return {
    ...createDictionaryStore(connection),
    ...grants,
    ...createRevocationStore(connection, protectedRecords),
    ...events,
    ...createDeliveryStore(connection, protectedRecords),
    ...createGuardianRequestStore(connection),
    ...privacyLinks,
    ...createErasure(connection, protectedRecords),
    ...replayCache,
    ...createRegisteredClientStore(connection, protectedRecords),
    ...createOperatorActionStore(connection, protectedRecords),
    ...createSignatureEncodingStore(connection),
    ...createPlatformKeyStore(connection),
    ...createReceiptStore(connection),
    ...accessLog,
    ...registry,
    ...adminSignIn,
    ...adminRequests,
    ...createNodeStore(connection),
    ...createTesterNames(protectedRecords.integrity),
    ...requests,
    ...authorizations,
    // Two reads, each by one key. A revoked credential never becomes valid again. So if both reads find it valid, it was valid at the time
    // of the first one.
    async readGrantState(grantId, authorizationId) {
      const [grantState, authorization] = await Promise.all([
        readGrant(grantId),
        authorizations.readAuthorization(authorizationId),
      ])
      return grantState && { authorization, ...grantState }
    },
    async dropExpired(now, limit, accessLogBefore = 0) {
      return (
        (await dropRequests(now, limit)) +
        (await dropLinks(now, limit)) +
        (await dropConsumedTokens(now, limit)) +
        (await dropAuthorizations(now, limit)) +
        (await dropEvents(limit)) +
        (await dropStaged(now, limit)) +
        (await dropAdminSessions(now, limit)) +
        (await dropAdminRequests(now, limit)) +
        (await dropAccessLog(accessLogBefore, limit))
      )
    },
    audit: createAuditReader(
      { query: connection.query, parameter: (n) => `$${n}` },
      protectedRecords,
    ),
    async ping() {
      connection.checkDisk()
      await connection.query('SELECT 1')
    },
    watch: (onChange) => connection.listen(CHANNEL, onChange),
    statistics: () => connection.statistics,
    close: () => connection.close(),
  }
}

async function openMigrated(url: string, records: ProtectedRecords): Promise<Connection> {
  const connection = openConnection(url)
  try {
    const steps = signedTablesByMigration(records).map(([migration, tables]) => [
      migration,
      (query: Query) => signRows(query, tables),
    ])
    await migrate(connection, Object.fromEntries(steps))
    await checkRecordKey(connection, records.integrity)
    return connection
  } catch (error) {
    await connection.close()
    throw error
  }
}

async function signRows(query: Query, tables: readonly SignedTable[]): Promise<void> {
  for (const table of tables) {
    const { select, update } = signStatements(table, (n) => `$${n}`)
    for (const row of await query(select))
      await query(update, table.sign(row), ...row.slice(0, table.keyLength))
  }
}

async function checkRecordKey({ query }: Connection, integrity: RecordIntegrity): Promise<void> {
  const { version, checkValue } = recordKeyCheck(integrity)
  const insert =
    'INSERT INTO record_keys (version, check_value) VALUES ($1, $2) ON CONFLICT DO NOTHING'
  await query(insert, version, checkValue)
  const [row] = await query('SELECT check_value FROM record_keys WHERE version = $1', version)
  assertRecordKey(integrity, row)
}
