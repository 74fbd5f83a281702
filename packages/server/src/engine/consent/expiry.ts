/**
 * @module What ends by itself: scopes whose time is over, and grants that nobody uses (requirement R076).
 */
import { changeGrant, withdraw } from '../grant.ts'
import type { Ports } from '../ports/ports.ts'
import type { Grant } from '../records.ts'
import { isNotExpired } from './duration.ts'
import { receiptOf } from './receipt.ts'

const DAY_SECONDS = 86_400
/** What nobody has used for so long lapses. */
export const UNUSED_SECONDS: number = 180 * DAY_SECONDS
/** So long before that, the user's page and the wallet say so. */
const NOTICE_SECONDS = 14 * DAY_SECONDS

type Expiring = Pick<Ports, 'registry' | 'store' | 'receipts'>

/** Ends what is over of a grant. @returns whether there was anything */
export async function expireGrant(ports: Expiring, grant: Grant, now: number): Promise<boolean> {
  const isOver = (one: Grant): readonly string[] =>
    Object.entries(one.granted).flatMap(([scope, held]) => (isNotExpired(held, now) ? [] : [scope]))
  if (isOver(grant).length > 0) {
    await end(ports, grant, isOver, 'EXPIRED', now)
    return true
  }
  // Most grants are younger: of them nobody has to be asked.
  if (now < lastGrantedAt(grant) + UNUSED_SECONDS) return false
  const lapses = await lapsesAt(ports, grant)
  if (lapses === undefined || now < lapses) return false
  await end(ports, grant, (one) => Object.keys(one.granted), 'UNUSED', now)
  return true
}

/** When a grant lapses if it is not used before. `undefined`: it holds nothing, or that is not near. */
export async function lapsesSoonAt(
  ports: Pick<Ports, 'store'>,
  grant: Grant,
  now: number,
): Promise<number | undefined> {
  const lapses = await lapsesAt(ports, grant)
  return lapses !== undefined && lapses - now <= NOTICE_SECONDS ? lapses : undefined
}

async function lapsesAt(
  { store }: Pick<Ports, 'store'>,
  grant: Grant,
): Promise<number | undefined> {
  if (Object.keys(grant.granted).length === 0) return undefined
  const [latest] = await store.listAccessLog(grant.grantId, Number.MAX_SAFE_INTEGER, 1)
  return Math.max(lastGrantedAt(grant), latest?.accessedAt ?? 0) + UNUSED_SECONDS
}

function lastGrantedAt({ granted }: Grant): number {
  return Math.max(0, ...Object.values(granted).map(({ grantedAt }) => grantedAt))
}

async function end(
  ports: Expiring,
  grant: Grant,
  scopes: (grant: Grant) => readonly string[],
  reason: 'EXPIRED' | 'UNUSED',
  now: number,
): Promise<void> {
  await changeGrant(ports.store, grant, (one) => withdraw(one, scopes(one), now), {
    revokes: true,
    reason,
    receipt: (before, next) =>
      receiptOf(ports, { before, next, actor: 'system', isExpiry: true }, now),
  })
}
