/**
 * @module Revoke: by the user (a grant or some of its scopes), by the client (an authorization), by the operator (all
 * of a client, a mini program or a user). Every change writes its line of the revocation log.
 */
import { openOwnAccessToken } from './check.ts'
import { changeGrant, withdraw } from './grant.ts'
import type { Ports } from './ports.ts'
import { type UserRef, userKey, type VoidKind } from './records.ts'
import type { Client } from './registry.ts'

/**
 * Withdraws scopes, or all. Withdrawing what is not held is done already.
 * @returns the number of the change in the revocation log; 0 when there was nothing to withdraw.
 */
export async function revokeGrant(
  { store }: Pick<Ports, 'store'>,
  input: {
    readonly user: UserRef
    readonly appId: string
    readonly scopes?: readonly string[] | undefined
  },
  now: number,
): Promise<number> {
  const start = await store.findGrant(input.user, input.appId)
  const names = input.scopes ?? Object.keys(start?.held ?? {})
  if (!start || names.length === 0) return 0
  const change = await changeGrant(store, start, (grant) => withdraw(grant, names, now), {
    revokes: true,
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
  const { authorizationId } = openOwnAccessToken(ports, input)
  return ports.store.endAuthorization(authorizationId, now)
}

/** Voids all that was issued up to now. @returns the number of the line in the revocation log */
export async function voidIssued(
  { store }: Pick<Ports, 'store'>,
  target:
    | { readonly kind: Exclude<VoidKind, 'user'>; readonly id: string }
    | { readonly kind: 'user'; readonly user: UserRef },
  now: number,
): Promise<number> {
  const id = target.kind === 'user' ? userKey(target.user) : target.id
  return store.voidIssued(target.kind, id, now)
}
