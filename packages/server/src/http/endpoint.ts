/**
 * @module An endpoint: one row in the table of its interface (`endpoints.ts`). Routes, load shedding, metadata documents and the
 * checks of `assent.yaml` read these rows, so that each path is written once.
 */
import type { IncomingMessage } from 'node:http'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** Under overload, requests are rejected in this order: consent, token, withdrawal. Exempt requests are never rejected. */
export type SheddingClass = 'exempt' | 'withdrawal' | 'token' | 'consent'

export type Endpoint = {
  /** In the syntax of the router, for example `/consent/:id`. */
  readonly path: string
  readonly methods: readonly Method[] | 'all'
  readonly sheddingClass: SheddingClass
  /** Methods that withdraw something, if the other ones do not. */
  readonly withdrawalMethods?: readonly Method[]
  /**
   * How callers prove who they are before the request waits for anything: by a signature, by a signature if there is a Client-Id
   * header, or by a session. Requests to other endpoints count for strangers until their caller is known.
   */
  readonly callerProof?: 'signature' | 'optional-signature' | 'session'
  /** The reply to a request that is rejected under overload. Default: an empty 503, the cheapest one. */
  readonly shedReply?: 'error-page'
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The row of this route. */
    endpoint?: Endpoint
  }
}

/** Whether the caller of a request is known before the request waits for anything. */
export function provesFirst(
  endpoint: Endpoint | undefined,
  { headers }: Pick<IncomingMessage, 'headers'>,
): boolean {
  const { callerProof } = endpoint ?? {}
  return callerProof === 'optional-signature'
    ? headers['client-id'] !== undefined
    : callerProof !== undefined
}

/** Finds the endpoint of a path before the router runs. */
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
