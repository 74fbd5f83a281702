/**
 * @module The client of a merchant's server: the merchant API of the platform in one dialect, with automatic token refresh.
 */
import {
  DIALECTS,
  type DialectName,
  type MerchantApiReplies,
  type Notification,
  type Operation,
  parseUserInfo,
  type Tokens,
  type UserInfo,
} from '@assent/protocol'
import { requireHttps } from './connection.ts'
import { type KeyInput, readPrivateKey } from './keys.ts'
import { createPlatformKeyRing, type PlatformKeys } from './platform-keys.ts'
import { recoveryFrom } from './recovery.ts'
import {
  createSignedRequestSender,
  type ObservedCall,
  type Retry,
  type SendSignedRequest,
} from './signed-request.ts'
import { createTokenRefresher, readTokens } from './token-refresh.ts'
import { type Customer, createMemoryTokenStore, type TokenStore } from './token-store.ts'

/**
 * The options of {@link createMerchantClient}.
 *
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs'
 * import type { MerchantClientOptions } from '@assent/merchant'
 *
 * export const options: MerchantClientOptions = {
 *   baseUrl: 'https://assent.wallet.example',
 *   clientId: '2018103116394800000000',
 *   privateKey: readFileSync('private-key.pem'),
 *   platformKeys: { url: 'https://assent.wallet.example/.well-known/assent/reply-keys' },
 *   dialect: 'v1',
 *   timeoutMilliseconds: 3000,
 * }
 * ```
 * @see docs/merchants.md
 */
export type MerchantClientOptions = {
  /** The origin of the platform, without a path: `https://assent.example`. Plain http is allowed for loopback only. */
  readonly baseUrl: string
  /** The client id that the wallet's operator assigned. */
  readonly clientId: string
  /** The merchant's private RSA key. */
  readonly privateKey: KeyInput
  /** The version under which the platform registered the public key. Default: 1. */
  readonly keyVersion?: number
  /** The platform's public keys: one, several by version, or the URL at which the platform publishes them. */
  readonly platformKeys: PlatformKeys
  /** The wallet's variant of paths and result codes. Default: `v1`. */
  readonly dialect?: DialectName
  /** Where tokens are stored. Default: in memory, lost when the process ends. */
  readonly tokenStore?: TokenStore
  /** How long one attempt may take. Default: 5000. */
  readonly timeoutMilliseconds?: number
  /** Default: the global `fetch`. */
  readonly fetch?: typeof fetch
  /** Called after every verified reply, for tracing. */
  readonly onCall?: (call: ObservedCall) => void
}

/**
 * A code, and the session that it is bound to, if the page bound it.
 *
 * @example
 * ```ts
 * import type { CodeExchange } from '@assent/merchant'
 *
 * export const exchange: CodeExchange = {
 *   appId: '3300000000000001',
 *   authCode: 'ac_1',
 *   codeVerifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
 * }
 * ```
 * @see [RFC 7636 §4.1](https://www.rfc-editor.org/rfc/rfc7636.html#section-4.1), `code_verifier`
 */
export type CodeExchange = {
  /** The id of the mini program that sent the code. The platform rejects the code of another one. */
  readonly appId: string
  readonly authCode: string
  /** The verifier whose S256 challenge the page passed as `codeChallenge`. */
  readonly codeVerifier?: string
  /** The nonce that the page passed. */
  readonly nonce?: string
}

/**
 * The status of a stored access token. Expiry times are RFC 3339.
 *
 * @example
 * ```ts
 * import type { StoredTokenStatus } from '@assent/merchant'
 *
 * export function isLoggedIn({ tokenStatusType }: StoredTokenStatus): boolean {
 *   return tokenStatusType !== 'REVOKED' // a token that has only expired is refreshed by the next call
 * }
 * ```
 * @see docs/merchant-api.md#canceltoken-and-query
 */
export type StoredTokenStatus = Pick<
  MerchantApiReplies['query'],
  'tokenStatusType' | 'accessTokenExpiryTime' | 'refreshTokenExpiryTime'
>

/**
 * The merchant API of the platform. Every method rejects with a `MerchantClientError`.
 *
 * A `customerId` identifies one user to this client only. Do not send it to the page. Tokens are kept per user and mini
 * program, so methods that use them take a {@link Customer}. The result of `applyToken` is one.
 *
 * @example
 * ```ts
 * import type { MerchantClient } from '@assent/merchant'
 *
 * export async function greet(client: MerchantClient, appId: string, authCode: string): Promise<string> {
 *   const { customerId } = await client.applyToken({ appId, authCode })
 *   const { nickName } = await client.inquiryUserInfo({ appId, customerId })
 *   return `Hello ${nickName ?? 'there'}`
 * }
 * ```
 * @see docs/merchants.md
 */
export interface MerchantClient {
  /**
   * Exchanges a code for tokens and stores them. `scope` of the result lists what the user has granted. It is sent once:
   * after an `OutcomeUnknownError`, ask the mini program for a new code.
   * @throws {MerchantClientError}
   * @see [RFC 6749 §4.1.3](https://www.rfc-editor.org/rfc/rfc6749.html#section-4.1.3)
   */
  applyToken(request: CodeExchange): Promise<Tokens & Customer>
  /**
   * Like {@link applyToken}, and returns the user's data in the same call if the granted scopes permit any.
   * @throws {MerchantClientError}
   */
  applyTokenAndInquiryUserInfo(
    request: CodeExchange,
  ): Promise<{ readonly tokens: Tokens & Customer; readonly userInfo: UserInfo | undefined }>
  /**
   * Refreshes the tokens of a customer now. Concurrent calls for one customer share one request.
   * @returns the stored tokens: those of a login, if one came meanwhile
   * @throws {AuthorizationRequiredError} when the user has withdrawn or the refresh token has expired
   * @see [RFC 6749 §6](https://www.rfc-editor.org/rfc/rfc6749.html#section-6)
   */
  refresh(customer: Customer): Promise<Tokens>
  /**
   * The user's data that the granted scopes permit. Refreshes the access token if needed.
   * @throws {AuthorizationRequiredError} when the user has withdrawn or the refresh token has expired
   */
  inquiryUserInfo(customer: Customer): Promise<UserInfo>
  /**
   * Calls an API of the wallet on behalf of a customer. Refreshes the access token if needed. Failed calls are repeated, so
   * an API that changes something requires a `requestId` in its request: a new one per action, the same one to try again.
   * @param path the path as the wallet documents it
   * @param request the body without the access token, or a function that puts the access token where the API expects it
   * @returns the reply without its `result`
   * @throws {ScopesMissingError} when the user has not granted a required scope
   * @throws {AuthorizationRequiredError} when the user has withdrawn or the refresh token has expired
   */
  callApi<Data extends object>(
    customer: Customer,
    path: string,
    request?: object | ((accessToken: string) => object),
  ): Promise<Data>
  /**
   * The events of this client's authorizations after `cursor`; without one, those of the last 90 days. Use it to catch up on
   * notifications that were missed. Call it again with the returned `cursor` until it returns no events.
   * @throws {MerchantClientError}
   */
  listEvents(request?: {
    readonly cursor?: string
    readonly limit?: number
  }): Promise<{ readonly events: readonly Notification[]; readonly cursor: string }>
  /**
   * Confirms that this merchant has deleted a customer's data, and deletes the tokens that are stored for the mini program.
   * The user sees the confirmation in the wallet.
   * @throws {MerchantClientError}
   */
  acknowledgeDeletion(customer: Customer): Promise<void>
  /**
   * Revokes the customer's tokens of this mini program at the platform, then deletes them from the store. Does nothing when
   * none are stored. Tokens of a login that comes meanwhile, and of other mini programs, stay.
   * @throws {MerchantClientError}
   * @see [RFC 7009](https://www.rfc-editor.org/rfc/rfc7009.html)
   */
  cancelToken(customer: Customer): Promise<void>
  /**
   * The status of the customer's stored access token, and when it and its refresh token expire. It changes nothing, and returns
   * no token.
   * @throws {AuthorizationRequiredError} when no tokens of this customer are stored
   * @see [RFC 7662](https://www.rfc-editor.org/rfc/rfc7662.html)
   */
  query(customer: Customer): Promise<StoredTokenStatus>
  /**
   * A URL at which a user can authorize a mini program from outside of it. Redeem its code with the same `appId`.
   * @throws {MerchantClientError}
   */
  prepare(request: {
    readonly appId: string
    readonly scopes: readonly string[]
    readonly authRedirectUrl?: string
    readonly authState?: string
    readonly customerBelongsTo?: string
  }): Promise<{ readonly authUrl: string }>
}

const DEFAULT_TIMEOUT_MS = 5000

/**
 * Creates the client of a merchant's server. It signs requests, verifies replies, refreshes tokens, and retries idempotent
 * calls up to twice with exponential back-off.
 *
 * @throws {TypeError} when a key cannot be used, or `baseUrl` is plain http and not loopback
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs'
 * import { createMerchantClient } from '@assent/merchant'
 *
 * export const client = createMerchantClient({
 *   baseUrl: 'https://assent.wallet.example',
 *   clientId: '2018103116394800000000',
 *   privateKey: readFileSync('private-key.pem'),
 *   platformKeys: { url: 'https://assent.wallet.example/.well-known/assent/reply-keys' },
 * })
 * ```
 * @see docs/merchants.md
 */
export function createMerchantClient(options: MerchantClientOptions): MerchantClient {
  const { dialect = 'v1', tokenStore = createMemoryTokenStore() } = options
  const send = createRequestSender(options)

  function callOperation<O extends Operation>(
    operation: O,
    request: object,
    retry: Retry,
  ): Promise<MerchantApiReplies[O]> {
    const [path] = DIALECTS[dialect].paths[operation]
    return send<MerchantApiReplies[O]>(path, request, retry)
  }

  // Idempotent: the platform returns the same successor to a repeated refresh.
  const refresher = createTokenRefresher(tokenStore, async ({ appId }, refreshToken) => {
    const request = { grantType: 'REFRESH_TOKEN', refreshToken, appId }
    return toTokens(await callOperation('applyToken', request, 'idempotent'))
  })

  async function exchangeCode<O extends 'applyToken' | 'applyTokenAndInquiryUserInfo'>(
    operation: O,
    exchange: CodeExchange,
  ): Promise<{ tokens: Tokens & Customer; reply: MerchantApiReplies[O] }> {
    const { appId } = exchange
    requireText('appId', appId)
    const request = { grantType: 'AUTHORIZATION_CODE', ...exchange }
    const reply = await callOperation(operation, request, 'never')
    const tokens = toTokens(reply as Tokens)
    await refresher.storeLogin({ appId, customerId: tokens.customerId }, tokens)
    return { tokens: { ...tokens, appId }, reply }
  }

  async function withAccessToken<T>(
    customer: Customer,
    call: (accessToken: string) => Promise<T>,
  ): Promise<T> {
    const accessToken = await refresher.getAccessToken(requireCustomer(customer))
    try {
      return await call(accessToken)
    } catch (error) {
      if (recoveryFrom(error) !== 'refresh') throw error
      const successor = await refresher.refresh(customer, accessToken)
      return call(successor.accessToken)
    }
  }

  return {
    async applyToken(exchange) {
      return (await exchangeCode('applyToken', exchange)).tokens
    },
    async applyTokenAndInquiryUserInfo(exchange) {
      const { tokens, reply } = await exchangeCode('applyTokenAndInquiryUserInfo', exchange)
      return { tokens, userInfo: reply.userInfo && parseUserInfo(reply.userInfo) }
    },
    refresh: async (customer) => refresher.refresh(requireCustomer(customer)),
    async inquiryUserInfo(customer) {
      const { userInfo } = await withAccessToken(customer, (accessToken) =>
        callOperation('inquiryUserInfo', { accessToken }, 'idempotent'),
      )
      return parseUserInfo(userInfo)
    },
    async callApi<Data extends object>(
      customer: Customer,
      path: string,
      request: object | ((accessToken: string) => object) = {},
    ): Promise<Data> {
      const bodyOf = (accessToken: string): object =>
        typeof request === 'function' ? request(accessToken) : { ...request, accessToken }
      const { result: _, ...data } = await withAccessToken(customer, (accessToken) =>
        send<Data>(path, bodyOf(accessToken), 'idempotent'),
      )
      return data as unknown as Data
    },
    async listEvents(request = {}) {
      const { events, cursor } = await callOperation('events', request, 'idempotent')
      return { events, cursor }
    },
    async acknowledgeDeletion(customer) {
      const tokens = await tokenStore.get(requireCustomer(customer))
      await callOperation('acknowledgeDeletion', { userId: customer.customerId }, 'idempotent')
      if (tokens) await tokenStore.delete(customer, tokens)
    },
    async cancelToken(customer) {
      const tokens = await tokenStore.get(requireCustomer(customer))
      if (!tokens) return
      await callOperation('cancelToken', { accessToken: tokens.accessToken }, 'idempotent')
      await tokenStore.delete(customer, tokens)
    },
    async query(customer) {
      const { accessToken } = await readTokens(tokenStore, requireCustomer(customer))
      const { tokenStatusType, accessTokenExpiryTime, refreshTokenExpiryTime } =
        await callOperation('query', { accessToken }, 'idempotent')
      return { tokenStatusType, accessTokenExpiryTime, refreshTokenExpiryTime }
    },
    prepare: (request) => callOperation('prepare', request, 'idempotent'),
  }
}

/** Callers without types may leave a part out. Tokens under half a key would be shared by all that do. */
function requireCustomer(customer: Customer): Customer {
  requireText('appId', customer.appId)
  requireText('customerId', customer.customerId)
  return customer
}

function requireText(name: keyof Customer, value: unknown): void {
  if (typeof value === 'string' && value !== '') return
  throw new TypeError(
    `${name} is missing. Pass both appId and customerId: tokens are kept per user and mini program.`,
  )
}

function createRequestSender(options: MerchantClientOptions): SendSignedRequest {
  return createSignedRequestSender({
    baseUrl: requireHttps('baseUrl', options.baseUrl).origin,
    clientId: options.clientId,
    privateKey: readPrivateKey('privateKey', options.privateKey),
    keyVersion: options.keyVersion ?? 1,
    platformKeys: createPlatformKeyRing(options.platformKeys, options.fetch ?? fetch),
    timeoutMilliseconds: options.timeoutMilliseconds ?? DEFAULT_TIMEOUT_MS,
    fetch: options.fetch ?? fetch,
    onCall: options.onCall,
  })
}

/** Picks the fields of the tokens: a reply has others beside them. */
function toTokens(reply: Tokens): Tokens {
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
