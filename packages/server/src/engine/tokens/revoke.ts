/**
 * @module Revokes by user (a grant or some of its scopes), by client (an authorization) and by operator (everything that was
 * issued for a client, a mini program or a user). Every revocation appends an entry to the revocation log.
 */

import { receiptOf } from '../consent/receipt.ts'
import { endAuthorization } from '../events.ts'
import { changeGrant, withdraw } from '../grant.ts'
import { requireFirst } from '../once.ts'
import type { Ports } from '../ports/ports.ts'
import type { ReceiptActor } from '../receipt-records.ts'
import type { NewEvent, OnceRecord, RevocationTargetKind, UserRef } from '../records.ts'
import type { Client } from '../registry.ts'
import { openOwnAccessToken } from './check.ts'

/**
 * Withdraws the given scopes, or all. Scopes that are not granted are ignored.
 * @returns the sequence number in the revocation log; 0 when there was no grant or no scope to withdraw
 */
export async function revokeGrant(
  ports: Pick<Ports, 'registry' | 'store' | 'receipts'>,
  input: {
    readonly user: UserRef
    readonly appId: string
    readonly scopes?: readonly string[] | undefined
    /** Default: `USER`. */
    readonly reason?: 'USER' | 'MERCHANT' | 'ERASED' | 'ACCOUNT_CLOSED'
    readonly actor?: ReceiptActor
    /** The record of a signed request. */
    readonly once?: OnceRecord | undefined
  },
  now: number,
): Promise<number> {
  const start = await ports.store.findGrant(input.user, input.appId)
  const { reason = 'USER', actor = 'user', once } = input
  if (!start) {
    await requireFirst(ports, once)
    return discardForged(ports, input)
  }
  const names = input.scopes ?? Object.keys(start.granted)
  const change = await changeGrant(ports.store, start, (grant) => withdraw(grant, names, now), {
    revokes: true,
    reason,
    once,
    receipt: (before, next) => receiptOf(ports, { before, next, actor }, now),
  })
  return change.sequence
}

/** A grant whose row is not genuine is withdrawn as a whole. What it granted is not known, so there is no receipt and no event. */
async function discardForged(
  { store }: Pick<Ports, 'store'>,
  { user, appId }: { readonly user: UserRef; readonly appId: string },
): Promise<number> {
  const grantId = await store.findForgedGrant(user, appId)
  return grantId === undefined ? 0 : store.discardGrant(grantId)
}

/**
 * Ends the authorization of an access token, which may have expired. The access token and the refresh token become invalid.
 * @returns the sequence number in the revocation log; 0 when the authorization had ended before
 * @throws {AssentError} `ACCESS_TOKEN_INVALID`
 * @see [RFC 7009 §2](https://www.rfc-editor.org/rfc/rfc7009.html#section-2)
 */
export async function cancelToken(
  ports: Pick<Ports, 'credentials' | 'store'>,
  input: { readonly client: Client; readonly accessToken: string },
  now: number,
): Promise<number> {
  return endAuthorization(ports.store, openOwnAccessToken(ports, input), 'MERCHANT', now)
}

/** The scope of a revocation by issue time. `cause` is the type of the event that the client receives. */
export type RevocationTarget =
  | {
      readonly kind: 'client'
      readonly id: string
      readonly cause: 'CLIENT_SUSPENDED' | 'KEY_COMPROMISED'
    }
  | {
      readonly kind: 'miniProgram'
      readonly id: string
      /** The client that is notified; `undefined` when the mini program is not registered any more. */
      readonly clientId: string | undefined
    }
  | { readonly kind: 'user'; readonly user: UserRef }

/**
 * Revokes every credential that was issued up to and including now, and notifies the clients.
 * @returns the sequence number in the revocation log
 */
export async function revokeIssuedThrough(
  { store }: Pick<Ports, 'store'>,
  target: RevocationTarget,
  now: number,
): Promise<number> {
  let sequence = 0
  for (const { kind, id, notice } of await listRevocations(store, target)) {
    const { key, ...rest } = notice
    const event = { ...OPERATOR_EVENT, ...rest, eventId: `void-${key}-${now}` }
    sequence = await store.revokeIssuedThrough(kind, id, now, [event])
  }
  return sequence
}

const OPERATOR_EVENT = {
  subject: '',
  appId: '',
  scopes: [],
  type: 'TOKEN_CANCELLED',
  reason: 'OPERATOR',
} as const

/** One entry of the revocation log, and the event of its client. */
type TimedRevocation = {
  readonly kind: RevocationTargetKind
  readonly id: string
  readonly notice: Partial<NewEvent> & {
    /** Identifies the target in the event id. Clients see it. */
    readonly key: string
    readonly clientNumber: number
  }
}

/** A user is revoked by way of the user's grants: without a grant there is nothing to revoke. */
async function listRevocations(
  store: Ports['store'],
  target: RevocationTarget,
): Promise<readonly TimedRevocation[]> {
  switch (target.kind) {
    case 'client': {
      const clientNumber = await store.internClient(target.id)
      const notice = { key: target.id, clientNumber, type: target.cause }
      return [{ kind: target.kind, id: target.id, notice }]
    }
    case 'miniProgram': {
      if (target.clientId === undefined) return []
      const clientNumber = await store.internClient(target.clientId)
      const notice = { key: target.id, clientNumber, appId: target.id }
      return [{ kind: target.kind, id: target.id, notice }]
    }
    case 'user':
      return (await store.listGrants(target.user)).map(
        ({ grantId, clientNumber, subject, appId }) => ({
          kind: 'grantCredentials',
          id: String(grantId),
          notice: { key: grantId.toString(36), clientNumber, subject, appId },
        }),
      )
  }
}
