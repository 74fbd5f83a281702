/**
 * @module Revoke: by the user (a grant or some of its scopes), by the client (an authorization), by the operator (all
 * of a client, a mini program or a user). Every change writes its line of the revocation log.
 */

import { type ReceiptActor, receiptOf } from '../consent/receipt.ts'
import { endAuthorization } from '../events.ts'
import { changeGrant, withdraw } from '../grant.ts'
import type { Ports } from '../ports/ports.ts'
import { type NewEvent, type UserRef, userKey } from '../records.ts'
import type { Client } from '../registry.ts'
import { openOwnAccessToken } from './check.ts'

/**
 * Withdraws scopes, or all. Withdrawing what is not held is done already.
 * @returns the number of the change in the revocation log; 0 when there was nothing to withdraw.
 */
export async function revokeGrant(
  ports: Pick<Ports, 'registry' | 'store' | 'receipts'>,
  input: {
    readonly user: UserRef
    readonly appId: string
    readonly scopes?: readonly string[] | undefined
    /** Default: the user. */
    readonly reason?: 'USER' | 'MERCHANT' | 'ERASED'
    readonly actor?: ReceiptActor
  },
  now: number,
): Promise<number> {
  const start = await ports.store.findGrant(input.user, input.appId)
  const names = input.scopes ?? Object.keys(start?.granted ?? {})
  if (!start || names.length === 0) return 0
  const { reason = 'USER', actor = 'user' } = input
  const change = await changeGrant(ports.store, start, (grant) => withdraw(grant, names, now), {
    revokes: true,
    reason,
    receipt: (before, next) => receiptOf(ports, { before, next, actor }, now),
  })
  return change.sequence
}

/**
 * Ends the authorization of an access token, expired or not: neither it nor its refresh token works afterwards.
 * @returns the number of the change in the revocation log; 0 when it was ended before
 * @throws {Refusal} `ACCESS_TOKEN_INVALID`
 * @see [RFC 7009 §2](https://www.rfc-editor.org/rfc/rfc7009.html#section-2)
 */
export async function cancelToken(
  ports: Pick<Ports, 'credentials' | 'store'>,
  input: { readonly client: Client; readonly accessToken: string },
  now: number,
): Promise<number> {
  return endAuthorization(ports.store, openOwnAccessToken(ports, input), 'MERCHANT', now)
}

/** What can be voided. A client is told why by `cause`. */
export type RevocationTarget =
  | {
      readonly kind: 'client'
      readonly id: string
      readonly cause: 'CLIENT_SUSPENDED' | 'KEY_COMPROMISED'
    }
  | { readonly kind: 'miniProgram'; readonly id: string; readonly clientId: string }
  | { readonly kind: 'user'; readonly user: UserRef }

/** Voids all that was issued up to now, and tells the clients. @returns the number of the line in the revocation log */
export async function revokeIssuedThrough(
  { store }: Pick<Ports, 'store'>,
  target: RevocationTarget,
  now: number,
): Promise<number> {
  const id = target.kind === 'user' ? userKey(target.user) : target.id
  const events = (await told(store, target)).map(({ key, ...one }) => ({
    subject: '',
    appId: '',
    scopes: [],
    type: 'TOKEN_CANCELLED' as const,
    reason: 'OPERATOR' as const,
    ...one,
    eventId: `void-${key}-${now}`,
  }))
  return store.revokeIssuedThrough(target.kind, id, now, events)
}

type Told = Partial<NewEvent> & {
  /** Names what is void, in words that a client may see. */
  readonly key: string
  readonly clientNumber: number
}

async function told(store: Ports['store'], target: RevocationTarget): Promise<readonly Told[]> {
  switch (target.kind) {
    case 'client': {
      const clientNumber = await store.internClient(target.id)
      return [{ key: target.id, clientNumber, type: target.cause }]
    }
    case 'miniProgram': {
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
