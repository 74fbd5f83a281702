/**
 * @module The store for several nodes. Only immutable rows are cached.
 */
import type { StoreHandle } from '../store-handle.ts'
import { openConnection } from './driver.ts'
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
import { CHANNEL, createRevocationStore } from './queries/revocations.ts'
import { createSignatureEncodingStore } from './queries/signature-encodings.ts'

/** Opens the database and migrates it as needed. @param url `postgres://user@host/database` */
export async function openPostgresStore(url: string): Promise<StoreHandle> {
  const connection = openConnection(url)
  try {
    await migrate(connection)
  } catch (error) {
    await connection.close()
    throw error
  }
  const { readGrant, ...grants } = createGrantStore(connection)
  const { dropExpired: dropRequests, ...requests } = createConsentRequestStore(connection)
  const { dropExpired: dropAuthorizations, ...authorizations } =
    createAuthorizationStore(connection)
  const { dropExpired: dropEvents, ...events } = createEventStore(connection)
  const { dropExpired: dropLinks, ...privacyLinks } = createPrivacyLinkStore(connection)
  const { dropExpired: dropConsumedTokens, ...replayCache } = createReplayCache(connection)
  const { dropAccessLog, ...accessLog } = createAccessLogStore(connection)
  return {
    ...createDictionaryStore(connection),
    ...grants,
    ...createRevocationStore(connection),
    ...events,
    ...createDeliveryStore(connection),
    ...createGuardianRequestStore(connection),
    ...privacyLinks,
    ...createErasure(connection),
    ...replayCache,
    ...createRegisteredClientStore(connection),
    ...createOperatorActionStore(connection),
    ...createSignatureEncodingStore(connection),
    ...createReceiptStore(connection),
    ...accessLog,
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
        (await dropAccessLog(accessLogBefore, limit))
      )
    },
    async ping() {
      connection.checkDisk()
      await connection.query('SELECT 1')
    },
    watch: (onChange) => connection.listen(CHANNEL, onChange),
    statistics: () => connection.statistics,
    close: () => connection.close(),
  }
}
