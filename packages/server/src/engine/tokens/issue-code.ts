/**
 * @module Issues authorization codes. A page receives a code, never user data.
 * @see [RFC 6749 §4.1.2](https://www.rfc-editor.org/rfc/rfc6749.html#section-4.1.2)
 */
import { type AuthErrorScopes, SCOPE_NOT_APPROVED, SCOPE_NOT_GRANTED } from '@assent/protocol'
import { AssentError } from '../errors.ts'
import { hasScope, wasRequestedBy } from '../grant.ts'
import { onceRecord, recordOnce } from '../once.ts'
import type { CodeBinding } from '../ports/credentials.ts'
import type { Ports } from '../ports/ports.ts'
import type { AnsweredOnce, AuthorizationRequestParams, Grant, RedirectTarget } from '../records.ts'
import { revokeGrant } from './revoke.ts'

/** The requested scopes: those that are approved for the mini program, and the others. */
export type RequestedScopes = {
  readonly requested: readonly string[]
  readonly unapproved: readonly string[]
  readonly codeChallenge?: string
  readonly redirect?: RedirectTarget
  /** The prepared request that the code answers. */
  readonly authRequest?: AnsweredOnce
  /** The prompt that was just decided. Scopes that were granted on it once are included in this code only. */
  readonly sheetHash?: string
}

export type IssuedCode = {
  readonly authCode: string
  readonly authSuccessScopes: readonly string[]
  readonly authErrorScopes: AuthErrorScopes
  readonly redirect?: RedirectTarget
}

/**
 * Issues a code for the requested scopes that are granted.
 * @throws {AssentError} `AUTH_REQUEST_INVALID` when the prepared request, or the request of an OAuth client, was answered before
 */
export async function issueCode(
  ports: Pick<Ports, 'credentials' | 'store' | 'hasher' | 'registry' | 'receipts'>,
  grant: Grant,
  { requested, unapproved, codeChallenge, redirect, authRequest, sheetHash }: RequestedScopes,
  now: number,
): Promise<IssuedCode> {
  const request = redirect?.oauth
  const granted = requested.filter((scope) => {
    const entry = hasScope(grant, scope, now) ? grant.granted[scope] : undefined
    const isCurrent = entry && (entry.lifetime !== 'once' || entry.sheetHash === sheetHash)
    return isCurrent && wasRequestedBy(entry, request?.clientId)
  })
  const answered = request ?? authRequest
  if (answered) await consumeAuthRequest(ports, answered)
  if (request?.grant?.action === 'replace') await withdrawOthers(ports, grant, requested, now)
  const authCode = ports.credentials.sealCode({
    grantId: grant.grantId,
    epoch: grant.epoch,
    scopeSet: await ports.store.internScopeSet(granted),
    issuedAt: now,
    ...(codeChallenge !== undefined && { codeChallenge }),
    ...(redirect && request && { binding: codeBindingOf(ports.hasher, redirect.uri, request) }),
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

/** The client replaces its grant (grant management, action `replace`): scopes that it does not request are withdrawn. */
async function withdrawOthers(
  ports: Pick<Ports, 'store' | 'registry' | 'receipts'>,
  { user, appId, granted }: Grant,
  requested: readonly string[],
  now: number,
): Promise<void> {
  const scopes = Object.keys(granted).filter((scope) => !requested.includes(scope))
  const change = { user, appId, scopes, reason: 'MERCHANT', actor: 'merchant' } as const
  if (scopes.length > 0) await revokeGrant(ports, change, now)
}

/** Consumes an authorization request: it is completed once, whatever the outcome. @throws {AssentError} `AUTH_REQUEST_INVALID` */
export async function consumeAuthRequest(
  { store, hasher }: Pick<Ports, 'store' | 'hasher'>,
  { requestId, expiresAt }: AnsweredOnce,
): Promise<void> {
  const isFirst = await recordOnce(
    { store },
    onceRecord({ hasher }, 'answer', requestId, expiresAt),
  )
  if (!isFirst) throw new AssentError('AUTH_REQUEST_INVALID')
}

function codeBindingOf(
  hasher: Ports['hasher'],
  redirectUri: string,
  request: AuthorizationRequestParams,
): CodeBinding {
  const { clientId, challenge, nonce, jkt, resources, authorizationDetails, authTime } = request
  const { acr, idTokenClaims } = request
  return {
    clientId,
    ...(challenge !== undefined && { challenge }),
    redirectHash: hasher.sha256(redirectUri),
    ...(nonce !== undefined && { nonce }),
    ...(jkt !== undefined && { jkt }),
    ...(resources && { resources }),
    ...(authorizationDetails && { authorizationDetails }),
    ...(authTime !== undefined && { authTime }),
    ...(acr !== undefined && { acr }),
    ...(idTokenClaims && { idTokenClaims }),
  }
}

/** The reason why each of these requested scopes is not in the code. */
export function errorScopes(
  unapproved: readonly string[],
  notGranted: readonly string[],
): AuthErrorScopes {
  return Object.fromEntries([
    ...unapproved.map((scope) => [scope, SCOPE_NOT_APPROVED]),
    ...notGranted.map((scope) => [scope, SCOPE_NOT_GRANTED]),
  ])
}
