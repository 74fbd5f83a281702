/**
 * @module The schema of `clients[].oauth` and of `oauth`, the options of the authorization server.
 */
import Type from 'typebox'
import { TOKEN_ALGORITHMS } from '../../engine/oauth/token-algorithms.ts'
import {
  ASSERTION_AUDIENCES,
  CLIENT_PROFILES,
  GRANT_TYPES,
  PKCE_RULES,
  PLATFORM_SCOPES,
} from '../../engine/registry.ts'
import { closed, dictionary, identifier, oneOf, stringList } from './fields.ts'

const PkceSchema = oneOf(
  PKCE_RULES,
  'required: every code needs PKCE. or-nonce: the nonce of an OpenID request is enough (OAuth 2.1 §7.6). optional: neither is needed. Only for clients with a secret or a key. Default required.',
)
const AssertionAudienceSchema = oneOf(
  ASSERTION_AUDIENCES,
  'The audience of client assertions. issuer: the issuer alone. issuer-or-endpoint: also the URL of the endpoint, as older libraries send it. Default issuer.',
)

export const OAuthClientSchema = closed(
  {
    clientId: identifier(
      128,
      'The client_id, at most 128 characters. It may equal the clientId of the merchant.',
    ),
    appId: Type.String({ description: 'The mini program that the client acts for.' }),
    tokenEndpointAuthMethod: oneOf(
      ['private_key_jwt', 'client_secret_basic', 'client_secret_post', 'tls_client_auth', 'none'],
      'How the client authenticates at the token endpoint. Use none for pages and native apps, which cannot keep a secret.',
    ),
    secretHashes: Type.Optional(
      Type.Array(Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' }), {
        maxItems: 4,
        description:
          'The hashes that assent oauth create-secret prints. List two while a secret is being replaced.',
      }),
    ),
    tlsClientAuthSanDns: Type.Optional(
      Type.String({
        description: 'For tls_client_auth: the DNS name in the client certificate (RFC 8705).',
      }),
    ),
    jwks: Type.Optional(
      Type.Array(dictionary(Type.Unknown()), {
        maxItems: 8,
        description: 'Its public keys as JWKs: P-256, Ed25519, or RSA with RS256 or PS256.',
      }),
    ),
    jwksUri: Type.Optional(
      Type.String({ description: 'The https URL of its JWK Set. Excludes jwks.' }),
    ),
    grantTypes: Type.Optional(
      Type.Array(oneOf(GRANT_TYPES), {
        uniqueItems: true,
        description: 'Default: authorization_code and refresh_token.',
      }),
    ),
    redirectUris: stringList(
      'Redirect URIs, compared as text. http://127.0.0.1/…, http://[::1]/… and http://localhost/… match any port (RFC 8252 §7.3).',
    ),
    allowedOrigins: stringList(
      'The origins of its pages, which may then call the token endpoint with CORS. Native shells have origins such as capacitor://localhost and tauri://localhost.',
    ),
    resources: stringList('The resources that it may request access tokens for (RFC 8707).'),
    resourceServerFor: stringList(
      'The resources that it represents: it may introspect their access tokens.',
    ),
    platformScopes: Type.Optional(
      Type.Array(oneOf(PLATFORM_SCOPES), {
        description: 'The scopes that client_credentials grants to the client itself.',
      }),
    ),
    requirePushedAuthorizationRequests: Type.Optional(
      Type.Boolean({
        description:
          'Whether every authorization request must be pushed (RFC 9126). Default false.',
      }),
    ),
    requireSignedRequestObject: Type.Optional(
      Type.Boolean({
        description:
          'Whether every authorization request must be a signed request object (RFC 9101). Default false.',
      }),
    ),
    dpopBoundAccessTokens: Type.Optional(
      Type.Boolean({
        description:
          'Whether every access token must be bound to a DPoP key (RFC 9449). Default false.',
      }),
    ),
    profile: Type.Optional(
      oneOf(
        CLIENT_PROFILES,
        'A profile of FAPI 2.0. It requires pushed requests, DPoP and keys, and for message signing signed request objects.',
      ),
    ),
    pkce: Type.Optional(PkceSchema),
    assertionAudience: Type.Optional(AssertionAudienceSchema),
    accessTokenFormat: Type.Optional(
      oneOf(
        ['sealed', 'jwt'],
        'The format of access tokens for other resources: sealed tokens are introspected, JWTs are verified by the resource (RFC 9068). Default sealed.',
      ),
    ),
    idTokenSignedResponseAlg: Type.Optional(
      oneOf(
        TOKEN_ALGORITHMS,
        'The algorithm that signs its ID tokens, logout tokens, and access tokens that are JWTs. Default RS256; ES256 with a FAPI profile.',
      ),
    ),
    introspectionSignedResponseAlg: Type.Optional(
      oneOf(
        TOKEN_ALGORITHMS,
        'The algorithm that signs the introspection responses that it requests as JWTs (RFC 9701). Default RS256; ES256 with a FAPI profile.',
      ),
    ),
    userinfoSignedResponseAlg: Type.Optional(
      oneOf(
        TOKEN_ALGORITHMS,
        'The algorithm that signs its UserInfo responses. Default: they are JSON without a signature.',
      ),
    ),
    walletId: Type.Optional(
      Type.String({
        description:
          'The wallet whose users decide on its requests. Default: the first wallet that has an authorizeUrl.',
      }),
    ),
    backchannelLogoutUri: Type.Optional(
      Type.String({
        description:
          'The https URL that receives a logout token when a user withdraws scopes or logs out.',
      }),
    ),
    postLogoutRedirectUris: stringList(
      'Where the browser may be sent after a logout. Compared as text.',
    ),
  },
  { description: 'An OAuth client of one of the mini programs.' },
)

export const OAuthServerSchema = closed(
  {
    dynamicRegistration: Type.Optional(
      Type.Boolean({
        description:
          'Whether clients can register themselves (RFC 7591). They need a token from assent oauth initial-access-token. Default false.',
      }),
    ),
    openRegistrationAppId: Type.Optional(
      Type.String({
        description:
          'The mini program for which clients may register themselves without a token, as clients of the Model Context Protocol do. Anybody can then have a client of this mini program. Default: none.',
      }),
    ),
    redirectSchemes: stringList(
      'Schemes of redirect URIs of native apps that are not a reversed domain name, such as cursor and vscode. Any app on a device can claim such a scheme (RFC 8252 §7.1). Default: none.',
    ),
    registeredClients: Type.Optional(
      closed(
        {
          pkce: Type.Optional(PkceSchema),
          assertionAudience: Type.Optional(AssertionAudienceSchema),
        },
        { description: 'The rules for clients that register themselves.' },
      ),
    ),
    clientCertificateHeader: Type.Optional(
      Type.String({
        pattern: '^[a-z0-9-]+$',
        description:
          'The header in which the proxy passes the verified client certificate as percent-encoded PEM. The proxy must remove this header from incoming requests. Without it, tls_client_auth is unavailable.',
      }),
    ),
  },
  { description: 'The OAuth endpoints.' },
)
