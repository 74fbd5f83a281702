/**
 * @module Expiry: ends scopes whose duration is over and grants that are not used.
 * @see docs/consent.md#expiry
 */
import { changeGrant, withdraw } from '../grant.ts'
import type { Ports } from '../ports/ports.ts'
import type { Grant } from '../records.ts'
import { isNotExpired } from './duration.ts'
import { receiptOf } from './receipt.ts'

const DAY_SECONDS = 86_400
/** A grant that is not used for 180 days ends. */
export const MAX_UNUSED_SECONDS: number = 180 * DAY_SECONDS
/** The privacy page and the wallet announce the end of an unused grant 14 days before. */
const NOTICE_SECONDS = 14 * DAY_SECONDS

type ExpiryPorts = Pick<Ports, 'registry' | 'store' | 'receipts'>

/** Withdraws the expired scopes of a grant, or all scopes of an unused one. @returns whether anything was withdrawn */
export async function expireGrant(ports: ExpiryPorts, grant: Grant, now: number): Promise<boolean> {
  const expiredScopes = (current: Grant): readonly string[] =>
    Object.entries(current.granted).flatMap(([scope, granted]) =>
      isNotExpired(granted, now) ? [] : [scope],
    )
  if (expiredScopes(grant).length > 0) {
    await withdrawScopes(ports, grant, expiredScopes, 'EXPIRED', now)
    return true
  }
  // Saves the read of the access log for most grants.
  if (now < lastGrantedAt(grant) + MAX_UNUSED_SECONDS) return false
  const endsAt = unusedEndOf(grant, await lastUsedAt(ports, grant))
  if (endsAt === undefined || now < endsAt) return false
  await withdrawScopes(ports, grant, (current) => Object.keys(current.granted), 'UNUSED', now)
  return true
}

/** Computes when a grant ends unless it is used. @returns `undefined` when that is not within 14 days, or it has no scopes */
export async function findUpcomingEnd(
  { store }: Pick<Ports, 'store'>,
  grant: Grant,
  now: number,
): Promise<number | undefined> {
  return upcomingEndOf(grant, await lastUsedAt({ store }, grant), now)
}

/**
 * Computes when a grant ends unless it is used, as {@link findUpcomingEnd} does.
 * @param usedAt when the grant was last used, in epoch seconds; `undefined` if it never was
 */
export function upcomingEndOf(
  grant: Grant,
  usedAt: number | undefined,
  now: number,
): number | undefined {
  const endsAt = unusedEndOf(grant, usedAt)
  return endsAt !== undefined && endsAt - now <= NOTICE_SECONDS ? endsAt : undefined
}

function unusedEndOf(grant: Grant, usedAt: number | undefined): number | undefined {
  if (Object.keys(grant.granted).length === 0) return undefined
  return Math.max(lastGrantedAt(grant), usedAt ?? 0) + MAX_UNUSED_SECONDS
}

async function lastUsedAt(
  { store }: Pick<Ports, 'store'>,
  { grantId, granted }: Grant,
): Promise<number | undefined> {
  if (Object.keys(granted).length === 0) return undefined
  const [latest] = await store.listAccessLog(grantId, Number.MAX_SAFE_INTEGER, 1)
  return latest?.accessedAt
}

function lastGrantedAt({ granted }: Grant): number {
  return Math.max(0, ...Object.values(granted).map(({ grantedAt }) => grantedAt))
}

async function withdrawScopes(
  ports: ExpiryPorts,
  grant: Grant,
  scopes: (grant: Grant) => readonly string[],
  reason: 'EXPIRED' | 'UNUSED',
  now: number,
): Promise<void> {
  await changeGrant(ports.store, grant, (current) => withdraw(current, scopes(current), now), {
    revokes: true,
    reason,
    receipt: (before, next) =>
      receiptOf(ports, { before, next, actor: 'system', isExpiry: true }, now),
  })
}
