/**
 * @module The port to sealed credentials. Codes and tokens carry their claims in encrypted form, so that nothing is
 * stored when they are issued.
 * @see ARCHITECTURE.md#credentials
 */
import type { ScopeRequest } from '@assent/protocol'
import type { RedirectTarget, UserRef } from '../records.ts'
import type { ClientRegistration } from '../registry.ts'

/** What the credentials of an OAuth client are bound to. */
export type TokenBinding = {
  /** The client that they were issued to. */
  readonly clientId: string
  /** Thumbprint (RFC 7638) of the DPoP key that must be proven with them (RFC 9449). */
  readonly jkt?: string
  /** Only in refresh tokens: whether their access tokens are bound to a DPoP key, whichever it is. New ones must be too. */
  readonly dpopBound?: true
  /** The scopes of each requested authorization detail (RFC 9396). */
  readonly authorizationDetails?: readonly (readonly string[])[]
  /** The resource servers that the access tokens are for (RFC 8707). Absent: this platform. */
  readonly resources?: readonly string[]
  /** When the user was last authenticated. */
  readonly authTime?: number
}

/** What a code of the authorization endpoint is bound to. */
export type CodeBinding = TokenBinding & {
  /** base64url SHA-256 of the redirect URI. */
  readonly redirectHash: string
  /** S256 code challenge (RFC 7636). Absent only if the client may do without. */
  readonly challenge?: string
  readonly nonce?: string
  /** Authentication context class of the login (OpenID Connect Core §2). */
  readonly acr?: string
  /** The names of the claims that the ID token contains besides its own. */
  readonly idTokenClaims?: readonly string[]
}

export type CodeClaims = {
  readonly authorizationId: string
  readonly grantId: number
  /** Modulo `CODE_EPOCHS`: see `epochOfCode`. */
  readonly epoch: number
  readonly scopeSet: number
  readonly issuedAt: number
  /** base64url SHA-256 of the verifier or nonce that must be presented when the code is redeemed. */
  readonly codeChallenge?: string
  readonly binding?: CodeBinding
}

export type AccessTokenClaims = {
  readonly authorizationId: string
  readonly grantId: number
  readonly epoch: number
  readonly clientNumber: number
  readonly scopeSet: number
  readonly issuedAt: number
  readonly expiresAt: number
  /** Only in tokens of OAuth clients. */
  readonly binding?: TokenBinding
}

/** The token of a client that acts on its own behalf (RFC 6749 §4.4). */
export type ClientTokenClaims = {
  readonly scopes: readonly string[]
  readonly issuedAt: number
  readonly expiresAt: number
  readonly binding: TokenBinding
}

/** An initial access token for dynamic registration (RFC 7591 §1.2). It registers one client. */
export type RegistrationClaims = ClientRegistration & {
  readonly appId: string
  readonly expiresAt: number
}

export type RefreshTokenClaims = {
  readonly authorizationId: string
  readonly grantId: number
  readonly epoch: number
  readonly scopeSet: number
  readonly generation: number
  readonly keyVersion: number
  readonly binding?: TokenBinding
}

/** The claims that decide whether a credential is valid. */
export type CredentialClaims = Pick<
  AccessTokenClaims,
  'authorizationId' | 'grantId' | 'epoch' | 'issuedAt'
>

/** A browser session of the privacy page. */
export type PrivacySessionClaims = {
  readonly user: UserRef
  /** BCP 47 */
  readonly locale?: string
  /** An IANA time zone. Absent: unknown. */
  readonly timeZone?: string
  readonly expiresAt: number
}

/** What an administrator who has begun to sign in must complete in the same browser. */
export type AdminSignInClaims = { readonly expiresAt: number } & (
  | {
      readonly step: 'oidc'
      readonly state: string
      readonly nonce: string
      readonly codeVerifier: string
    }
  | { readonly step: 'passkey'; readonly challenge: string }
  | { readonly step: 'invitation'; readonly challenge: string; readonly memberId: string }
)

/** An authorization request that a merchant's server prepared. Any user of its wallet may open it. */
export type AuthRequestClaims = {
  /** The wallet whose page it was made for. No other wallet opens it. */
  readonly walletId?: string
  /** Random. Identifies a request of `prepare`, which is answered once. Requests of OAuth clients have their own. */
  readonly requestId?: string
  readonly appId: string
  readonly scopes: readonly ScopeRequest[]
  readonly redirect?: RedirectTarget
  readonly expiresAt: number
}

/** The parameters of an authorization response that the browser posts to the client (OAuth 2.0 Form Post Response Mode). */
export type FormResponseClaims = {
  readonly uri: string
  readonly parameters: Readonly<Record<string, string>>
  readonly expiresAt: number
}

/**
 * Seals claims into credentials and opens them. All methods are synchronous and use only the node's master keys.
 *
 * `seal…` and `make…` throw a `TypeError` for claims that do not fit the format. `open…` returns `undefined` for any
 * text that was not sealed by this server as a credential of this type; the caller must check the expiry.
 */
export interface Credentials {
  /** Seals a code. Its `authorizationId` is derived from the issue time and a random nonce. */
  sealCode(claims: Omit<CodeClaims, 'authorizationId'>): string
  openCode(code: string): CodeClaims | undefined
  sealAccessToken(claims: AccessTokenClaims): string
  openAccessToken(token: string): AccessTokenClaims | undefined
  /** Makes a refresh token. Deterministic: equal claims give equal tokens, so that a repeated request gets the same response. */
  makeRefreshToken(claims: RefreshTokenClaims): string
  openRefreshToken(token: string): RefreshTokenClaims | undefined
  /** Seals the claims of a JWT access token into its `jti` (RFC 9068). A `jti` is not accepted as an access token. */
  sealTokenId(claims: AccessTokenClaims): string
  openTokenId(id: string): AccessTokenClaims | undefined
  /** Seals an initial access token, which permits to register a client of a mini program (RFC 7591). */
  sealRegistrationToken(claims: RegistrationClaims, now: number): string
  openRegistrationToken(token: string): RegistrationClaims | undefined
  sealClientToken(claims: ClientTokenClaims): string
  openClientToken(token: string): ClientTokenClaims | undefined
  /** Seals a nonce for DPoP proofs (RFC 9449 §8). */
  sealProofNonce(now: number): string
  /** @returns when the nonce was issued */
  openProofNonce(nonce: string): number | undefined
  sealAuthRequest(claims: AuthRequestClaims, now: number): string
  openAuthRequest(text: string): AuthRequestClaims | undefined
  sealFormResponse(claims: FormResponseClaims, now: number): string
  openFormResponse(text: string): FormResponseClaims | undefined
  sealPrivacySession(claims: PrivacySessionClaims, now: number): string
  openPrivacySession(text: string): PrivacySessionClaims | undefined
  sealAdminSignIn(claims: AdminSignInClaims, now: number): string
  openAdminSignIn(text: string): AdminSignInClaims | undefined
  /** The version of the master key that new credentials are sealed with. */
  readonly keyVersion: number
}
