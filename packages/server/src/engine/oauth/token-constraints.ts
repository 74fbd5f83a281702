/**
 * @module What the credentials of an OAuth client are bound to: the client, its key, the redirect URI, the resources.
 */

import { AssentError } from '../errors.ts'
import type { CodeBinding, Hasher, Ports, TokenBinding } from '../ports.ts'
import type { OAuthClient } from '../registry.ts'
import type { TokenConstraints } from '../tokens/issue-tokens.ts'

/** An OAuth client that has proven who it is, and what else it has shown at the token endpoint. */
export type TokenRequestContext = {
  readonly client: OAuthClient
  /** Thumbprint of the key that it has proven to have (RFC 9449). */
  readonly jkt?: string
  readonly redirectUri?: string
  /** For whom the access token shall be. Absent: all that were granted. */
  readonly resources?: readonly string[]
  /** What the access token shall open. Absent: all that was granted. */
  readonly scopes?: readonly string[]
}

/** A code goes to the client that asked for it, with the verifier, key and redirect URI that it asked with. */
export function matchesBinding(
  hasher: Hasher,
  binding: CodeBinding,
  verifier: string | undefined,
  { client, jkt, redirectUri }: TokenRequestContext,
): boolean {
  return (
    verifier !== undefined &&
    hasher.sha256(verifier) === binding.challenge &&
    binding.clientId === client.clientId &&
    (binding.jkt === undefined || binding.jkt === jkt) &&
    (redirectUri === undefined || hasher.sha256(redirectUri) === binding.redirectHash)
  )
}

/**
 * What tokens made from a credential carry.
 * @param from the code or the refresh token
 * @param live the scopes that it opens
 * @throws {AssentError} `INVALID_TARGET`, `SCOPE_EXCEEDED`
 */
export async function resolveConstraints(
  { store }: Pick<Ports, 'store'>,
  proof: TokenRequestContext,
  from: { readonly binding?: TokenBinding; readonly scopeSet: number },
  live: readonly string[],
): Promise<TokenConstraints> {
  const { client, jkt } = proof
  const { binding } = from
  // Of what came from the authorization endpoint, no more than was asked for there.
  const resources = chooseResources(proof, binding && (binding.resources ?? []))
  const kept = binding ? binding.resources : resources
  const scopes = chooseScopes(proof, live)
  // Who has a secret or a key of its own is bound by that; a refresh token of anybody else by the key that was proven (RFC 9449 §5).
  const isPublic = client.tokenEndpointAuth.method === 'none'
  return {
    scopes,
    scopeSet: proof.scopes ? await store.internScopeSet(scopes) : from.scopeSet,
    access: tokenBinding(client, binding?.authTime, jkt, resources),
    refresh: tokenBinding(client, binding?.authTime, isPublic ? jkt : undefined, kept),
  }
}

function tokenBinding(
  { clientId }: OAuthClient,
  authTime: number | undefined,
  jkt: string | undefined,
  resources: readonly string[] | undefined,
): TokenBinding {
  return {
    clientId,
    ...(authTime !== undefined && { authTime }),
    ...(jkt !== undefined && { jkt }),
    ...(resources && { resources }),
  }
}

/** Those of the request, within what was granted, or else within what the client may ask (RFC 8707 §2.2). @throws {AssentError} `INVALID_TARGET` */
export function chooseResources(
  { client, resources }: Pick<TokenRequestContext, 'client' | 'resources'>,
  granted: readonly string[] | undefined,
): readonly string[] | undefined {
  const allowed = granted ?? client.resources
  if (resources && !resources.every((one) => allowed.includes(one)))
    throw new AssentError('INVALID_TARGET')
  const chosen = resources ?? granted
  return chosen && chosen.length > 0 ? chosen : undefined
}

/** Never more than there is (RFC 6749 §6). @throws {AssentError} `SCOPE_EXCEEDED` */
export function chooseScopes(
  { scopes }: Pick<TokenRequestContext, 'scopes'>,
  live: readonly string[],
): readonly string[] {
  if (scopes && !scopes.every((scope) => live.includes(scope)))
    throw new AssentError('SCOPE_EXCEEDED')
  return scopes ?? live
}
