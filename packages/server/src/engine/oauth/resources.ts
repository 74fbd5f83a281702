/**
 * @module Resource indicators: the servers for which a client requests tokens. The same functions decide for authorization requests, codes,
 * refresh tokens, token exchange and client credentials.
 * @see [RFC 8707](https://www.rfc-editor.org/rfc/rfc8707.html)
 */
import { AssentError } from '../errors.ts'
import type { OAuthClient } from '../registry.ts'
import { normalizeUri, resourceKey } from './uri.ts'

/** This server: UserInfo, its other APIs and the gateway. Every URI of its origin names it. */
export const PLATFORM = 'platform'

/**
 * Resolves the URIs that a client sent. It may write them in any equivalent spelling; tokens have the registered one, because resource
 * servers compare their audience as text.
 * @returns registered resources and `PLATFORM`, without duplicates
 * @throws {AssentError} `INVALID_TARGET` for a resource that is not registered for the client
 */
export function resolveResources(
  { resources: registered }: Pick<OAuthClient, 'resources'>,
  issuer: string,
  uris: readonly string[],
): readonly string[] {
  const resolved = uris.map((uri) => {
    const found = findResource(registered, uri) ?? (isOfOrigin(issuer, uri) ? PLATFORM : undefined)
    if (found === undefined) throw invalidTarget('It is not registered for this client.')
    return found
  })
  return [...new Set(resolved)]
}

/** @returns the member of the list with an equivalent spelling, and the same one if there is one */
export function findResource(list: readonly string[], uri: string): string | undefined {
  if (list.includes(uri)) return uri
  // Only text before the fragment identifies a resource, so a URI with one is invalid (RFC 8707 §2).
  const key = uri.includes('#') ? undefined : resourceKey(uri)
  return list.find((one) => resourceKey(one) === key)
}

function isOfOrigin(issuer: string, uri: string): boolean {
  const root = normalizeUri(issuer) ?? issuer
  return !uri.includes('#') && (normalizeUri(uri) ?? '').startsWith(root)
}

/**
 * Chooses the audience of an access token.
 * @param requested resolved; `undefined` when the request names none
 * @param granted those of the code, refresh token or access token; `undefined` stands for this server alone
 * @returns other resources; `undefined` for this server
 * @throws {AssentError} `INVALID_TARGET` for a resource that is not granted (RFC 8707 §2.2), and for this server together with others:
 * it accepts sealed tokens only, and others may need JWTs
 */
export function chooseResources(
  requested: readonly string[] | undefined,
  granted: readonly string[] = [PLATFORM],
): readonly string[] | undefined {
  const others = granted.filter((one) => one !== PLATFORM)
  const chosen = requested ?? (others.length > 0 ? others : [PLATFORM])
  if (!chosen.every((one) => granted.includes(one)))
    throw invalidTarget('The grant does not include it: name it in the authorization request.')
  if (!chosen.includes(PLATFORM)) return chosen
  if (chosen.length > 1)
    throw invalidTarget('A token is for this server or for others: request one after the other.')
  return undefined
}

function invalidTarget(detail: string): AssentError {
  return new AssentError('INVALID_TARGET', { detail })
}
