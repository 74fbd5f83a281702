/**
 * @module The age of prepared requests, and of requests of OAuth clients.
 */
import { AssentError } from '../errors.ts'
import type { AnsweredOnce, RedirectTarget } from '../records.ts'
import type { Client } from '../registry.ts'

/** A prepared request must be opened within ten minutes. */
export const AUTH_REQUEST_LIFETIME_SECONDS = 600

type SealedRequest = {
  readonly redirect?: RedirectTarget
  /** Set when this is a prepared request. */
  readonly authRequest?: AnsweredOnce
}

/**
 * Who has stolen a key can prepare requests with it, and have users decide them. Those that exist when the theft is reported end.
 * @throws {AssentError} `AUTH_REQUEST_INVALID`
 */
export function assertNotOfThief(
  { consentsNotBefore = -1 }: Client,
  { redirect, authRequest }: SealedRequest,
): void {
  const requestedAt =
    redirect?.oauth?.requestedAt ??
    (authRequest && authRequest.expiresAt - AUTH_REQUEST_LIFETIME_SECONDS)
  if (requestedAt !== undefined && requestedAt <= consentsNotBefore)
    throw new AssentError('AUTH_REQUEST_INVALID')
}
