/**
 * @module Validation rules for OAuth clients, both those declared in assent.yaml and those registered dynamically (RFC 7591).
 */
import { weaknessOf } from '../key-strength.ts'
import { algorithmOf } from '../oauth/signing-algorithms.ts'
import type { OAuthClient, PublicJwk } from '../registry.ts'
import { type ClientProblem, problemsOfProfile } from './client-profiles.ts'

const NO_REDIRECT_URI =
  'is neither https, nor http on a loopback address, nor a scheme such as com.example.app:/back, nor one of oauth/redirectSchemes'

export type ClientRules = {
  /** Whether URLs that the server calls may use http. */
  readonly isDevelopment?: boolean | undefined
  /** Schemes of native apps without a dot, such as `vscode`, that the operator permits in redirect URIs. */
  readonly redirectSchemes?: readonly string[] | undefined
}

export function problemsOfClient(
  client: OAuthClient,
  { isDevelopment = false, redirectSchemes = [] }: ClientRules = {},
): readonly ClientProblem[] {
  const isFetchable = (uri: string): boolean =>
    isHttps(uri) || (isDevelopment && isHttps(uri.replace(/^http:/, 'https:')))

  const { tokenEndpointAuth, grantTypes, redirectUris, jwks, jwksUri, platformScopes } = client
  const problems: ClientProblem[] = []
  const report = (member: keyof OAuthClient, problem: string): void =>
    void problems.push({ member, problem })
  const usesCodes = grantTypes.includes('authorization_code')
  for (const uri of redirectUris)
    if (!isRedirectUri(uri, redirectSchemes)) report('redirectUris', `${uri} ${NO_REDIRECT_URI}`)
  if (usesCodes && redirectUris.length === 0)
    report('redirectUris', 'must contain at least one URI for the grant type authorization_code')
  for (const origin of client.allowedOrigins)
    if (!isPageOrigin(origin))
      report('allowedOrigins', `${origin} is not an origin such as https://shop.example`)
  if (client.allowedOrigins.length > 0 && tokenEndpointAuth.method !== 'none')
    report(
      'allowedOrigins',
      'is for browser clients, which cannot keep a secret: set the token endpoint authentication method to none',
    )
  for (const uri of [...client.resources, ...client.resourceServerFor])
    if (!isResource(uri)) report('resources', `${uri} is not an absolute URI without a fragment`)
  if (jwks.length > 0 && jwksUri !== undefined)
    report('jwksUri', 'and jwks exclude each other: remove one of them')
  if (jwksUri !== undefined && !isFetchable(jwksUri))
    report('jwksUri', `${jwksUri} is not an https URL`)
  const { sectorIdentifierUri } = client
  if (sectorIdentifierUri !== undefined && !isFetchable(sectorIdentifierUri))
    report('sectorIdentifierUri', `${sectorIdentifierUri} is not an https URL`)
  for (const jwk of jwks) {
    const problem = problemOfKey(jwk)
    if (problem) report('jwks', problem)
  }
  const signs = tokenEndpointAuth.method === 'private_key_jwt' || client.requireSignedRequestObject
  if (signs && jwks.length === 0 && jwksUri === undefined)
    report('jwks', 'or jwksUri is required to verify the signatures of the client')
  if ('tlsClientAuthSanDns' in tokenEndpointAuth && tokenEndpointAuth.tlsClientAuthSanDns === '')
    report(
      'tokenEndpointAuth',
      'requires tlsClientAuthSanDns, the DNS name in the certificate of the client',
    )
  if ('secretHashes' in tokenEndpointAuth && tokenEndpointAuth.secretHashes.length === 0)
    report('tokenEndpointAuth', 'requires a secret: create one with `assent oauth create-secret`')
  if (tokenEndpointAuth.method === 'none' && grantTypes.includes('client_credentials'))
    report('grantTypes', 'client_credentials requires client authentication')
  if (tokenEndpointAuth.method === 'none' && client.resourceServerFor.length > 0)
    report('resourceServerFor', 'a resource server requires client authentication')
  if (platformScopes.length > 0 && !grantTypes.includes('client_credentials'))
    report('platformScopes', 'requires the grant type client_credentials')
  problems.push(...problemsOfProfile(client))
  const { backchannelLogoutUri, postLogoutRedirectUris = [] } = client
  for (const uri of postLogoutRedirectUris)
    if (!isRedirectUri(uri, redirectSchemes))
      report('postLogoutRedirectUris', `${uri} ${NO_REDIRECT_URI}`)
  if (backchannelLogoutUri !== undefined && !isFetchable(backchannelLogoutUri))
    report('backchannelLogoutUri', `${backchannelLogoutUri} is not an https URL`)
  return problems
}

function problemOfKey(jwk: PublicJwk): string | undefined {
  const weakness = weaknessOf(jwk)
  if (weakness !== undefined) return `contains a key that ${weakness}`
  return algorithmOf(jwk)
    ? undefined
    : 'contains a key whose alg is neither ES256, nor EdDSA, nor RS256, nor PS256'
}

/** Excludes spaces, quotes, backslashes, control characters, user information and fragments. */
const HTTPS =
  /^https:\/\/[A-Za-z0-9.-]+(:\d{1,5})?(\/[!$&-;=@-Z_a-z~%?[\]]*)?(\?[!$&-;=@-Z_a-z~%?]*)?$/
/** By address or by name, which desktop clients also send (RFC 8252 §7.3 and §8.3). */
const LOOPBACK = /^http:\/\/(127\.0\.0\.1|\[::1\]|localhost)(?::\d{1,5})?(\/[!$&-;=@-Z_a-z~%?]*)?$/
/** A private-use scheme is a reversed domain name, so it contains a dot (RFC 8252 §7.1). Others need the operator's word. */
const PRIVATE_SCHEME = /^([a-z][a-z0-9-]*(?:\.[a-z0-9-]+)*):\/[!$&-;=@-Z_a-z~%?]*$/
/** Schemes that browsers and systems handle themselves. None of them can belong to an app. */
const RESERVED_SCHEMES: ReadonlySet<string> = new Set([
  ...['about', 'blob', 'chrome', 'content', 'data', 'file', 'filesystem', 'ftp', 'http', 'https'],
  ...['intent', 'javascript', 'mailto', 'sms', 'tel', 'vbscript', 'view-source', 'ws', 'wss'],
])

function isHttps(uri: string): boolean {
  return HTTPS.test(uri) && !/\/\.\.?(\/|$)/.test(uri)
}

/** @param schemes those without a dot that the operator permits */
export function isRedirectUri(uri: string, schemes: readonly string[] = []): boolean {
  if (isHttps(uri) || LOOPBACK.test(uri)) return true
  const scheme = PRIVATE_SCHEME.exec(uri)?.[1]
  return scheme !== undefined && (scheme.includes('.') || schemes.includes(scheme))
}

/** Whether an app may have the scheme. */
export function isAppScheme(scheme: string): boolean {
  return /^[a-z][a-z0-9+.-]*$/.test(scheme) && !RESERVED_SCHEMES.has(scheme)
}

/** Whether the text is the origin of pages: of the web, or of a native shell such as `capacitor://localhost` or `tauri://localhost`. */
export function isPageOrigin(text: string): boolean {
  const [, scheme = ''] = /^([a-z][a-z0-9+.-]*):\/\/[a-z0-9.-]+(?::\d{1,5})?$/.exec(text) ?? []
  return isWebOrigin(text) || isAppScheme(scheme)
}

/** Whether the text is the origin of a web page, as browsers serialize it: https, or http on a loopback address. */
export function isWebOrigin(text: string): boolean {
  return (
    /^https:\/\/[a-z0-9.-]+(:\d{1,5})?$/.test(text) ||
    /^http:\/\/(127\.0\.0\.1|\[::1\]|([a-z0-9-]+\.)*localhost)(:\d{1,5})?$/.test(text)
  )
}

function isResource(uri: string): boolean {
  return /^[a-z][a-z0-9+.-]*:[^\s#]+$/.test(uri)
}

/** Exact match, except that the port of a loopback address is variable (RFC 8252 §7.3). */
export function matchesRedirect(registered: string, requested: string): boolean {
  if (registered === requested) return true
  const [one, other] = [LOOPBACK.exec(registered), LOOPBACK.exec(requested)]
  return (
    one !== null && other !== null && one[1] === other[1] && (one[2] ?? '') === (other[2] ?? '')
  )
}
