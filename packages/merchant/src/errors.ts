/**
 * @module The errors of this package. Switch on `code`, which is stable; messages may change.
 *
 * @see docs/merchants.md for what to do about each error
 * @see docs/errors.md for the result codes of the platform
 */
import type { EventReason, Result } from '@assent/protocol'

/**
 * The stable names of the errors of this package, for a `switch`.
 *
 * @example
 * ```ts
 * import type { MerchantErrorCode } from '@assent/merchant'
 *
 * export const mustAskUser = {
 *   RESULT: false,
 *   SCOPES_MISSING: true,
 *   OUTCOME_UNKNOWN: false,
 *   REPLY_SIGNATURE: false,
 *   UNAVAILABLE: false,
 *   AUTHORIZATION_REQUIRED: true,
 *   NOTIFICATION: false,
 * } satisfies Record<MerchantErrorCode, boolean>
 * ```
 * @see docs/merchants.md
 */
export type MerchantErrorCode =
  | 'RESULT'
  | 'SCOPES_MISSING'
  | 'OUTCOME_UNKNOWN'
  | 'REPLY_SIGNATURE'
  | 'UNAVAILABLE'
  | 'AUTHORIZATION_REQUIRED'
  | 'NOTIFICATION'

/**
 * What every error of this package can carry besides its message.
 *
 * @example
 * ```ts
 * import { type MerchantErrorDetails, OutcomeUnknownError } from '@assent/merchant'
 *
 * const details: MerchantErrorDetails = { cause: new Error('socket hang up'), traceId: '4bf92f35' }
 * export const simulated = new OutcomeUnknownError('The connection was lost.', details)
 * ```
 * @see [ECMAScript, `cause`](https://tc39.es/ecma262/#sec-installerrorcause)
 */
export type MerchantErrorDetails = {
  /** The error that led to this one. */
  readonly cause?: unknown
  /** The `trace-id` header of the response. */
  readonly traceId?: string | undefined
  /** The HTTP status of a response that is not the platform's. */
  readonly status?: number | undefined
  /** The `Retry-After` header of the response, in seconds. */
  readonly retryAfterSeconds?: number | undefined
}

/**
 * The base class of every error of this package.
 *
 * @example
 * ```ts
 * import { MerchantError } from '@assent/merchant'
 *
 * export function describe(error: unknown): string {
 *   return error instanceof MerchantError ? `${error.code} (trace-id ${error.traceId})` : 'unexpected'
 * }
 * ```
 * @see docs/merchants.md
 */
export abstract class MerchantError extends Error {
  /** The kind of failure. */
  abstract readonly code: MerchantErrorCode
  /** Identifies the call in the platform's log. `undefined` when no response arrived. */
  readonly traceId: string | undefined
  /**
   * The HTTP status of a response without a signature, which a balancer or proxy sent. `undefined` when the platform answered,
   * or nobody did.
   */
  readonly status: number | undefined
  /** How long the response asks to wait, in seconds. */
  readonly retryAfterSeconds: number | undefined

  constructor(message: string, details: MerchantErrorDetails = {}) {
    super(message, details.cause === undefined ? {} : { cause: details.cause })
    this.traceId = details.traceId
    this.status = details.status
    this.retryAfterSeconds = details.retryAfterSeconds
  }
}

/**
 * The platform refused the call. `resultCode` names the reason and `message` the remedy.
 *
 * @example
 * ```ts
 * import { type CodeExchange, type MerchantClient, ResultError } from '@assent/merchant'
 *
 * export async function logIn(client: MerchantClient, exchange: CodeExchange): Promise<string | undefined> {
 *   try {
 *     return (await client.applyToken(exchange)).customerId
 *   } catch (error) {
 *     if (error instanceof ResultError && error.resultCode === 'USED_CODE') return undefined
 *     throw error
 *   }
 * }
 * ```
 * @see docs/errors.md for every result code
 */
export class ResultError extends MerchantError {
  override readonly name = 'ResultError'
  readonly code = 'RESULT'
  /** The platform's code, in the spelling of the client's dialect. */
  readonly resultCode: string
  /** `F`: repeating the call cannot help. `U`: the outcome is unknown, and the call may be repeated. */
  readonly resultStatus: Result['resultStatus']
  /**
   * The platform's clock minus the clock of this machine, in seconds. Set for `TIMESTAMP_INVALID` only.
   * A positive value means that this machine's clock is slow.
   */
  readonly clockOffsetSeconds: number | undefined
  /** Why the platform ended the authorization of a refresh token, if it says so. */
  readonly endReason: EventReason | undefined

  constructor(
    result: Result,
    details: MerchantErrorDetails & {
      readonly clockOffsetSeconds?: number | undefined
      readonly endReason?: EventReason | undefined
    } = {},
  ) {
    super(`${result.resultCode}: ${result.resultMessage}`, details)
    this.resultCode = result.resultCode
    this.resultStatus = result.resultStatus
    this.clockOffsetSeconds = details.clockOffsetSeconds
    this.endReason = details.endReason
  }
}

/**
 * The user has not granted a scope that the API requires. Send `missingScopes` to the mini program and let it call
 * `my.getAuthCode` with them and with the scopes that it has: the tokens of that login replace the earlier ones.
 *
 * @example
 * ```ts
 * import { type Customer, type MerchantClient, ScopesMissingError } from '@assent/merchant'
 *
 * export async function listCards(client: MerchantClient, customer: Customer): Promise<object> {
 *   try {
 *     return await client.callApi(customer, '/v1/cards/inquiryCardList')
 *   } catch (error) {
 *     if (error instanceof ScopesMissingError) return { missingScopes: error.missingScopes }
 *     throw error
 *   }
 * }
 * ```
 * @see [RFC 6750 §3.1](https://www.rfc-editor.org/rfc/rfc6750.html#section-3.1), `insufficient_scope`
 */
export class ScopesMissingError extends MerchantError {
  override readonly name = 'ScopesMissingError'
  readonly code = 'SCOPES_MISSING'
  /** The names of the scopes to ask for. */
  readonly missingScopes: readonly string[]

  constructor(missingScopes: readonly string[], details: MerchantErrorDetails = {}) {
    super(
      `The user has not granted ${missingScopes.join(', ')}. Let the mini program ask for these scopes.`,
      details,
    )
    this.missingScopes = missingScopes
  }
}

/**
 * No complete response of the platform arrived, so the call may or may not have taken effect: the connection broke, it took too
 * long, or a balancer answered instead, with the HTTP `status`. After `applyToken`, ask the mini program for a new `authCode`: a
 * code that is used twice can revoke the tokens of the first exchange. Other calls may be repeated.
 *
 * @example
 * ```ts
 * import { type CodeExchange, type MerchantClient, OutcomeUnknownError } from '@assent/merchant'
 *
 * export async function logIn(client: MerchantClient, exchange: CodeExchange): Promise<'done' | 'ask again'> {
 *   try {
 *     await client.applyToken(exchange)
 *     return 'done'
 *   } catch (error) {
 *     if (error instanceof OutcomeUnknownError) return 'ask again'
 *     throw error
 *   }
 * }
 * ```
 * @see [RFC 6749 §4.1.2](https://www.rfc-editor.org/rfc/rfc6749.html#section-4.1.2) for codes that are used twice
 */
export class OutcomeUnknownError extends MerchantError {
  override readonly name = 'OutcomeUnknownError'
  readonly code = 'OUTCOME_UNKNOWN'
}

/**
 * The signature of the reply is invalid: the reply is not from the platform, it was altered on the way, or `platformKeys` does not
 * have its key. Discard the reply. A response without a signature is an `OutcomeUnknownError` or an `UnavailableError`.
 *
 * @example
 * ```ts
 * import { ReplySignatureError } from '@assent/merchant'
 *
 * export function needsAttention(error: unknown): boolean {
 *   return error instanceof ReplySignatureError
 * }
 * ```
 * @see docs/merchants.md
 */
export class ReplySignatureError extends MerchantError {
  override readonly name = 'ReplySignatureError'
  readonly code = 'REPLY_SIGNATURE'
}

/**
 * The platform, or a balancer before it, does not accept the call at the moment: HTTP 503 or 429. Or its keys cannot be fetched. Try
 * again after `retryAfterSeconds`. A code can be sent again as long as it is valid; if it was used after all, the platform says so.
 *
 * @example
 * ```ts
 * import { UnavailableError } from '@assent/merchant'
 *
 * export function retryDelayMilliseconds(error: unknown): number | undefined {
 *   return error instanceof UnavailableError ? error.retryAfterSeconds * 1000 : undefined
 * }
 * ```
 * @see [RFC 9110 §10.2.3](https://www.rfc-editor.org/rfc/rfc9110.html#section-10.2.3), `Retry-After`
 */
export class UnavailableError extends MerchantError {
  override readonly name = 'UnavailableError'
  readonly code = 'UNAVAILABLE'
  /** How long to wait, in seconds: the `Retry-After` header, or 1 when it is missing. */
  declare readonly retryAfterSeconds: number

  constructor(message: string, details: MerchantErrorDetails = {}) {
    const { retryAfterSeconds = 1 } = details
    super(`${message} Try again after ${retryAfterSeconds} s.`, { ...details, retryAfterSeconds })
  }
}

/**
 * The user must authorize again: no tokens are stored, or they are no longer valid. The message says why, and `endReason` names the
 * cause when it was not the user: `CODE_REPLAYED` when the page sent a code twice, `REFRESH_TOKEN_REUSED` when a refresh token was
 * used after it had been replaced. Ask the mini program for a new `authCode`.
 *
 * @example
 * ```ts
 * import { AuthorizationRequiredError, type Customer, type MerchantClient, type UserInfo } from '@assent/merchant'
 *
 * export async function readUser(client: MerchantClient, customer: Customer): Promise<UserInfo | undefined> {
 *   try {
 *     return await client.inquiryUserInfo(customer)
 *   } catch (error) {
 *     if (error instanceof AuthorizationRequiredError) return undefined
 *     throw error
 *   }
 * }
 * ```
 * @see [RFC 6749 §5.2](https://www.rfc-editor.org/rfc/rfc6749.html#section-5.2), `invalid_grant`
 */
export class AuthorizationRequiredError extends MerchantError {
  override readonly name = 'AuthorizationRequiredError'
  readonly code = 'AUTHORIZATION_REQUIRED'
  /** Why the platform ended the authorization. `undefined`: no tokens are stored, they have expired, or the user has withdrawn. */
  readonly endReason: EventReason | undefined

  constructor(
    message: string,
    details: MerchantErrorDetails & { readonly endReason?: EventReason | undefined } = {},
  ) {
    super(message, details)
    this.endReason = details.endReason
  }
}

/**
 * A message at the notify URL is not a notification of the platform for this client. It is forged, altered, replayed, or
 * addressed to another client. Answer with 401 and discard it.
 *
 * @example
 * ```ts
 * import { NotificationError } from '@assent/merchant'
 *
 * export function statusOf(error: unknown): number {
 *   return error instanceof NotificationError ? 401 : 500
 * }
 * ```
 * @see docs/merchants.md
 */
export class NotificationError extends MerchantError {
  override readonly name = 'NotificationError'
  readonly code = 'NOTIFICATION'
}

/**
 * Every error that the methods of `MerchantClient` reject with, as a union discriminated by `code`.
 *
 * @example
 * ```ts
 * import type { MerchantClientError } from '@assent/merchant'
 *
 * export function canAskUserAgain(error: MerchantClientError): boolean {
 *   return error.code === 'AUTHORIZATION_REQUIRED' || error.code === 'SCOPES_MISSING'
 * }
 * ```
 * @see docs/merchants.md
 */
export type MerchantClientError =
  | ResultError
  | ScopesMissingError
  | OutcomeUnknownError
  | ReplySignatureError
  | UnavailableError
  | AuthorizationRequiredError
