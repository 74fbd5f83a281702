/**
 * @module The engine's “no”: one class, one cause of the table in `@assent/protocol`.
 */
import type { AuthErrorScopes, Cause } from '@assent/protocol'

/** Thrown for every refusal. What a caller may see is the cause, `detail`, `authErrorScopes`, `missingScopes` and `retryAfterSeconds`; all is without user data. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly refusal: Cause
  readonly detail: string | undefined
  readonly authErrorScopes: AuthErrorScopes | undefined
  /** What the user would have to grant. */
  readonly missingScopes: readonly string[] | undefined
  readonly retryAfterSeconds: number | undefined

  constructor(
    refusal: Cause,
    more: {
      detail?: string
      authErrorScopes?: AuthErrorScopes
      missingScopes?: readonly string[]
      retryAfterSeconds?: number
      cause?: unknown
    } = {},
  ) {
    super(refusal, { cause: more.cause })
    this.refusal = refusal
    this.detail = more.detail
    this.authErrorScopes = more.authErrorScopes
    this.missingScopes = more.missingScopes
    this.retryAfterSeconds = more.retryAfterSeconds
  }
}

/** Names the scopes that would do. */
export function insufficient(missingScopes: readonly string[]): Refusal {
  return new Refusal('SCOPE_INSUFFICIENT', { detail: missingScopes.join(', '), missingScopes })
}
