/**
 * @module Whether the platform knows which application an OAuth client is. Consult, the prompt, remembered consent and the limits of
 * unproven clients all ask here.
 * @see [RFC 8252 §8.6](https://www.rfc-editor.org/rfc/rfc8252.html#section-8.6)
 */
import { AssentError } from '../errors.ts'
import type { Ports } from '../ports/ports.ts'
import type { RedirectTarget } from '../records.ts'
import type { OAuthClient } from '../registry.ts'
import { findOAuthClient, REGISTERED_PREFIX } from './clients.ts'

/**
 * Whether nobody else can act as this client. The operator must answer for it: the client is declared in `assent.yaml`, or its
 * initial access token says so. And its codes must reach it alone: it authenticates with its own key or secret, or its redirect URI
 * is an https address. Any application can use a loopback address or a private-use scheme.
 */
export function hasProvenIdentity(client: OAuthClient, redirectUri: string): boolean {
  const isDeclared = !client.clientId.startsWith(REGISTERED_PREFIX)
  const isVouchedFor = isDeclared || client.registration?.isVouchedFor === true
  return (
    isVouchedFor &&
    (client.tokenEndpointAuth.method !== 'none' || redirectUri.startsWith('https://'))
  )
}

/** Who requests consent. */
export type Requester = {
  /** The OAuth client. Absent: the mini program itself, in the wallet or through the merchant's server. */
  readonly clientId?: string
  readonly isProven: boolean
}

/**
 * Finds who requests consent.
 * @throws {AssentError} `AUTH_REQUEST_INVALID` when the OAuth client of the request does not exist any more
 */
export async function findRequester(
  ports: Pick<Ports, 'registry' | 'store'>,
  redirect: RedirectTarget | undefined,
): Promise<Requester> {
  if (!redirect?.oauth) return { isProven: true }
  const { clientId } = redirect.oauth
  const found = await findOAuthClient(ports, clientId)
  if (!found) throw new AssentError('AUTH_REQUEST_INVALID')
  return { clientId, isProven: hasProvenIdentity(found.client, redirect.uri) }
}

/** Where a redirect URI leads: a host, such as `shop.example`, or a private-use scheme, such as `com.example.app`. */
export function redirectHostOf(redirectUri: string): string {
  const [, host] = /^https?:\/\/(\[[^\]]*\]|[^/:?#]+)/.exec(redirectUri) ?? []
  const [scheme = ''] = redirectUri.split(':', 1)
  return (host ?? scheme).toLowerCase()
}

/** In a list of hosts: all hosts and schemes. */
export const ANY_HOST = '*'

/** The redirect URIs that lead elsewhere than to these hosts and schemes. */
export function foreignRedirectUris(
  redirectUris: readonly string[],
  redirectHosts: readonly string[],
): readonly string[] {
  if (redirectHosts.includes(ANY_HOST)) return []
  return redirectUris.filter((uri) => !redirectHosts.includes(redirectHostOf(uri)))
}
