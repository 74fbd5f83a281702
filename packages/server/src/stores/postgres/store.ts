/**
 * @module The store for more than one node. Nothing is cached here that can change.
 */
import type { OpenStore } from '../open-store.ts'
import { createAuthorizationStore } from './authorizations.ts'
import { createConsentRequestStore } from './consent-requests.ts'
import { openConnection } from './driver.ts'
import { createEventStore } from './events.ts'
import { createGrantStore } from './grants.ts'
import { createInternedStore } from './interned.ts'
import { migrate } from './migrate.ts'
import { createOAuthStore } from './oauth.ts'
import { createReadingStore } from './readings.ts'
import { createReceiptStore } from './receipts.ts'
import { CHANNEL, createRevocationStore } from './revocations.ts'
import { createUserStore } from './users.ts'

/** Opens the database, migrating it as needed. @param url `postgres://user@host/database` */
export async function openPostgresStore(url: string): Promise<OpenStore> {
  const connection = openConnection(url)
  await migrate(connection)
  const { readGrant, ...grants } = createGrantStore(connection)
  const requests = createConsentRequestStore(connection)
  const authorizations = createAuthorizationStore(connection)
  const events = createEventStore(connection)
  const { dropExpired: dropLinks, ...users } = createUserStore(connection)
  const { dropExpired: dropTaken, ...oauth } = createOAuthStore(connection)
  const { dropReadings, ...readings } = createReadingStore(connection)
  return {
    ...createInternedStore(connection),
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
    async readStanding(grantId, authorizationId) {
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
