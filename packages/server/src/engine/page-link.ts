/**
 * @module A user's own page: opened by a link of the wallet, once, and then for a while.
 */
import type { PageSessionClaims, Ports } from './ports.ts'
import type { UserRef } from './records.ts'

export const PAGE_LINK_SECONDS = 60
export const PAGE_SESSION_SECONDS = 900

/** Makes a link for a user. Only its hash is kept. */
export async function openPage(
  { store, random, hasher }: Pick<Ports, 'store' | 'random' | 'hasher'>,
  { user, locale }: { readonly user: UserRef; readonly locale?: string | undefined },
  now: number,
): Promise<{ readonly id: string; readonly expiresAt: number }> {
  const id = `pl_${random.text(24)}`
  const expiresAt = now + PAGE_LINK_SECONDS
  await store.createPageLink(hasher.sha256(id), {
    user,
    expiresAt,
    ...(locale !== undefined && { locale }),
  })
  return { id, expiresAt }
}

/** Uses a link up. @returns what the browser keeps; `undefined`: the link is unknown, used or too old */
export async function startPageSession(
  { store, credentials, hasher }: Pick<Ports, 'store' | 'credentials' | 'hasher'>,
  linkId: string,
  now: number,
): Promise<string | undefined> {
  const link = await store.takePageLink(hasher.sha256(linkId), now)
  const claims = link && { ...link, expiresAt: now + PAGE_SESSION_SECONDS }
  return claims && credentials.sealPageSession(claims, now)
}

/** `undefined`: it is not open, or no longer. */
export function readPageSession(
  { credentials }: Pick<Ports, 'credentials'>,
  session: string,
  now: number,
): PageSessionClaims | undefined {
  const claims = credentials.openPageSession(session)
  return claims && now < claims.expiresAt ? claims : undefined
}
