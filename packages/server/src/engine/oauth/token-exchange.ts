/**
 * @module Token exchange: a client trades its access token for one with fewer scopes, a shorter lifetime and another audience.
 * @see [RFC 8693](https://www.rfc-editor.org/rfc/rfc8693.html)
 */

import { AssentError } from '../errors.ts'
import type { ResolvedClient } from '../oauth-clients/clients.ts'
import { requireFirst } from '../once.ts'
import type { AccessTokenClaims } from '../ports/credentials.ts'
import type { Ports } from '../ports/ports.ts'
import type { Grant } from '../records.ts'
import { checkClaims } from '../tokens/check.ts'
import type { ResolvedToken } from './introspect.ts'
import { chooseResources } from './resources.ts'
import { chooseScopes, type TokenRequestContext } from './token-constraints.ts'

/** Covers the calls of one request. A short lifetime limits the use of a leaked token. */
export const EXCHANGED_TOKEN_SECONDS = 300

export type ExchangedToken = {
  readonly claims: AccessTokenClaims
  readonly scopes: readonly string[]
  readonly grant: Grant
}

/**
 * Exchanges an access token that was opened before. The new token keeps the grant, epoch and authorization of the subject token, so it is
 * revoked with the subject token.
 * @throws {AssentError} `ACCESS_TOKEN_INVALID`, `ACCESS_TOKEN_EXPIRED`, `SCOPE_EXCEEDED`, `INVALID_TARGET`, `REQUEST_REPEATED`
 */
export async function exchangeAccessToken(
  ports: Pick<Ports, 'registry' | 'credentials' | 'store' | 'credentialStatus'>,
  { merchant, client }: ResolvedClient,
  context: TokenRequestContext,
  subject: ResolvedToken | undefined,
  now: number,
): Promise<ExchangedToken> {
  const parent = subject?.kind === 'access' ? subject.claims : undefined
  // A DPoP-bound token is exchanged only with a proof of its key.
  const isOwn =
    parent?.binding?.clientId === client.clientId &&
    (parent.binding.jkt === undefined || parent.binding.jkt === context.jkt)
  if (!parent || !isOwn) throw new AssentError('ACCESS_TOKEN_INVALID')
  const { grant, scopes } = await checkClaims(ports, parent, merchant, now)
  await requireFirst(ports, context.proof)
  return downscope(ports, { parent, scopes, grant, context }, now)
}

/**
 * Narrows the claims of an access token.
 * @throws {AssentError} `SCOPE_EXCEEDED`, `INVALID_TARGET`
 */
export async function downscope(
  { store }: Pick<Ports, 'store'>,
  {
    parent,
    scopes: effective,
    grant,
    context,
  }: {
    readonly parent: AccessTokenClaims
    readonly scopes: readonly string[]
    readonly grant: Grant
    readonly context: TokenRequestContext
  },
  now: number,
): Promise<ExchangedToken> {
  const scopes = chooseScopes(context, effective)
  const resources = chooseResources(context.resources, parent.binding?.resources)
  return {
    scopes,
    grant,
    claims: {
      ...parent,
      scopeSet: await store.internScopeSet(scopes),
      issuedAt: now,
      expiresAt: Math.min(parent.expiresAt, now + EXCHANGED_TOKEN_SECONDS),
      binding: {
        clientId: context.client.clientId,
        ...(parent.binding?.authorizationDetails && {
          authorizationDetails: parent.binding.authorizationDetails,
        }),
        ...(context.jkt !== undefined && { jkt: context.jkt }),
        ...(resources && { resources }),
      },
    },
  }
}
