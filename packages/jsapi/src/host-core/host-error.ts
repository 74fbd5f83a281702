/**
 * @module The error of a failed call in the host, with the details that the page gets.
 */
import type { AuthErrorScopes, JsapiCause } from '@assent/protocol'

export type HostErrorDetails = {
  readonly authErrorScopes?: AuthErrorScopes | undefined
  readonly traceId?: string | undefined
  readonly retryAfterSeconds?: number | undefined
  /** What happened, for the developer of the host. The page does not get it. */
  readonly detail?: string | undefined
}

/** Why a call of the page failed. The page gets `jsapiCause` and the details, without `detail`; see docs/errors.md. */
export class HostError extends Error {
  override readonly name = 'HostError'
  readonly jsapiCause: JsapiCause
  readonly authErrorScopes: AuthErrorScopes
  readonly traceId: string | undefined
  readonly retryAfterSeconds: number | undefined

  constructor(jsapiCause: JsapiCause, details: HostErrorDetails = {}) {
    super(details.detail ?? jsapiCause)
    this.jsapiCause = jsapiCause
    this.authErrorScopes = details.authErrorScopes ?? {}
    this.traceId = details.traceId
    this.retryAfterSeconds = details.retryAfterSeconds
  }
}

/** A programming error in a service of the wallet becomes `INTERNAL`, with its message for the developer. */
export function toHostError(error: unknown): HostError {
  return error instanceof HostError ? error : new HostError('INTERNAL', { detail: String(error) })
}
