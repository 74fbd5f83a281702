/**
 * @module Requests of minors, which wait for the guardian. The guardian decides on the same prompt.
 * @see docs/consent.md#guardians
 */

import { AssentError } from '../errors.ts'
import type { Ports } from '../ports/ports.ts'
import type { OnceRecord, UserRef } from '../records.ts'
import { findActiveUser } from '../users/find-user.ts'
import { type ConsultResult, consult } from './consult.ts'

/**
 * Opens the prompt of a guardian request.
 * @returns `alreadyGranted` when all scopes were granted since the request was made
 * @throws {AssentError} `CONSENT_REQUEST_UNKNOWN` when no such request is stored, and those of {@link consult}
 */
export async function openGuardianRequest(
  ports: Ports,
  input: {
    readonly guardian: UserRef
    readonly userId: string
    readonly appId: string
    readonly locale?: string
    /** The record of a signed request. */
    readonly once?: OnceRecord
  },
  now: number,
): Promise<Extract<ConsultResult, { kind: 'consent' }> | 'alreadyGranted'> {
  const { guardian, userId, appId, locale, once } = input
  const stored = await ports.store.listGuardianRequests(guardian)
  const pending = stored.find((one) => one.user.userId === userId && one.appId === appId)
  if (!pending) throw new AssentError('CONSENT_REQUEST_UNKNOWN')
  const { user, scopes, guardianId } = pending
  await findActiveUser(ports, guardian, now)
  // 'prepared': the guardian opened the request in the wallet, so there is no page whose user must be present.
  const request = { user, query: { appId, scopes }, presence: 'prepared', guardianId } as const
  const result = await consult(
    ports,
    { ...request, ...(locale !== undefined && { locale }), ...(once && { once }) },
    now,
  )
  if (result.kind === 'consent') return result
  await ports.store.deleteGuardianRequest(user, appId)
  return 'alreadyGranted'
}
