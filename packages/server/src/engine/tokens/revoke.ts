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
import { type NewEvent, type OnceRecord, type UserRef, userKey } from '../records.ts'
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
    return 0
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
  const id = target.kind === 'user' ? userKey(target.user) : target.id
  const events = (await listNotices(store, target)).map(({ key, ...notice }) => ({
    subject: '',
    appId: '',
    scopes: [],
    type: 'TOKEN_CANCELLED' as const,
    reason: 'OPERATOR' as const,
    ...notice,
    eventId: `void-${key}-${now}`,
  }))
  return store.revokeIssuedThrough(target.kind, id, now, events)
}

type RevocationNotice = Partial<NewEvent> & {
  /** Identifies the target in the event id. Clients see it. */
  readonly key: string
  readonly clientNumber: number
}

async function listNotices(
  store: Ports['store'],
  target: RevocationTarget,
): Promise<readonly RevocationNotice[]> {
  switch (target.kind) {
    case 'client': {
      const clientNumber = await store.internClient(target.id)
      return [{ key: target.id, clientNumber, type: target.cause }]
    }
    case 'miniProgram': {
      if (target.clientId === undefined) return []
      const clientNumber = await store.internClient(target.clientId)
      return [{ key: target.id, clientNumber, appId: target.id }]
    }
    case 'user':
      return (await store.listGrants(target.user)).map(
        ({ grantId, clientNumber, subject, appId }) => ({
          key: grantId.toString(36),
          clientNumber,
          subject,
          appId,
        }),
      )
  }
}
