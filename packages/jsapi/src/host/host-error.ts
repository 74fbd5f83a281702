/**
 * @module The error of a failed call in the host, with the details that the page gets.
 */
import type { AuthErrorScopes, JsapiCause } from '@assent/protocol'

export type HostErrorDetails = {
  readonly authErrorScopes?: AuthErrorScopes | undefined
  readonly traceId?: string | undefined
  readonly retryAfterSeconds?: number | undefined
}

/** Why a call of the page failed. The page gets `jsapiCause` and the details; see docs/errors.md. */
export class HostError extends Error {
  override readonly name = 'HostError'
  readonly jsapiCause: JsapiCause
  readonly authErrorScopes: AuthErrorScopes
  readonly traceId: string | undefined
  readonly retryAfterSeconds: number | undefined

  constructor(jsapiCause: JsapiCause, details: HostErrorDetails = {}) {
    super(jsapiCause)
    this.jsapiCause = jsapiCause
    this.authErrorScopes = details.authErrorScopes ?? {}
    this.traceId = details.traceId
    this.retryAfterSeconds = details.retryAfterSeconds
  }
}
