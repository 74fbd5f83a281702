/**
 * @module Issuing a code: what a page gets instead of data.
 * @see [RFC 6749 §4.1.2](https://www.rfc-editor.org/rfc/rfc6749.html#section-4.1.2)
 */
import { type AuthErrorScopes, SCOPE_NOT_APPROVED, SCOPE_NOT_GRANTED } from '@assent/protocol'
import { AssentError } from '../errors.ts'
import { hasScope } from '../grant.ts'
import type { CodeBinding, Ports } from '../ports.ts'
import type { AuthorizationRequestParams, Grant, RedirectTarget } from '../records.ts'
import { revokeGrant } from './revoke.ts'

/** What was asked: the approved part and the rest. */
export type RequestedScopes = {
  readonly requested: readonly string[]
  readonly unapproved: readonly string[]
  readonly codeChallenge?: string
  readonly redirect?: RedirectTarget
  /** The sheet that was just decided: what was granted on it for once is for this code. */
  readonly sheetHash?: string
}

export type IssuedCode = {
  readonly authCode: string
  readonly authSuccessScopes: readonly string[]
  readonly authErrorScopes: AuthErrorScopes
  readonly redirect?: RedirectTarget
}

/**
 * A code for all that was asked and that the grant holds.
 * @throws {AssentError} `AUTH_REQUEST_INVALID` when the request of an OAuth client was answered before
 */
export async function issueCode(
  ports: Pick<Ports, 'credentials' | 'store' | 'hasher' | 'registry' | 'receipts'>,
  grant: Grant,
  { requested, unapproved, codeChallenge, redirect, sheetHash }: RequestedScopes,
  now: number,
): Promise<IssuedCode> {
  const granted = requested.filter((scope) => {
    const held = hasScope(grant, scope, now) ? grant.granted[scope] : undefined
    return held && (held.lifetime !== 'once' || held.sheetHash === sheetHash)
  })
  const ask = redirect?.oauth
  if (ask) await consumeAuthRequest(ports, ask)
  if (ask?.grant?.action === 'replace') await withdrawOthers(ports, grant, requested, now)
  const authCode = ports.credentials.sealCode({
    grantId: grant.grantId,
    epoch: grant.epoch,
    scopeSet: await ports.store.internScopeSet(granted),
    issuedAt: now,
    ...(codeChallenge !== undefined && { codeChallenge }),
    ...(redirect && ask && { binding: codeBindingOf(ports.hasher, redirect.uri, ask) }),
  })
  return {
    authCode,
    authSuccessScopes: granted,
    authErrorScopes: errorScopes(
      unapproved,
      requested.filter((scope) => !granted.includes(scope)),
    ),
    ...(redirect && { redirect }),
  }
}

/** The client wants to have what it asks for now, and nothing else. */
async function withdrawOthers(
  ports: Pick<Ports, 'store' | 'registry' | 'receipts'>,
  { user, appId, granted }: Grant,
  asked: readonly string[],
  now: number,
): Promise<void> {
  const scopes = Object.keys(granted).filter((scope) => !asked.includes(scope))
  const change = { user, appId, scopes, reason: 'MERCHANT', actor: 'merchant' } as const
  if (scopes.length > 0) await revokeGrant(ports, change, now)
}

/** Whatever the answer is, a request gets one. @throws {AssentError} `AUTH_REQUEST_INVALID` */
export async function consumeAuthRequest(
  { store, hasher }: Pick<Ports, 'store' | 'hasher'>,
  { requestId, expiresAt }: AuthorizationRequestParams,
): Promise<void> {
  const isFirst = await store.consumeOnce(hasher.sha256(authRequestKey(requestId)), expiresAt)
  if (!isFirst) throw new AssentError('AUTH_REQUEST_INVALID')
}

/** What is taken when a request is answered. */
export function authRequestKey(requestId: string): string {
  return `answer ${requestId}`
}

function codeBindingOf(
  hasher: Ports['hasher'],
  redirectUri: string,
  { clientId, challenge, nonce, jkt, resources, authTime }: AuthorizationRequestParams,
): CodeBinding {
  return {
    clientId,
    challenge,
    redirectHash: hasher.sha256(redirectUri),
    ...(nonce !== undefined && { nonce }),
    ...(jkt !== undefined && { jkt }),
    ...(resources && { resources }),
    ...(authTime !== undefined && { authTime }),
  }
}

/** Why each scope that was asked is not in the code. */
export function errorScopes(
  notEntitled: readonly string[],
  notGranted: readonly string[],
): AuthErrorScopes {
  return Object.fromEntries([
    ...notEntitled.map((scope) => [scope, SCOPE_NOT_APPROVED]),
    ...notGranted.map((scope) => [scope, SCOPE_NOT_GRANTED]),
  ])
}
