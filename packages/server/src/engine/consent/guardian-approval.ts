/**
 * @module Questions of minors: they wait for the guardian, who decides on the same sheet.
 */

import { AssentError } from '../errors.ts'
import type { Ports } from '../ports/ports.ts'
import type { UserRef } from '../records.ts'
import { type ConsultResult, consult } from './consult.ts'

/**
 * Opens the sheet of a question that waits, for the guardian. `answered`: all of it was granted meanwhile.
 * @throws {AssentError} `CONSENT_REQUEST_UNKNOWN` when none waits, and those of {@link consult}
 */
export async function openGuardianRequest(
  ports: Ports,
  input: {
    readonly guardian: UserRef
    readonly userId: string
    readonly appId: string
    readonly locale?: string
  },
  now: number,
): Promise<Extract<ConsultResult, { kind: 'consent' }> | 'answered'> {
  const { guardian, userId, appId, locale } = input
  const waiting = await ports.store.listGuardianRequests(guardian)
  const pending = waiting.find((one) => one.user.userId === userId && one.appId === appId)
  if (!pending) throw new AssentError('CONSENT_REQUEST_UNKNOWN')
  const { user, scopes, guardianId } = pending
  // The guardian has opened it: nobody asks on a first screen, and no page waits.
  const request = { user, query: { appId, scopes }, presence: 'prepared', guardianId } as const
  const result = await consult(ports, { ...request, ...(locale !== undefined && { locale }) }, now)
  if (result.kind === 'consent') return result
  await ports.store.deleteGuardianRequest(user, appId)
  return 'answered'
}
