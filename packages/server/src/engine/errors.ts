/**
 * @module The engine's “no”: one class, one cause of the table in `@assent/protocol`.
 */
import type { AuthErrorScopes, ErrorCode } from '@assent/protocol'

/** Thrown for every refusal. What a caller may see is the cause, `detail`, `authErrorScopes`, `missingScopes` and `retryAfterSeconds`; all is without user data. */
export class AssentError extends Error {
  override readonly name = 'Refusal'
  readonly code: ErrorCode
  readonly detail: string | undefined
  readonly authErrorScopes: AuthErrorScopes | undefined
  /** What the user would have to grant. */
  readonly missingScopes: readonly string[] | undefined
  readonly retryAfterSeconds: number | undefined

  constructor(
    refusal: ErrorCode,
    more: {
      detail?: string
      authErrorScopes?: AuthErrorScopes
      missingScopes?: readonly string[]
      retryAfterSeconds?: number
      cause?: unknown
    } = {},
  ) {
    super(refusal, { cause: more.cause })
    this.code = refusal
    this.detail = more.detail
    this.authErrorScopes = more.authErrorScopes
    this.missingScopes = more.missingScopes
    this.retryAfterSeconds = more.retryAfterSeconds
  }
}

/** Names the scopes that would do. */
export function insufficientScope(missingScopes: readonly string[]): AssentError {
  return new AssentError('SCOPE_INSUFFICIENT', { detail: missingScopes.join(', '), missingScopes })
}
