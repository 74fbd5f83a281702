/**
 * @module The export of all data that the privacy page shows, as JSON.
 */
import { formatTime } from '@assent/protocol'
import type { Ports } from '../../engine/ports/ports.ts'
import type { UserRef } from '../../engine/records.ts'
import { toAccessLogSummary } from '../../engine/users/access-log.ts'
import { type AppDetail, listApps, readApp } from '../../engine/users/privacy-page.ts'

/** Per mini program. Real users stay far below these limits. */
const EXPORT_LIMITS = { accessLog: 100_000, receipts: 100_000 }

export async function exportUserData(ports: Ports, user: UserRef, now: number): Promise<object> {
  const apps = await listApps(ports, user, now)
  const details = await Promise.all(
    apps.map(({ miniProgram }) => readApp(ports, user, miniProgram.appId, now, EXPORT_LIMITS)),
  )
  return {
    exportedAt: formatTime(now),
    miniPrograms: details
      .filter((detail) => detail !== undefined)
      .map((detail) => exportApp(ports, detail)),
  }
}

function exportApp(
  ports: Pick<Ports, 'receipts'>,
  { grant, miniProgram, merchant, scopes, accessLog, receipts }: AppDetail,
): object {
  return {
    appId: miniProgram.appId,
    name: miniProgram.name,
    merchant: merchant.name,
    yourId: grant.subject,
    scopes: scopes.map(({ entry, granted }) => ({
      scope: entry.scope,
      fields: entry.fields,
      grantedAt: formatTime(granted.grantedAt),
      lifetime: granted.lifetime ?? 'until_withdrawn',
      ...(granted.expiresAt !== undefined && { expiresAt: formatTime(granted.expiresAt) }),
    })),
    refused: Object.keys(grant.denied),
    accessLog: accessLog.map((entry) => toAccessLogSummary(miniProgram.appId, entry)),
    receipts: receipts.map(({ document }) => ({
      record: ports.receipts.read(document),
      jws: document,
    })),
  }
}
