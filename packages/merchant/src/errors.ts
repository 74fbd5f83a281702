/**
 * @module What can go wrong, as a merchant's server has to tell it apart. Switch on `code`.
 */
import type { Result } from '@assent/protocol'

type More = { readonly cause?: unknown; readonly traceId?: string | undefined }

abstract class MerchantErrorBase extends Error {
  abstract readonly code: string
  /** Names the call in the platform's log. */
  readonly traceId: string | undefined

  constructor(message: string, { cause, traceId }: More = {}) {
    super(message, { cause })
    this.traceId = traceId
  }
}

/** The platform refused. `resultCode` says why, the message what to do. */
export class ResultError extends MerchantErrorBase {
  override readonly name = 'ResultError'
  readonly code = 'RESULT'
  readonly resultCode: string
  readonly resultStatus: Result['resultStatus']
  /** Only for `TIMESTAMP_INVALID`: how far this machine's clock is behind the platform's, in seconds. */
  readonly clockOffsetSeconds: number | undefined

  constructor(
    result: Result,
    more: More & { readonly clockOffsetSeconds?: number | undefined } = {},
  ) {
    super(`${result.resultCode}: ${result.resultMessage}`, more)
    this.resultCode = result.resultCode
    this.resultStatus = result.resultStatus
    this.clockOffsetSeconds = more.clockOffsetSeconds
  }
}

/**
 * The user has not granted what this needs. Answer the mini program with `missingScopes`, and let it ask for them:
 * `my.getAuthCode({ scopes: missingScopes })`.
 */
export class ScopesMissingError extends MerchantErrorBase {
  override readonly name = 'ScopesMissingError'
  readonly code = 'SCOPES_MISSING'
  readonly missingScopes: readonly string[]

  constructor(missingScopes: readonly string[], more: More = {}) {
    super(`the user has not granted ${missingScopes.join(', ')}`, more)
    this.missingScopes = missingScopes
  }
}

/**
 * No answer came, so nobody knows whether it was done. After a code exchange: ask the mini program for a new code, never
 * send the same one again. Everything else may be repeated.
 */
export class OutcomeUnknownError extends MerchantErrorBase {
  override readonly name = 'OutcomeUnknownError'
  readonly code = 'OUTCOME_UNKNOWN'
}

/** The reply's signature does not verify: it is not from the platform, or its public key here is wrong. Trust nothing of it. */
export class ReplySignatureError extends MerchantErrorBase {
  override readonly name = 'ReplySignatureError'
  readonly code = 'REPLY_SIGNATURE'
}

/** The platform is overloaded or stopping. Try again after `retryAfterSeconds`. */
export class UnavailableError extends MerchantErrorBase {
  override readonly name = 'UnavailableError'
  readonly code = 'UNAVAILABLE'
  readonly retryAfterSeconds: number

  constructor(retryAfterSeconds: number, more: More = {}) {
    super(`the platform is not available; try again after ${retryAfterSeconds} s`, more)
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** The user has to be asked again: there is no token, or it was withdrawn. Ask the mini program for a new authCode. */
export class AuthorizationRequiredError extends MerchantErrorBase {
  override readonly name = 'AuthorizationRequiredError'
  readonly code = 'AUTHORIZATION_REQUIRED'
}

/** What came is no notification of the platform for this client: forged, changed on its way, or sent again much later. */
export class NotificationError extends MerchantErrorBase {
  override readonly name = 'NotificationError'
  readonly code = 'NOTIFICATION'
}

export type MerchantError =
  | ResultError
  | ScopesMissingError
  | OutcomeUnknownError
  | ReplySignatureError
  | UnavailableError
  | AuthorizationRequiredError
