/**
 * @module What an OAuth client may be, whoever declares it: the operator in assent.yaml, or the client itself (RFC 7591).
 */
import type { OAuthClient, PublicJwk } from '../registry.ts'

/** What is wrong, and with which member. */
export type ClientProblem = { readonly member: keyof OAuthClient; readonly problem: string }

/** @param isDevelopment what is fetched and told may be http, and inside networks */
export function problemsOfClient(
  client: OAuthClient,
  isDevelopment = false,
): readonly ClientProblem[] {
  const isFetchable = (uri: string): boolean =>
    isHttps(uri) || (isDevelopment && isHttps(uri.replace(/^http:/, 'https:')))

  const { tokenEndpointAuth, grantTypes, redirectUris, jwks, jwksUri, platformScopes } = client
  const problems: ClientProblem[] = []
  const refuse = (member: keyof OAuthClient, problem: string): void =>
    void problems.push({ member, problem })
  const usesCodes = grantTypes.includes('authorization_code')
  for (const uri of redirectUris)
    if (!isRedirectUri(uri))
      refuse(
        'redirectUris',
        `${uri} is neither https, nor http on a loopback address, nor a scheme such as com.example.app:/back`,
      )
  if (usesCodes && redirectUris.length === 0) refuse('redirectUris', 'is needed for codes')
  for (const origin of client.allowedOrigins)
    if (!isOrigin(origin))
      refuse('allowedOrigins', `${origin} is not an origin such as https://shop.example`)
  if (client.allowedOrigins.length > 0 && tokenEndpointAuth.method !== 'none')
    refuse(
      'allowedOrigins',
      'is for pages, and a page keeps no secret: its token endpoint authentication method is none',
    )
  for (const uri of [...client.resources, ...client.resourceServerFor])
    if (!isResource(uri)) refuse('resources', `${uri} is not an absolute URI without a fragment`)
  if (jwks.length > 0 && jwksUri !== undefined) refuse('jwksUri', 'is there beside jwks')
  if (jwksUri !== undefined && !isFetchable(jwksUri))
    refuse('jwksUri', `${jwksUri} is not an https URL`)
  for (const jwk of jwks) {
    const problem = problemOfKey(jwk)
    if (problem) refuse('jwks', problem)
  }
  const signs = tokenEndpointAuth.method === 'private_key_jwt' || client.requireSignedRequestObject
  if (signs && jwks.length === 0 && jwksUri === undefined)
    refuse('jwks', 'is needed to verify what the client signs')
  if ('tlsClientAuthSanDns' in tokenEndpointAuth && tokenEndpointAuth.tlsClientAuthSanDns === '')
    refuse('tokenEndpointAuth', 'needs tlsClientAuthSanDns, the name in its certificate')
  if ('secretHashes' in tokenEndpointAuth && tokenEndpointAuth.secretHashes.length === 0)
    refuse('tokenEndpointAuth', 'needs a secret: assent oauth secret makes one')
  if (tokenEndpointAuth.method === 'none' && grantTypes.includes('client_credentials'))
    refuse('grantTypes', 'client_credentials needs a client that proves who it is')
  if (tokenEndpointAuth.method === 'none' && client.resourceServerFor.length > 0)
    refuse('resourceServerFor', 'a resource proves who it is')
  if (platformScopes.length > 0 && !grantTypes.includes('client_credentials'))
    refuse('platformScopes', 'is for client_credentials')
  const { backchannelLogoutUri } = client
  if (backchannelLogoutUri !== undefined && !isFetchable(backchannelLogoutUri))
    refuse('backchannelLogoutUri', `${backchannelLogoutUri} is not an https URL`)
  return problems
}

/** The one algorithm of a key (RFC 8725 §3.1); `undefined`: the key is of no kind that is taken. */
export function algorithmOf({
  kty,
  crv,
  alg,
}: PublicJwk): 'ES256' | 'EdDSA' | 'RS256' | 'PS256' | undefined {
  if (kty === 'EC' && crv === 'P-256' && (alg ?? 'ES256') === 'ES256') return 'ES256'
  if (kty === 'OKP' && crv === 'Ed25519' && ['EdDSA', 'Ed25519'].includes(String(alg ?? 'EdDSA')))
    return 'EdDSA'
  if (kty === 'RSA' && (alg ?? 'RS256') === 'RS256') return 'RS256'
  if (kty === 'RSA' && alg === 'PS256') return 'PS256'
  return undefined
}

const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']
/** 2048 bits in base64url. */
const MIN_MODULUS_LENGTH = 342

function problemOfKey(jwk: PublicJwk): string | undefined {
  if (PRIVATE_MEMBERS.some((member) => Object.hasOwn(jwk, member)))
    return 'has a private or a shared key: keep it where it is and give the public key'
  if (!algorithmOf(jwk))
    return 'has a key that is neither P-256, nor Ed25519, nor RSA with RS256 or PS256'
  const { n } = jwk
  return n !== undefined && String(n).length < MIN_MODULUS_LENGTH
    ? 'has an RSA key of less than 2048 bits'
    : undefined
}

/** No spaces, quotes, backslashes or control characters; no user, no fragment. */
const HTTPS =
  /^https:\/\/[A-Za-z0-9.-]+(:\d{1,5})?(\/[!$&-;=@-Z_a-z~%?[\]]*)?(\?[!$&-;=@-Z_a-z~%?]*)?$/
const LOOPBACK = /^http:\/\/(127\.0\.0\.1|\[::1\])(?::\d{1,5})?(\/[!$&-;=@-Z_a-z~%?]*)?$/
/** RFC 8252 §7.1: a name that its owner has in reverse, so with a dot. */
const PRIVATE_SCHEME = /^[a-z][a-z0-9-]*(\.[a-z0-9-]+)+:\/[!$&-;=@-Z_a-z~%?]*$/

function isHttps(uri: string): boolean {
  return HTTPS.test(uri) && !/\/\.\.?(\/|$)/.test(uri)
}

export function isRedirectUri(uri: string): boolean {
  return isHttps(uri) || LOOPBACK.test(uri) || PRIVATE_SCHEME.test(uri)
}

function isOrigin(text: string): boolean {
  return (
    /^https:\/\/[a-z0-9.-]+(:\d{1,5})?$/.test(text) ||
    /^http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$/.test(text)
  )
}

function isResource(uri: string): boolean {
  return /^[a-z][a-z0-9+.-]*:[^\s#]+$/.test(uri)
}

/** The same text; of a loopback address the port is the client's to choose when it runs (RFC 8252 §7.3). */
export function matchesRedirect(registered: string, asked: string): boolean {
  if (registered === asked) return true
  const [one, other] = [LOOPBACK.exec(registered), LOOPBACK.exec(asked)]
  return (
    one !== null && other !== null && one[1] === other[1] && (one[2] ?? '') === (other[2] ?? '')
  )
}
