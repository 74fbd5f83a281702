/**
 * @module Access to the privacy page: a single-use link from the wallet starts a browser session.
 */
import type { PrivacySessionClaims } from '../ports/credentials.ts'
import type { Ports } from '../ports/ports.ts'
import type { UserRef } from '../records.ts'
import { isTimeZone } from './time-zone.ts'

/** The wallet opens the link at once. */
export const PRIVACY_LINK_LIFETIME_SECONDS = 60
/** A session lasts 15 minutes. */
export const PRIVACY_SESSION_LIFETIME_SECONDS = 900

/** Creates a link for a user. The store keeps only the hash of its id. */
export async function createPrivacyLink(
  { store, random, hasher }: Pick<Ports, 'store' | 'random' | 'hasher'>,
  { user, locale }: { readonly user: UserRef; readonly locale?: string | undefined },
  now: number,
): Promise<{ readonly id: string; readonly expiresAt: number }> {
  const id = `pl_${random.text(24)}`
  const expiresAt = now + PRIVACY_LINK_LIFETIME_SECONDS
  await store.createPrivacyLink(hasher.sha256(id), {
    user,
    expiresAt,
    ...(locale !== undefined && { locale }),
  })
  return { id, expiresAt }
}

/**
 * Consumes a link and starts a session.
 * @param timeZone of the user; an unknown one is ignored
 * @returns the sealed session, which the browser keeps; `undefined` when the link is unknown, used or expired
 */
export async function startPrivacySession(
  { store, credentials, hasher }: Pick<Ports, 'store' | 'credentials' | 'hasher'>,
  { linkId, timeZone }: { readonly linkId: string; readonly timeZone: string | undefined },
  now: number,
): Promise<string | undefined> {
  const link = await store.consumePrivacyLink(hasher.sha256(linkId), now)
  const claims = link && {
    ...link,
    ...(timeZone !== undefined && isTimeZone(timeZone) && { timeZone }),
    expiresAt: now + PRIVACY_SESSION_LIFETIME_SECONDS,
  }
  return claims && credentials.sealPrivacySession(claims, now)
}

/** The time zone that is used when the user's is not known. */
export const DEFAULT_TIME_ZONE = 'UTC'

/**
 * Adds the time zone to a session that has none.
 * @param timeZone as the browser reports it. A time zone that this server does not know becomes UTC
 */
export function addTimeZone(claims: PrivacySessionClaims, timeZone: string): PrivacySessionClaims {
  return { timeZone: isTimeZone(timeZone) ? timeZone : DEFAULT_TIME_ZONE, ...claims }
}

/** Opens a session. @returns `undefined` when it is invalid or has expired */
export function readPrivacySession(
  { credentials }: Pick<Ports, 'credentials'>,
  session: string,
  now: number,
): PrivacySessionClaims | undefined {
  const claims = credentials.openPrivacySession(session)
  return claims && now < claims.expiresAt ? claims : undefined
}
