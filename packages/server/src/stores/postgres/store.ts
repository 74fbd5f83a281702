/**
 * @module The store for more than one node. Nothing is cached here that can change.
 */
import type { StoreHandle } from '../store-handle.ts'
import { openConnection } from './driver.ts'
import { migrate } from './migrate.ts'
import { createAccessLogStore } from './queries/access-log.ts'
import { createAuthorizationStore } from './queries/authorizations.ts'
import { createConsentRequestStore } from './queries/consent-requests.ts'
import { createDictionaryStore } from './queries/dictionary.ts'
import { createEventStore } from './queries/events.ts'
import { createGrantStore } from './queries/grants.ts'
import { createOAuthStore } from './queries/oauth.ts'
import { createReceiptStore } from './queries/receipts.ts'
import { CHANNEL, createRevocationStore } from './queries/revocations.ts'
import { createUserStore } from './queries/users.ts'

/** Opens the database, migrating it as needed. @param url `postgres://user@host/database` */
export async function openPostgresStore(url: string): Promise<StoreHandle> {
  const connection = openConnection(url)
  await migrate(connection)
  const { readGrant, ...grants } = createGrantStore(connection)
  const requests = createConsentRequestStore(connection)
  const authorizations = createAuthorizationStore(connection)
  const events = createEventStore(connection)
  const { dropExpired: dropLinks, ...users } = createUserStore(connection)
  const { dropExpired: dropTaken, ...oauth } = createOAuthStore(connection)
  const { dropReadings, ...readings } = createAccessLogStore(connection)
  return {
    ...createDictionaryStore(connection),
    ...grants,
    ...createRevocationStore(connection),
    ...events,
    ...users,
    ...oauth,
    ...createReceiptStore(connection),
    ...readings,
    ...requests,
    ...authorizations,
    // Two reads, each of one key. What ends a credential never un-ends, so what both let live was alive when the first was read.
    async readGrantState(grantId, authorizationId) {
      const [standing, authorization] = await Promise.all([
        readGrant(grantId),
        authorizations.readAuthorization(authorizationId),
      ])
      return standing && { authorization, ...standing }
    },
    async dropExpired(now, limit, readingsBefore = 0) {
      return (
        (await requests.dropExpired(now, limit)) +
        (await dropLinks(now, limit)) +
        (await dropTaken(now, limit)) +
        (await authorizations.dropExpired(now, limit)) +
        (await events.dropExpired(limit)) +
        (await dropReadings(readingsBefore, limit))
      )
    },
    async ping() {
      await connection.query('SELECT 1')
    },
    watch: (changed) => connection.listen(CHANNEL, changed),
    statistics: () => connection.statistics,
    close: () => connection.close(),
  }
}
