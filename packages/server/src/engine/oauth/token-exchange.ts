/**
 * @module Token exchange: a client makes a narrower and shorter token of one that it was given, for another service to be called with.
 * @see [RFC 8693](https://www.rfc-editor.org/rfc/rfc8693.html)
 */

import { AssentError } from '../errors.ts'
import type { AccessTokenClaims } from '../ports/credentials.ts'
import type { Ports } from '../ports/ports.ts'
import { checkClaims } from '../tokens/check.ts'
import type { ResolvedClient } from './clients.ts'
import { chooseResources, chooseScopes, type TokenRequestContext } from './token-constraints.ts'

/** Long enough for the calls of one request, short enough to be worth nothing to who finds it. */
export const EXCHANGED_TOKEN_SECONDS = 300

export type ExchangedToken = {
  readonly claims: AccessTokenClaims
  readonly scopes: readonly string[]
  readonly subject: string
}

/**
 * The child has the parent's grant, epoch and authorization: whatever ends the parent ends it too.
 * @throws {AssentError} `ACCESS_TOKEN_INVALID`, `ACCESS_TOKEN_EXPIRED`, `SCOPE_EXCEEDED`, `INVALID_TARGET`
 */
export async function exchangeAccessToken(
  ports: Pick<Ports, 'registry' | 'credentials' | 'store' | 'credentialStatus'>,
  { merchant, client }: ResolvedClient,
  proof: TokenRequestContext & { readonly accessToken: string },
  now: number,
): Promise<ExchangedToken> {
  const parent = ports.credentials.openAccessToken(proof.accessToken)
  // A bound token is exchanged by who has its key.
  const isOwn =
    parent?.binding?.clientId === client.clientId &&
    (parent.binding.jkt === undefined || parent.binding.jkt === proof.jkt)
  if (!parent || !isOwn) throw new AssentError('ACCESS_TOKEN_INVALID')
  const { grant, scopes: live } = await checkClaims(ports, parent, merchant, now)
  return downscope(ports, { parent, live, subject: grant.subject, proof }, now)
}

/** @throws {AssentError} `SCOPE_EXCEEDED`, `INVALID_TARGET` */
export async function downscope(
  { store }: Pick<Ports, 'store'>,
  {
    parent,
    live,
    subject,
    proof,
  }: {
    readonly parent: AccessTokenClaims
    readonly live: readonly string[]
    readonly subject: string
    readonly proof: TokenRequestContext
  },
  now: number,
): Promise<ExchangedToken> {
  const scopes = chooseScopes(proof, live)
  const resources = chooseResources(proof, parent.binding?.resources)
  return {
    scopes,
    subject,
    claims: {
      ...parent,
      scopeSet: await store.internScopeSet(scopes),
      issuedAt: now,
      expiresAt: Math.min(parent.expiresAt, now + EXCHANGED_TOKEN_SECONDS),
      binding: {
        clientId: proof.client.clientId,
        ...(proof.jkt !== undefined && { jkt: proof.jkt }),
        ...(resources && { resources }),
      },
    },
  }
}
