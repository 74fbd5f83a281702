/**
 * @module Issuing a code: what a page gets instead of data.
 * @see [RFC 6749 §4.1.2](https://www.rfc-editor.org/rfc/rfc6749.html#section-4.1.2)
 */
import { type AuthErrorScopes, SCOPE_NOT_ENTITLED, SCOPE_NOT_GRANTED } from '@assent/protocol'
import { holds } from './grant.ts'
import type { CodeTerms, Ports } from './ports.ts'
import type { AuthorizationAsk, Grant, Redirect } from './records.ts'
import { Refusal } from './refusal.ts'
import { revokeGrant } from './revoke.ts'

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

/**
 * A code for all that was asked and that the grant holds.
 * @throws {Refusal} `AUTH_REQUEST_INVALID` when the request of an OAuth client was answered before
 */
export async function issueCode(
  ports: Pick<Ports, 'credentials' | 'store' | 'hasher' | 'registry' | 'receipts'>,
  grant: Grant,
  { asked, notEntitled, binding, redirect, sheetHash }: Asked,
  now: number,
): Promise<IssuedCode> {
  const granted = asked.filter((scope) => {
    const held = holds(grant, scope, now) ? grant.held[scope] : undefined
    return held && (held.lifetime !== 'once' || held.sheetHash === sheetHash)
  })
  const ask = redirect?.oauth
  if (ask) await takeAnswer(ports, ask)
  if (ask?.grant?.action === 'replace') await withdrawOthers(ports, grant, asked, now)
  const authCode = ports.credentials.sealCode({
    grantId: grant.grantId,
    epoch: grant.epoch,
    scopeSet: await ports.store.internScopeSet(granted),
    issuedAt: now,
    ...(binding !== undefined && { binding }),
    ...(redirect && ask && { terms: termsOf(ports.hasher, redirect.uri, ask) }),
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

/** The client wants to have what it asks for now, and nothing else. */
async function withdrawOthers(
  ports: Pick<Ports, 'store' | 'registry' | 'receipts'>,
  { user, appId, held }: Grant,
  asked: readonly string[],
  now: number,
): Promise<void> {
  const scopes = Object.keys(held).filter((scope) => !asked.includes(scope))
  const change = { user, appId, scopes, reason: 'MERCHANT', actor: 'merchant' } as const
  if (scopes.length > 0) await revokeGrant(ports, change, now)
}

/** Whatever the answer is, a request gets one. @throws {Refusal} `AUTH_REQUEST_INVALID` */
export async function takeAnswer(
  { store, hasher }: Pick<Ports, 'store' | 'hasher'>,
  { requestId, expiresAt }: AuthorizationAsk,
): Promise<void> {
  const isFirst = await store.takeOnce(hasher.sha256(answerOf(requestId)), expiresAt)
  if (!isFirst) throw new Refusal('AUTH_REQUEST_INVALID')
}

/** What is taken when a request is answered. */
export function answerOf(requestId: string): string {
  return `answer ${requestId}`
}

function termsOf(
  hasher: Ports['hasher'],
  redirectUri: string,
  { clientId, challenge, nonce, jkt, resources, authTime }: AuthorizationAsk,
): CodeTerms {
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
    ...notEntitled.map((scope) => [scope, SCOPE_NOT_ENTITLED]),
    ...notGranted.map((scope) => [scope, SCOPE_NOT_GRANTED]),
  ])
}
