/**
 * @module The registry: scopes, merchants, mini programs and wallets as the operator declares them.
 */
import type { ConsentDuration, UserField } from '@assent/protocol'
import { type UserRef, userKey } from './records.ts'

/** How much care a scope needs: `restricted` ones are the most sensitive. */
export type Sensitivity = 'basic' | 'sensitive' | 'restricted'

export type ScopeText = {
  /** Completes “would like to”. */
  readonly title: string
  readonly description: string
}

export type ScopeEntry = {
  readonly scope: string
  /** Granted without asking: it opens the pairwise id and nothing else. */
  readonly implicit: boolean
  readonly sensitivity: Sensitivity
  /** The fields of the user that it opens. */
  readonly fields: readonly UserField[]
  /** The scope of which this one is a smaller answer: the sheet offers it beside that one when both are asked. */
  readonly narrowerThan?: string
  /** Name of an icon of the consent page. */
  readonly icon: string
  /** By BCP 47 language. `en` is always there. */
  readonly texts: Readonly<Record<string, ScopeText>>
}

/** How a client wants to be told: in our words, in those of AMS, or as a Security Event Token (RFC 8417). */
export type NotifyFormat = 'assent' | 'ams' | 'set'

export type Client = {
  readonly clientId: string
  /** Interned: what credentials carry instead of the id. */
  readonly number: number
  readonly name: string
  /** ISO 3166-1 alpha-2 */
  readonly country?: string
  /** Where its users can write to: a URL or an e-mail address. */
  readonly contact?: string
  readonly active: boolean
  readonly accessTokenLifetimeSeconds: number
  readonly refreshTokenLifetimeSeconds: number
  readonly redirectUris: readonly string[]
  /** Where its notifications go, and how they look. Without a URL, it fetches them itself (RFC 8936). */
  readonly notify?: { readonly url?: string; readonly format: NotifyFormat }
}

export const GRANT_TYPES = [
  'authorization_code',
  'refresh_token',
  'client_credentials',
  'urn:ietf:params:oauth:grant-type:token-exchange',
] as const
export type GrantType = (typeof GRANT_TYPES)[number]

/** How an OAuth client proves who it is (RFC 8414: `token_endpoint_auth_methods`). */
export type TokenEndpointAuth =
  | { readonly method: 'none' }
  | {
      readonly method: 'client_secret_basic' | 'client_secret_post'
      /** Keyed hashes: all that are good at present. */
      readonly secretHashes: readonly string[]
    }
  | { readonly method: 'private_key_jwt' }
  | {
      readonly method: 'tls_client_auth'
      /** The DNS name in the certificate (RFC 8705 §2.1.2: `tls_client_auth_san_dns`). */
      readonly tlsClientAuthSanDns: string
    }

/** A public key of a client, as a JWK (RFC 7517). */
export type PublicJwk = Readonly<Record<string, unknown>>

/** Speaks OAuth for a mini program: the grants are the mini program's, the subjects its merchant's. */
export type OAuthClient = {
  readonly clientId: string
  readonly appId: string
  readonly tokenEndpointAuth: TokenEndpointAuth
  readonly grantTypes: readonly GrantType[]
  /** Compared as text; of a loopback one the port is free (RFC 8252 §7.3). */
  readonly redirectUris: readonly string[]
  /** Origins of its pages, when it runs in a browser. */
  readonly allowedOrigins: readonly string[]
  /** What verifies its assertions and request objects, or where that is. */
  readonly jwks: readonly PublicJwk[]
  readonly jwksUri?: string
  /** For whom it may ask access tokens (RFC 8707). */
  readonly resources: readonly string[]
  /** As whom it may introspect tokens that others were given: the resources that it is. */
  readonly resourceServerFor: readonly string[]
  /** What it may do for itself, by client credentials. */
  readonly platformScopes: readonly PlatformScope[]
  readonly requirePushedAuthorizationRequests: boolean
  readonly requireSignedRequestObject: boolean
  readonly dpopBoundAccessTokens: boolean
  /** Of tokens for foreign resources: RFC 9068, or sealed and to be introspected. */
  readonly accessTokenFormat: 'sealed' | 'jwt'
  /** The wallet whose users it asks. Default: the first that has a page for that. */
  readonly walletId?: string
  /** Told when a grant ends (OpenID Connect Back-Channel Logout). */
  readonly backchannelLogoutUri?: string
}

/** What a client may do for itself, without a user. */
export const PLATFORM_SCOPES = ['events', 'deletions', 'grants'] as const
export type PlatformScope = (typeof PLATFORM_SCOPES)[number]

export type MiniProgram = {
  readonly appId: string
  readonly clientId: string
  readonly name: string
  /** URL, or empty for a letter tile. */
  readonly icon: string
  readonly domains: readonly string[]
  readonly scopes: ReadonlySet<string>
  readonly active: boolean
  /** The operator has checked who is behind it. */
  readonly verified: boolean
  /** Who can use it while it is not verified, by `userKey`. */
  readonly testers: ReadonlySet<string>
  /** Why it wants each scope, in its own words. */
  readonly purposes: Readonly<Record<string, Purpose>>
  /** Who gets the data besides the merchant. */
  readonly recipients: readonly string[]
  readonly policyUrl?: string
  readonly termsUrl?: string
  /** For how long the merchant keeps it, and where, as it stands in receipts. */
  readonly retention?: string
  readonly storageLocation?: string
}

export type Purpose = {
  /** Changes when the purpose does: then the user is asked again. */
  readonly version: string
  /** By BCP 47 language. `en` is always there. */
  readonly texts: Readonly<Record<string, string>>
}

/** An OpenAPI that granted scopes open. */
export type Api = {
  readonly name: string
  /** The scopes that open it. Never empty. */
  readonly scopes: readonly string[]
  /** Whether one of them is enough, or all are needed. */
  readonly scopeMatch: 'any' | 'all'
  /** What each scope opens of the answer, as paths such as `cards[].brand`. Absent: the answer passes whole. */
  readonly fields?: Readonly<Record<string, readonly string[]>>
  /** With `sensitive` and `restricted` ones, a withdrawal counts at once. */
  readonly sensitivity: Sensitivity
}

export type Wallet = {
  readonly walletId: string
  readonly name: string
  /** What merchants call it in `customerBelongsTo`. */
  readonly customerBelongsTo: string
  /** Where its users withdraw, as it reads on the sheet. */
  readonly settingsPath: string
  /** Origins of its web hosts: they may frame the consent page and are told when it is done. */
  readonly origins: readonly string[]
  /** Where a user is sent to answer a prepared request. */
  readonly authorizeUrl?: string
}

export type Registry = {
  readonly scopes: ReadonlyMap<string, ScopeEntry>
  readonly clients: ReadonlyMap<string, Client>
  readonly clientsByNumber: ReadonlyMap<number, Client>
  readonly miniPrograms: ReadonlyMap<string, MiniProgram>
  readonly oauthClients: ReadonlyMap<string, OAuthClient>
  readonly wallets: ReadonlyMap<string, Wallet>
  readonly apis: ReadonlyMap<string, Api>
  /** For how long a user may let a mini program, by the tier of the scope. Never empty, the shortest first. */
  readonly consentDurations: Readonly<Record<Sensitivity, readonly ConsentDuration[]>>
}

/** While a mini program is not verified, only its testers can use it (requirement R062). */
export function isAvailableTo({ verified, testers }: MiniProgram, user: UserRef): boolean {
  return verified || testers.has(userKey(user))
}

/** Approved, and not restricted for a mini program that is not verified (requirement R062). */
export function isScopeApproved(
  registry: Registry,
  miniProgram: MiniProgram,
  scope: string,
): boolean {
  const { verified, scopes } = miniProgram
  return scopes.has(scope) && (verified || registry.scopes.get(scope)?.sensitivity !== 'restricted')
}

/** The mini program of an active client, or `undefined`. */
export function activeMiniProgram(
  registry: Registry,
  appId: string,
): { readonly miniProgram: MiniProgram; readonly client: Client } | undefined {
  const miniProgram = registry.miniPrograms.get(appId)
  const client = miniProgram && registry.clients.get(miniProgram.clientId)
  return client?.active && miniProgram?.active ? { miniProgram, client } : undefined
}
