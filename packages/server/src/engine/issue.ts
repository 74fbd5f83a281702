/**
 * @module Issuing a code: what a page gets instead of data.
 * @see [RFC 6749 §4.1.2](https://www.rfc-editor.org/rfc/rfc6749.html#section-4.1.2)
 */
import { type AuthErrorScopes, SCOPE_NOT_ENTITLED, SCOPE_NOT_GRANTED } from '@assent/protocol'
import { holds } from './grant.ts'
import type { Ports } from './ports.ts'
import type { Grant, Redirect } from './records.ts'

/** What was asked: the approved part and the rest. */
export type Asked = {
  readonly asked: readonly string[]
  readonly notEntitled: readonly string[]
  readonly binding?: string
  readonly redirect?: Redirect
  /** The sheet that was just decided: what was granted on it for once is for this code. */
  readonly sheetHash?: string
}

export type IssuedCode = {
  readonly authCode: string
  readonly authSuccessScopes: readonly string[]
  readonly authErrorScopes: AuthErrorScopes
  readonly redirect?: Redirect
}

/** A code for all that was asked and that the grant holds. */
export async function issueCode(
  { credentials, store }: Pick<Ports, 'credentials' | 'store'>,
  grant: Grant,
  { asked, notEntitled, binding, redirect, sheetHash }: Asked,
  now: number,
): Promise<IssuedCode> {
  const granted = asked.filter((scope) => {
    const held = holds(grant, scope, now) ? grant.held[scope] : undefined
    return held && (held.lifetime !== 'once' || held.sheetHash === sheetHash)
  })
  const authCode = credentials.sealCode({
    grantId: grant.grantId,
    epoch: grant.epoch,
    scopeSet: await store.internScopeSet(granted),
    issuedAt: now,
    ...(binding !== undefined && { binding }),
  })
  return {
    authCode,
    authSuccessScopes: granted,
    authErrorScopes: errorScopes(
      notEntitled,
      asked.filter((scope) => !granted.includes(scope)),
    ),
    ...(redirect && { redirect }),
  }
}

/** Why each scope that was asked is not in the code. */
export function errorScopes(
  notEntitled: readonly string[],
  notGranted: readonly string[],
): AuthErrorScopes {
  return Object.fromEntries([
    ...notEntitled.map((scope) => [scope, SCOPE_NOT_ENTITLED]),
    ...notGranted.map((scope) => [scope, SCOPE_NOT_GRANTED]),
  ])
}
