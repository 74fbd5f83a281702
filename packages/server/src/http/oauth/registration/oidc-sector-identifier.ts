/**
 * @module The sector identifier of a client that registers itself. It is the only URI of the metadata that is fetched at registration.
 */
import type { OAuthClient } from '../../../engine/registry.ts'
import type { OAuthOptions } from '../context.ts'
import { OAuthError } from '../errors.ts'

/**
 * Checks that the document at `sector_identifier_uri` lists every redirect URI. Otherwise anybody could join the sector of somebody else.
 * The subjects themselves belong to the merchant of the mini program.
 * @see [OpenID Connect Registration §5](https://openid.net/specs/openid-connect-registration-1_0.html#SectorIdentifierValidation)
 * @throws {OAuthError} `invalid_client_metadata`
 */
export async function requireSector(
  { fetchDocument }: Pick<OAuthOptions, 'fetchDocument'>,
  { sectorIdentifierUri, redirectUris }: OAuthClient,
): Promise<void> {
  if (sectorIdentifierUri === undefined) return
  const listed = await fetchDocument(sectorIdentifierUri).then(readUriList, () => undefined)
  const missing = redirectUris.find((uri) => !listed?.includes(uri))
  if (listed && missing === undefined) return
  const problem =
    missing === undefined || !listed
      ? 'must return a JSON list of redirect URIs with status 200'
      : `does not list the redirect URI ${missing}`
  throw new OAuthError('invalid_client_metadata', `sector_identifier_uri ${problem}.`)
}

/** @returns `undefined` if the document is not a list of texts */
function readUriList({
  status,
  body,
}: {
  status: number
  body: string
}): readonly string[] | undefined {
  if (status !== 200) return undefined
  try {
    const list: unknown = JSON.parse(body)
    return Array.isArray(list) ? list.map(String) : undefined
  } catch {
    return undefined
  }
}
