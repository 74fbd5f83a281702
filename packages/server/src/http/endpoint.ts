/**
 * @module An endpoint as a row of the table of its interface. Load shedding, error replies, metadata and the table test read these
 * rows, so that a path stands in one place.
 */

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

/** Under overload, requests are rejected in this order: consent, token, withdrawal. Exempt requests are never rejected. */
export type SheddingClass = 'exempt' | 'withdrawal' | 'token' | 'consent'

export type Endpoint = {
  /** As the router takes it: `/consent/:id`. */
  readonly path: string
  readonly methods: readonly Method[] | 'all'
  /** Who calls it. */
  readonly client:
    | 'merchant'
    | 'wallet'
    | 'oauth-client'
    /** Whoever presents an access token or registration token. */
    | 'token-holder'
    | 'browser'
    | 'operator'
    | 'developer'
    | 'public'
  readonly sheddingClass: SheddingClass
  /** `signed`: a result in a signed reply. `oauth`: `error` and `error_description`, or a page where the client accepts HTML. */
  readonly errorFormat: 'signed' | 'oauth' | 'html' | 'json'
  /** What a rejected request gets under overload. Default: an empty 503, which costs least. */
  readonly shedReply?: 'error-page'
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The row of this route. */
    endpoint?: Endpoint
  }
}

/** Finds the endpoint of a request target before the router has seen it. */
export type EndpointLookup = (path: string) => Endpoint | undefined

export function createEndpointLookup(endpoints: readonly Endpoint[]): EndpointLookup {
  const byPath = new Map(endpoints.map((endpoint) => [endpoint.path, endpoint]))
  const patterns = endpoints
    .filter(({ path }) => /[:*]/.test(path))
    .map((endpoint) => ({ endpoint, expression: toExpression(endpoint.path) }))
  return (path) =>
    byPath.get(path) ?? patterns.find(({ expression }) => expression.test(path))?.endpoint
}

function toExpression(path: string): RegExp {
  const source = path
    .replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll(/:\w+/g, '[^/]+')
  return new RegExp(`^${source}$`)
}
