/**
 * @module How a request says who sends it.
 */

export type RequestContext = {
  /** The public URL of the server. */
  readonly issuer: string
  readonly fetch: typeof fetch
  /** Whether the request changes something. */
  readonly isChange: boolean
}

/** @returns the headers that say who sends a request */
export type Authorize = (context: RequestContext) => Promise<Readonly<Record<string, string>>>
