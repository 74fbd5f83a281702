/**
 * @module Authorization requests of OAuth clients. A request becomes a sealed scope query of the client's mini program, which the
 * wallet's page receives. Nothing is stored.
 * @see [RFC 6749 §4.1.1](https://www.rfc-editor.org/rfc/rfc6749.html#section-4.1.1)
 */
import type { ScopeRequest } from '@assent/protocol'
import { AssentError } from '../errors.ts'
import type { ResolvedClient } from '../oauth-clients/clients.ts'
import { onceRecord } from '../once.ts'
import type { AuthRequestClaims } from '../ports/credentials.ts'
import type { Ports } from '../ports/ports.ts'
import type { AuthorizationRequestParams } from '../records.ts'

/**
 * How long a request, pushed or not, can be decided.
 * @see FAPI 2.0 Security Profile §5.3.2.2, which demands less than 600
 */
export const AUTHORIZATION_REQUEST_SECONDS = 590

/** A sealed request is part of URLs: of `request_uri`, and of the wallet's page. Proxies accept 16 KB of them. */
export const MAX_AUTH_REQUEST_LENGTH = 12_288

export type AuthorizationRequest = Pick<
  AuthorizationRequestParams,
  | 'responseMode'
  | 'challenge'
  | 'nonce'
  | 'jkt'
  | 'resources'
  | 'authorizationDetails'
  | 'subject'
  | 'idTokenClaims'
  | 'essentialAcrs'
  | 'prompts'
  | 'maxAge'
  | 'hints'
  | 'grant'
> & {
  readonly redirectUri: string
  /** The wallet whose users decide. Absent: no wallet has a page for this client. */
  readonly walletId?: string
  readonly state?: string
  readonly scopes: readonly ScopeRequest[]
}

/**
 * @returns the sealed request, for the wallet's page
 * @throws {AssentError} `SCOPE_NOT_APPROVED` when no requested scope is approved; `PARAM_ILLEGAL` when the request
 * is too long to be sealed
 */
export function sealAuthorization(
  { credentials, random }: Pick<Ports, 'credentials' | 'random'>,
  { client, miniProgram }: ResolvedClient,
  request: AuthorizationRequest,
  now: number,
): string {
  const { redirectUri, walletId, state, scopes, ...params } = request
  if (!scopes.some(({ scope }) => miniProgram.scopes.has(scope)))
    throw new AssentError('SCOPE_NOT_APPROVED')
  const expiresAt = now + AUTHORIZATION_REQUEST_SECONDS
  const oauth = {
    ...params,
    requestId: random.text(12),
    clientId: client.clientId,
    requestedAt: now,
    expiresAt,
  }
  const redirect = { uri: redirectUri, oauth, ...(state !== undefined && { state }) }
  const wallet = walletId !== undefined && { walletId }
  const sealed = credentials.sealAuthRequest(
    { appId: client.appId, scopes, redirect, expiresAt, ...wallet },
    now,
  )
  // Never sealed and refused later: the client would have its request_uri, and the user an error.
  if (sealed.length > MAX_AUTH_REQUEST_LENGTH)
    throw new AssentError('PARAM_ILLEGAL', {
      detail:
        'The parameters are too long together: shorten state, authorization_details or scope.',
    })
  return sealed
}

/**
 * Opens a pushed authorization request (RFC 9126) of this client that is neither expired nor completed.
 * @throws {AssentError} `AUTH_REQUEST_INVALID`
 */
export async function openAuthorization(
  { credentials, store, hasher }: Pick<Ports, 'credentials' | 'store' | 'hasher'>,
  authRequest: string,
  clientId: string,
  now: number,
): Promise<AuthRequestClaims> {
  const claims = credentials.openAuthRequest(authRequest)
  const params = claims?.redirect?.oauth
  if (!claims || params?.clientId !== clientId || now >= claims.expiresAt)
    throw new AssentError('AUTH_REQUEST_INVALID')
  const { idHash } = onceRecord({ hasher }, 'answer', params.requestId, claims.expiresAt)
  if (await store.isConsumed(idHash)) throw new AssentError('AUTH_REQUEST_INVALID')
  return claims
}
