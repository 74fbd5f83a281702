/**
 * @module The error of the engine: one class, with a code of the table in `@assent/protocol`.
 */
import type { AuthErrorScopes, ErrorCode, EventReason } from '@assent/protocol'

/**
 * Thrown for each request that is rejected. All properties except `cause` are sent to the caller, so they must not
 * contain user data.
 */
export class AssentError extends Error {
  override readonly name = 'AssentError'
  readonly code: ErrorCode
  readonly detail: string | undefined
  readonly authErrorScopes: AuthErrorScopes | undefined
  /** The scopes that the user would have to grant. */
  readonly missingScopes: readonly string[] | undefined
  readonly retryAfterSeconds: number | undefined
  /** Why the authorization of a token ended. */
  readonly endReason: EventReason | undefined

  constructor(
    code: ErrorCode,
    options: {
      detail?: string
      authErrorScopes?: AuthErrorScopes
      missingScopes?: readonly string[]
      retryAfterSeconds?: number
      endReason?: EventReason
      cause?: unknown
    } = {},
  ) {
    super(code, { cause: options.cause })
    this.code = code
    this.detail = options.detail
    this.authErrorScopes = options.authErrorScopes
    this.missingScopes = options.missingScopes
    this.retryAfterSeconds = options.retryAfterSeconds
    this.endReason = options.endReason
  }
}

/** Creates the error of a token or grant that lacks scopes. @param missingScopes the scopes that would suffice */
export function insufficientScope(missingScopes: readonly string[]): AssentError {
  return new AssentError('SCOPE_INSUFFICIENT', { detail: missingScopes.join(', '), missingScopes })
}
