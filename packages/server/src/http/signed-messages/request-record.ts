/**
 * @module The record of a signed request. It identifies the bytes that the caller signed: path, Client-Id, Request-Time and body.
 * @see docs/merchant-api.md#repeated-requests
 */

import { createHash } from 'node:crypto'
import type { OnceKind } from '../../engine/once.ts'
import type { OnceRecord } from '../../engine/records.ts'

/** Clocks of nodes may differ by less than this. */
const CLOCK_MARGIN_SECONDS = 60
/** For a client whose Request-Time is not checked, no time is long enough. */
const UNCHECKED_RETENTION_SECONDS = 240
const KIND: OnceKind = 'request'

/**
 * @param signed.prefix what is signed before the body
 * @param signed.signedAt by this server's clock; `undefined` when Request-Time is not checked
 */
export function requestRecord(
  signed: {
    readonly prefix: string
    readonly body: Buffer
    readonly signedAt: number | undefined
    readonly toleranceSeconds: number
  },
  now: number,
): OnceRecord {
  const { prefix, body, signedAt, toleranceSeconds } = signed
  const idHash = createHash('sha256').update(`${KIND} ${prefix}`).update(body).digest('base64url')
  if (signedAt === undefined) return { idHash, expiresAt: now + UNCHECKED_RETENTION_SECONDS }
  return { idHash, expiresAt: signedAt + toleranceSeconds + CLOCK_MARGIN_SECONDS, signedAt }
}
