/**
 * @module The client of a merchant's server: every operation of the OpenAPI in one dialect, and tokens that keep
 * themselves usable.
 */
import {
  DIALECTS,
  type DialectName,
  type MerchantApiReplies,
  type Notification,
  type Operation,
  type Tokens,
  type UserInfo,
} from '@assent/protocol'
import { createCaller, type ObservedCall, type Repeat } from './caller.ts'
import { AuthorizationRequiredError, ResultError } from './errors.ts'
import { type KeyInput, toPrivateKey, toPublicKey } from './message.ts'
import { createTokenKeeper } from './token-keeper.ts'
import { createMemoryTokenStore, type TokenStore } from './token-store.ts'

export type MerchantClientOptions = {
  /** The platform, without a path: `https://assent.example`. Plain http only to this machine. */
  readonly baseUrl: string
  readonly clientId: string
  /** The merchant's private key, PEM. */
  readonly privateKey: KeyInput
  /** The version under which the platform knows its public key. Default 1. */
  readonly keyVersion?: number
  /** The platform's public key (`assent keys show`). */
  readonly platformPublicKey: KeyInput
  /** How the wallet spells paths and codes. Default `v1`. */
  readonly dialect?: DialectName
  /** Default: in memory. */
  readonly tokenStore?: TokenStore
  /** Default 5000. */
  readonly timeoutMilliseconds?: number
  readonly fetch?: typeof fetch
  /** Called after every answered call. */
  readonly onCall?: (call: ObservedCall) => void
}

/** What a code is bound to, when the page bound it. */
export type CodeBinding = { readonly codeVerifier?: string; readonly nonce?: string }

export interface MerchantClient {
  /**
   * Trades a code for tokens and stores them. Sent once: after an `OutcomeUnknownError`, ask for a new code.
   * @throws {MerchantError}
   */
  applyToken(request: { readonly authCode: string } & CodeBinding): Promise<Tokens>
  /** Like {@link applyToken}, with the user's data when the scopes open any. */
  applyTokenAndInquiryUserInfo(
    request: { readonly authCode: string } & CodeBinding,
  ): Promise<{ readonly tokens: Tokens; readonly userInfo: UserInfo | undefined }>
  /** Refreshes now. Concurrent calls for one customer share one refresh. @throws {AuthorizationRequiredError} */
  refresh(customerId: string): Promise<Tokens>
  /**
   * The user's data that the granted scopes open; refreshes when needed.
   * @throws {AuthorizationRequiredError} when the user has withdrawn
   */
  inquiryUserInfo(customerId: string): Promise<UserInfo>
  /**
   * Calls an API of the wallet for this customer; refreshes when needed. One that writes needs a `requestId` in its request: a new
   * one for each thing to do, the same one to try again.
   * @param path as the wallet documents it
   * @returns the answer without its `result`
   * @throws {ScopesMissingError} when the user has to be asked for more
   * @throws {AuthorizationRequiredError} when the user has withdrawn
   */
  callApi<Answer extends object>(
    customerId: string,
    path: string,
    request?: object,
  ): Promise<Answer>
  /**
   * What happened to this client's authorizations since a cursor, or in the last 90 days: for what a notification could not bring.
   * As long as it returns events, there may be more.
   */
  listEvents(request?: {
    readonly cursor?: string
    readonly limit?: number
  }): Promise<{ readonly events: readonly Notification[]; readonly cursor: string }>
  /** Says that what this merchant had of a customer is deleted. The user sees it in the wallet. */
  acknowledgeDeletion(customerId: string): Promise<void>
  /** Ends the customer's tokens at the platform and forgets them here. */
  cancelToken(customerId: string): Promise<void>
  /** What became of the customer's access token. */
  query(customerId: string): Promise<MerchantApiReplies['query']>
  /** A URL at which a user answers outside a mini program. */
  prepare(request: {
    readonly scopes: readonly string[]
    readonly appId?: string
    readonly authRedirectUrl?: string
    readonly authState?: string
    readonly customerBelongsTo?: string
  }): Promise<{ readonly authUrl: string }>
}

const DEFAULT_TIMEOUT_MILLISECONDS = 5000

/** @throws {TypeError} for plain http to another machine */
export function createMerchantClient(options: MerchantClientOptions): MerchantClient {
  const { dialect = 'v1', tokenStore = createMemoryTokenStore() } = options
  const call = createCaller({
    baseUrl: requireSafe(options.baseUrl),
    clientId: options.clientId,
    privateKey: toPrivateKey(options.privateKey),
    keyVersion: options.keyVersion ?? 1,
    platformPublicKey: toPublicKey(options.platformPublicKey),
    timeoutMilliseconds: options.timeoutMilliseconds ?? DEFAULT_TIMEOUT_MILLISECONDS,
    fetch: options.fetch ?? fetch,
    onCall: options.onCall,
  })

  function operate<O extends Operation>(
    operation: O,
    request: object,
    repeat: Repeat,
  ): Promise<MerchantApiReplies[O]> {
    const [path] = DIALECTS[dialect].paths[operation]
    return call<MerchantApiReplies[O]>(path, request, repeat)
  }

  // The platform gives the same successor to a repeated refresh, so repeating it is safe.
  const keeper = createTokenKeeper(tokenStore, (refreshToken) =>
    operate('applyToken', { grantType: 'REFRESH_TOKEN', refreshToken }, 'safe'),
  )

  async function withToken<T>(
    customerId: string,
    use: (accessToken: string) => Promise<T>,
  ): Promise<T> {
    const accessToken = await keeper.accessToken(customerId)
    try {
      return await use(accessToken)
    } catch (error) {
      if (!isTokenRefused(error)) throw error
      const renewed = await keeper.renew(customerId, accessToken)
      return use(renewed.accessToken)
    }
  }

  return {
    async applyToken(request) {
      const reply = await operate(
        'applyToken',
        { grantType: 'AUTHORIZATION_CODE', ...request },
        'once',
      )
      const tokens = tokensOf(reply)
      await keeper.keep(tokens)
      return tokens
    },
    async applyTokenAndInquiryUserInfo(request) {
      const exchange = { grantType: 'AUTHORIZATION_CODE', ...request }
      const { userInfo, ...reply } = await operate('applyTokenAndInquiryUserInfo', exchange, 'once')
      const tokens = tokensOf(reply as Tokens)
      await keeper.keep(tokens)
      return { tokens, userInfo }
    },
    refresh: (customerId) => keeper.renew(customerId),
    async inquiryUserInfo(customerId) {
      const reply = await withToken(customerId, (accessToken) =>
        operate('inquiryUserInfo', { accessToken }, 'safe'),
      )
      return reply.userInfo
    },
    async callApi<Answer extends object>(
      customerId: string,
      path: string,
      request: object = {},
    ): Promise<Answer> {
      const { result: _, ...answer } = await withToken(customerId, (accessToken) =>
        call<Answer>(path, { ...request, accessToken }, 'safe'),
      )
      return answer as unknown as Answer
    },
    async listEvents(request = {}) {
      const { events, cursor } = await operate('events', request, 'safe')
      return { events, cursor }
    },
    async acknowledgeDeletion(customerId) {
      await operate('acknowledgeDeletion', { userId: customerId }, 'safe')
      await keeper.forget(customerId)
    },
    async cancelToken(customerId) {
      const tokens = await tokenStore.get(customerId)
      if (!tokens) return
      await operate('cancelToken', { accessToken: tokens.accessToken }, 'safe')
      await keeper.forget(customerId)
    },
    async query(customerId) {
      const tokens = await tokenStore.get(customerId)
      if (!tokens) throw new AuthorizationRequiredError('there is no token of this customer')
      return operate('query', { accessToken: tokens.accessToken }, 'safe')
    },
    prepare: (request) => operate('prepare', request, 'safe'),
  }
}

function isTokenRefused(error: unknown): boolean {
  return (
    error instanceof ResultError &&
    (error.resultCode === 'INVALID_ACCESS_TOKEN' || error.resultCode === 'EXPIRED_ACCESS_TOKEN')
  )
}

function tokensOf(reply: Tokens): Tokens {
  const {
    accessToken,
    accessTokenExpiryTime,
    refreshToken,
    refreshTokenExpiryTime,
    customerId,
    scope,
    userLoginId,
  } = reply
  return {
    accessToken,
    accessTokenExpiryTime,
    refreshToken,
    refreshTokenExpiryTime,
    customerId,
    scope,
    ...(userLoginId !== undefined && { userLoginId }),
  }
}

const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost'])

function requireSafe(baseUrl: string): string {
  const { protocol, hostname, origin } = new URL(baseUrl)
  if (protocol !== 'https:' && !LOOPBACK.has(hostname)) {
    throw new TypeError(`baseUrl ${origin} is not https: tokens would travel in the clear`)
  }
  return origin
}
