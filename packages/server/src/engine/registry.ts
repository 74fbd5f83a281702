/**
 * @module The registry: scopes, clients, mini programs, APIs and wallets that the operator declares.
 */
import type { ConsentDuration, SignatureEncoding, UserField } from '@assent/protocol'
import type { TokenAlgorithm } from './oauth/token-algorithms.ts'
import type { UserRef } from './records.ts'

/** How sensitive the data of a scope is. `restricted` is the most sensitive. */
export type Sensitivity = 'basic' | 'sensitive' | 'restricted'

export type ScopeText = {
  /** Completes “would like to”. */
  readonly title: string
  /** What the scope gives. The reason is the purpose of the mini program. */
  readonly description: string
}

export type ScopeEntry = {
  readonly scope: string
  /** Granted without a prompt. Permits to read the pairwise id and nothing else. */
  readonly implicit: boolean
  readonly sensitivity: Sensitivity
  /** The fields of the user that the scope permits to read. */
  readonly fields: readonly UserField[]
  /** The broader scope. When both are requested, the prompt offers this scope as an alternative to it. */
  readonly narrowerThan?: string
  /** The name of an icon of the consent page. */
  readonly icon: string
  /** By BCP 47 language. `en` is always there. */
  readonly texts: Readonly<Record<string, ScopeText>>
}

/** The format of notifications: our own, that of AMS, or a Security Event Token (RFC 8417). */
export type NotifyFormat = 'assent' | 'ams' | 'set'

export type NotifySettings = {
  /** Without a URL, the client polls for its events (RFC 8936). */
  readonly url?: string
  readonly format: NotifyFormat
  /** The encoding of signatures, if the operator has set one. */
  readonly signatureEncoding?: SignatureEncoding
}

export type Client = {
  readonly clientId: string
  /** The number that credentials carry instead of the id. */
  readonly number: number
  readonly name: string
  /** ISO 3166-1 alpha-2 */
  readonly country?: string
  /** The contact for its users: a URL or an email address. */
  readonly contact?: string
  readonly active: boolean
  /** Consents that were given up to this instant are asked for again. Absent: none are. */
  readonly consentsNotBefore?: number
  /** Tokens that its OAuth clients got for themselves up to this instant are revoked. Absent: none are. */
  readonly clientTokensNotBefore?: number
  readonly accessTokenLifetimeSeconds: number
  readonly refreshTokenLifetimeSeconds: number
  readonly redirectUris: readonly string[]
  readonly notify?: NotifySettings
}

export const GRANT_TYPES = [
  'authorization_code',
  'refresh_token',
  'client_credentials',
  'urn:ietf:params:oauth:grant-type:token-exchange',
] as const
export type GrantType = (typeof GRANT_TYPES)[number]

/** How an OAuth client authenticates (RFC 8414: `token_endpoint_auth_methods_supported`). */
export type TokenEndpointAuth =
  | { readonly method: 'none' }
  | {
      readonly method: 'client_secret_basic' | 'client_secret_post'
      /** Keyed hashes of all secrets that are valid at present. */
      readonly secretHashes: readonly string[]
    }
  | { readonly method: 'private_key_jwt' }
  | {
      readonly method: 'tls_client_auth'
      /** The DNS name in the certificate (RFC 8705 §2.1.2: `tls_client_auth_san_dns`). */
      readonly tlsClientAuthSanDns: string
    }

/**
 * Security profiles, each stricter than the one before.
 * @see [FAPI 2.0 Security Profile](https://openid.net/specs/fapi-security-profile-2_0-final.html),
 * [FAPI 2.0 Message Signing](https://openid.net/specs/fapi-message-signing-2_0-final.html)
 */
export const CLIENT_PROFILES = ['fapi2-security', 'fapi2-message-signing'] as const
export type ClientProfile = (typeof CLIENT_PROFILES)[number]

/** What protects the codes of a client: PKCE, PKCE or the nonce of OpenID Connect, or the client alone. */
export const PKCE_RULES = ['required', 'or-nonce', 'optional'] as const
export type PkceRule = (typeof PKCE_RULES)[number]

/** The accepted audiences of client assertions. */
export const ASSERTION_AUDIENCES = ['issuer', 'issuer-or-endpoint'] as const
export type AssertionAudience = (typeof ASSERTION_AUDIENCES)[number]

/** A public key of a client, as a JWK (RFC 7517). */
export type PublicJwk = Readonly<Record<string, unknown>>

/** An OAuth client of a mini program. It shares the grants of the mini program and the subjects of its merchant. */
export type OAuthClient = {
  readonly clientId: string
  readonly appId: string
  readonly tokenEndpointAuth: TokenEndpointAuth
  readonly grantTypes: readonly GrantType[]
  /** Compared as text, except that the port of a loopback address may vary (RFC 8252 §7.3). */
  readonly redirectUris: readonly string[]
  /** The origins of its pages, when it runs in a browser. */
  readonly allowedOrigins: readonly string[]
  /** The keys that verify its assertions and request objects. */
  readonly jwks: readonly PublicJwk[]
  /** The address of the keys, instead of `jwks`. */
  readonly jwksUri?: string
  /** The list of redirect URIs that it was registered with (OpenID Connect Registration §5). */
  readonly sectorIdentifierUri?: string
  /** The resource servers that it may request access tokens for (RFC 8707). */
  readonly resources: readonly string[]
  /** The resources that it serves. It may introspect tokens that were issued for them to other clients. */
  readonly resourceServerFor: readonly string[]
  /** The scopes that it may request by client credentials. */
  readonly platformScopes: readonly PlatformScope[]
  readonly requirePushedAuthorizationRequests: boolean
  readonly requireSignedRequestObject: boolean
  readonly dpopBoundAccessTokens: boolean
  readonly profile?: ClientProfile
  /** Default: `required`. */
  readonly pkce?: PkceRule
  /** Default: `issuer`. */
  readonly assertionAudience?: AssertionAudience
  /** The format of tokens for other resource servers: a JWT (RFC 9068), or sealed, for introspection. */
  readonly accessTokenFormat: 'sealed' | 'jwt'
  /** Signs its ID tokens, logout tokens, and access tokens that are JWTs. */
  readonly idTokenSignedResponseAlg: TokenAlgorithm
  /** Signs the introspection responses that it requests as JWTs (RFC 9701). */
  readonly introspectionSignedResponseAlg: TokenAlgorithm
  /** The algorithm of UserInfo responses. Absent: they are JSON without a signature. */
  readonly userinfoSignedResponseAlg?: TokenAlgorithm
  /** The wallet that its users are sent to. Default: the first one with an `authorizeUrl`. */
  readonly walletId?: string
  /** Notified when a grant ends (OpenID Connect Back-Channel Logout). */
  readonly backchannelLogoutUri?: string
  /** Where the browser may be sent after a logout (OpenID Connect RP-Initiated Logout). Compared as text. */
  readonly postLogoutRedirectUris?: readonly string[]
  /** Only of a client that registered itself: what its initial access token permits. */
  readonly registration?: ClientRegistration
}

export type ClientRegistration = {
  /** The hosts and private-use schemes of its redirect URIs. */
  readonly redirectHosts: readonly string[]
  /** Whether the operator answers for who the client is. */
  readonly isVouchedFor: boolean
}

/** Of the names of all scopes, separated by spaces: a client may request in one request all that the metadata lists. */
export const MAX_SCOPE_TEXT_LENGTH = 4096

/** The scopes of a client that acts without a user (RFC 6749 §4.4). */
export const PLATFORM_SCOPES = ['events', 'deletions', 'grants'] as const
export type PlatformScope = (typeof PLATFORM_SCOPES)[number]

export type MiniProgram = {
  readonly appId: string
  readonly clientId: string
  readonly name: string
  /** A URL. Empty: a tile with the first letter of the name. */
  readonly icon: string
  readonly domains: readonly string[]
  readonly scopes: ReadonlySet<string>
  readonly active: boolean
  /** As {@link Client.clientTokensNotBefore}, for the OAuth clients of this mini program. */
  readonly clientTokensNotBefore?: number
  /** Whether the operator has verified the merchant's identity. */
  readonly verified: boolean
  /** Whether a user may use it while it is not verified. */
  isTester(user: UserRef): boolean
  /** The purpose of each scope, as the merchant states it. */
  readonly purposes: Readonly<Record<string, Purpose>>
  /** The recipients of the data besides the merchant. */
  readonly recipients: readonly string[]
  readonly policyUrl?: string
  readonly termsUrl?: string
  /** For how long the merchant keeps the data. Stated in receipts. */
  readonly retention?: string
  /** Where the merchant keeps the data. Stated in receipts. */
  readonly storageLocation?: string
}

export type Purpose = {
  /** Changes with the purpose, so that users are prompted again. */
  readonly version: string
  /** By BCP 47 language. `en` is always there. */
  readonly texts: Readonly<Record<string, string>>
}

/** An API of the gateway, which granted scopes give access to. */
export type Api = {
  readonly name: string
  /** The scopes that give access to it. Never empty. */
  readonly scopes: readonly string[]
  /** Whether one of the scopes is sufficient or all are required. */
  readonly scopeMatch: 'any' | 'all'
  /** The fields of the response that each scope permits, as paths such as `cards[].brand`. Absent: the response is not filtered. */
  readonly fields?: Readonly<Record<string, readonly string[]>>
  /** `sensitive` and `restricted` APIs check tokens with strong consistency, so that a withdrawal takes effect at once. */
  readonly sensitivity: Sensitivity
}

export type Wallet = {
  readonly walletId: string
  readonly name: string
  /** Its name in the field `customerBelongsTo` of merchants. */
  readonly customerBelongsTo: string
  /** The menu path where users withdraw consent, as shown on the prompt. */
  readonly settingsPath: string
  /** The origins of its web hosts. They may embed the consent page in a frame and are notified when it is done. */
  readonly origins: readonly string[]
  /** The page that users are sent to with a prepared request. */
  readonly authorizeUrl?: string
  /** The page that ends the user's session in the browser. */
  readonly logoutUrl?: string
  /** ISO 3166-1 alpha-2: where phone numbers without a country code are from. */
  readonly defaultCountry?: string
}

/** What every request may need: few entries, always in memory. */
export type Catalog = {
  readonly scopes: ReadonlyMap<string, ScopeEntry>
  readonly wallets: ReadonlyMap<string, Wallet>
  readonly apis: ReadonlyMap<string, Api>
  /** The consent durations that may be offered, by the sensitivity of the scope. Never empty, the shortest first. */
  readonly consentDurations: Readonly<Record<Sensitivity, readonly ConsentDuration[]>>
}

/**
 * What a lookup finds: the value itself when it is in memory, and otherwise a promise, because it is read from the store. Callers
 * `await` it in both cases; a value in memory then needs no promise.
 * @example const client = await registry.findClient('client-1')
 */
export type Lookup<T> = T | undefined | Promise<T | undefined>

/** Whose name it is: of a client, or of one of its mini programs. */
export type NameOwner = { readonly name: string; readonly clientId: string }

/**
 * The catalog, and lookups of records of which there may be very many. Nothing lists all of them.
 * Implementations are plain objects, so that a registry can be spread.
 */
export interface Registry extends Catalog {
  findClient(clientId: string): Lookup<Client>
  findClientByNumber(number: number): Lookup<Client>
  findMiniProgram(appId: string): Lookup<MiniProgram>
  /** Only clients that the operator declares. `findOAuthClient` also finds those that registered themselves. */
  findOAuthClient(clientId: string): Lookup<OAuthClient>
  /** The mini programs of a client, active and suspended ones. */
  listMiniPrograms(clientId: string): Promise<readonly MiniProgram[]>
  /** The OAuth clients of a mini program. */
  listOAuthClients(appId: string): Promise<readonly OAuthClient[]>
  /** The OAuth clients that have a key. Only the key itself is compared, not its `kid`, `alg` and `use`. */
  listOAuthClientsByKey(key: PublicJwk): Promise<readonly OAuthClient[]>
  /** The clients and mini programs whose names people take for this one. */
  listNamesLike(name: string): Promise<readonly NameOwner[]>
  /** Whether an OAuth client has pages at this origin. */
  hasPageOrigin(origin: string): boolean | Promise<boolean>
}

/**
 * Whether a user may use a mini program. While it is not verified, only its testers may.
 * @see docs/consent.md#unverified-mini-programs
 */
export function isAvailableTo(miniProgram: MiniProgram, user: UserRef): boolean {
  return miniProgram.verified || miniProgram.isTester(user)
}

/**
 * Whether a scope is approved for a mini program. Restricted scopes need a verified mini program.
 * @see docs/consent.md#unverified-mini-programs
 */
export function isScopeApproved(
  registry: Pick<Registry, 'scopes'>,
  miniProgram: MiniProgram,
  scope: string,
): boolean {
  const { verified, scopes } = miniProgram
  return scopes.has(scope) && (verified || registry.scopes.get(scope)?.sensitivity !== 'restricted')
}

/** Whether a scope is granted without a prompt. */
export function isImplicit({ scopes }: Pick<Registry, 'scopes'>, scope: string): boolean {
  return scopes.get(scope)?.implicit === true
}

export type ActiveMiniProgram = { readonly miniProgram: MiniProgram; readonly client: Client }

/** Finds a mini program and its client. @returns `undefined` unless both are active */
export function findActiveMiniProgram(
  registry: Pick<Registry, 'findMiniProgram' | 'findClient'>,
  appId: string,
): Lookup<ActiveMiniProgram> {
  return afterLookup(registry.findMiniProgram(appId), (miniProgram) => {
    if (!miniProgram?.active) return undefined
    return afterLookup(registry.findClient(miniProgram.clientId), (client) =>
      client?.active ? { miniProgram, client } : undefined,
    )
  })
}

/** Continues with what a lookup finds: at once when it is in memory, without a promise. For what every request does. */
export function afterLookup<T, U>(
  found: Lookup<T>,
  next: (record: T | undefined) => U | Promise<U>,
): U | Promise<U> {
  return found instanceof Promise ? found.then(next) : next(found)
}
