/**
 * @module The bindings of an OAuth client's credentials: client, DPoP key, redirect URI, resources.
 */

import { AssentError } from '../errors.ts'
import type { CodeBinding, TokenBinding } from '../ports/credentials.ts'
import type { Hasher } from '../ports/crypto.ts'
import type { Ports } from '../ports/ports.ts'
import type { OnceRecord } from '../records.ts'
import type { OAuthClient } from '../registry.ts'
import type { TokenConstraints } from '../tokens/issue-tokens.ts'
import { chooseResources, PLATFORM } from './resources.ts'

/** An authenticated OAuth client and the parameters of its token request. */
export type TokenRequestContext = {
  readonly client: OAuthClient
  /** Thumbprint of the key of the DPoP proof (RFC 9449). */
  readonly jkt?: string
  /** The record of the DPoP proof. It is written when the credential of the request has been verified, not before. */
  readonly proof?: OnceRecord
  readonly redirectUri?: string
  /** The requested audience of the access token, resolved. Absent: all granted resources. */
  readonly resources?: readonly string[]
  /** The requested scopes of the access token. Absent: all granted scopes. */
  readonly scopes?: readonly string[]
}

/** A code is redeemed by the client that requested it, with the verifier, key and redirect URI of the authorization request. */
export function matchesBinding(
  hasher: Hasher,
  binding: CodeBinding,
  verifier: string | undefined,
  { client, jkt, redirectUri }: TokenRequestContext,
): boolean {
  // A verifier for a code that has no challenge indicates a PKCE downgrade attack (RFC 9700 §4.8.2).
  const presented = verifier === undefined ? undefined : hasher.sha256(verifier)
  return (
    presented === binding.challenge &&
    binding.clientId === client.clientId &&
    (binding.jkt === undefined || binding.jkt === jkt) &&
    (redirectUri === undefined || hasher.sha256(redirectUri) === binding.redirectHash)
  )
}

/**
 * Resolves the scopes, audience and bindings of new tokens.
 * @param source the claims of the code or the refresh token
 * @param effective the effective scopes of the source
 * @throws {AssentError} `INVALID_TARGET`, `SCOPE_EXCEEDED`
 */
export async function resolveConstraints(
  { store }: Pick<Ports, 'store'>,
  context: TokenRequestContext,
  source: { readonly binding?: TokenBinding; readonly scopeSet: number },
  effective: readonly string[],
): Promise<TokenConstraints> {
  const { client, jkt } = context
  const { binding } = source
  // The code of a mini program names no resources, so its client may choose among those that are registered for it.
  const resources = binding
    ? chooseResources(context.resources, binding.resources)
    : chooseResources(context.resources ?? [PLATFORM], [PLATFORM, ...client.resources])
  const refreshResources = binding ? binding.resources : resources
  const scopes = chooseScopes(context, effective)
  // Client authentication binds the refresh token of a confidential client; a DPoP key that of a public client (RFC 9449 §5).
  const isPublic = client.tokenEndpointAuth.method === 'none'
  return {
    scopes,
    scopeSet: context.scopes ? await store.internScopeSet(scopes) : source.scopeSet,
    access: tokenBinding(client, binding, jkt, resources),
    refresh: {
      ...tokenBinding(client, binding, isPublic ? jkt : undefined, refreshResources),
      ...(jkt !== undefined && !isPublic && { dpopBound: true }),
    },
  }
}

function tokenBinding(
  { clientId }: OAuthClient,
  source: TokenBinding | undefined,
  jkt: string | undefined,
  resources: readonly string[] | undefined,
): TokenBinding {
  const { authTime, authorizationDetails } = source ?? {}
  return {
    clientId,
    ...(authTime !== undefined && { authTime }),
    ...(authorizationDetails && { authorizationDetails }),
    ...(jkt !== undefined && { jkt }),
    ...(resources && { resources }),
  }
}

/** The requested scopes, each of which must be granted (RFC 6749 §6). @throws {AssentError} `SCOPE_EXCEEDED` */
export function chooseScopes(
  { scopes }: Pick<TokenRequestContext, 'scopes'>,
  granted: readonly string[],
): readonly string[] {
  if (scopes && !scopes.every((scope) => granted.includes(scope)))
    throw new AssentError('SCOPE_EXCEEDED')
  return scopes ?? granted
}
