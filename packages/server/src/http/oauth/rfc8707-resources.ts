/**
 * @module Resource indicators: the resource servers for which a client requests tokens.
 * @see [RFC 8707](https://www.rfc-editor.org/rfc/rfc8707.html)
 */
import { resolveResources } from '../../engine/oauth/resources.ts'
import type { OAuthClient } from '../../engine/registry.ts'
import type { FormParameters } from './form-parameters.ts'

/**
 * @param parameters `resource`, and in token exchange also `audience`, which names the same servers (RFC 8693 §2.1)
 * @returns `undefined` if the request names none
 * @throws {OAuthError} `invalid_request` @throws {AssentError} `INVALID_TARGET`
 */
export function readResources(
  form: FormParameters,
  client: OAuthClient,
  issuer: string,
  parameters: readonly ('resource' | 'audience')[] = ['resource'],
): readonly string[] | undefined {
  const uris = parameters.flatMap((name) => form.list(name))
  return uris.length > 0 ? resolveResources(client, issuer, uris) : undefined
}
