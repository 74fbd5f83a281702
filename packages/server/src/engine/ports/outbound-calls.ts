/**
 * @module The port through which adapters call addresses outside of this server. Each address has limits of its own, so that one that
 * hangs or fails affects no other.
 */

/**
 * `directory`: the user directory. `api`: an API behind the gateway. `jwks`: the keys of an OAuth client. `document`: another document
 * that the metadata of an OAuth client names. `webhook`: notifications.
 */
export type OutboundKind = 'directory' | 'api' | 'jwks' | 'document' | 'webhook'

export type OutboundAddress = {
  readonly kind: OutboundKind
  /** Addresses with the same kind and key share their limits. */
  readonly key: string
  /** For the log. Contains no credentials: the name of an API, the host of a URL. */
  readonly name: string
  /** How many calls are in flight at most. Default: the limit of the kind. */
  readonly maxInFlight?: number
  /** Whether an error means that the address is unavailable. Default: every error does. */
  readonly isUnavailable?: (error: unknown) => boolean
}

/** The call was not made, because too many calls are in flight or the address has failed a moment ago. */
export class OutboundCallRejectedError extends Error {
  override readonly name = 'OutboundCallRejectedError'
}

export interface OutboundCalls {
  /** @throws {OutboundCallRejectedError} without having called; every error of the call */
  run<T>(address: OutboundAddress, call: () => Promise<T>): Promise<T>
}

/**
 * Runs a call to an outside address. A request that waits for it does not count as work meanwhile.
 * @throws {Error} without having called, when too many requests wait already; every error of the call
 */
export type WhileWaiting = <T>(call: () => Promise<T>) => Promise<T>
