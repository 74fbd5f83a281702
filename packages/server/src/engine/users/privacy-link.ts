/**
 * @module A user's own page: opened by a link of the wallet, once, and then for a while.
 */
import type { PrivacySessionClaims } from '../ports/credentials.ts'
import type { Ports } from '../ports/ports.ts'
import type { UserRef } from '../records.ts'

export const PRIVACY_LINK_LIFETIME_SECONDS = 60
export const PRIVACY_SESSION_LIFETIME_SECONDS = 900

/** Makes a link for a user. Only its hash is kept. */
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

/** Uses a link up. @returns what the browser keeps; `undefined`: the link is unknown, used or too old */
export async function startPrivacySession(
  { store, credentials, hasher }: Pick<Ports, 'store' | 'credentials' | 'hasher'>,
  linkId: string,
  now: number,
): Promise<string | undefined> {
  const link = await store.consumePrivacyLink(hasher.sha256(linkId), now)
  const claims = link && { ...link, expiresAt: now + PRIVACY_SESSION_LIFETIME_SECONDS }
  return claims && credentials.sealPrivacySession(claims, now)
}

/** `undefined`: it is not open, or no longer. */
export function readPrivacySession(
  { credentials }: Pick<Ports, 'credentials'>,
  session: string,
  now: number,
): PrivacySessionClaims | undefined {
  const claims = credentials.openPrivacySession(session)
  return claims && now < claims.expiresAt ? claims : undefined
}
